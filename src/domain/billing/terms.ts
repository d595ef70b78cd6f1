import { addSpan } from "../time/calendar.ts";
import { localDate } from "../time/local-date.ts";
import { mulDivFloor } from "../numbers.ts";
import { DAY_MS } from "./phase.ts";
import { type Interval, TRIAL_DAYS } from "./plans.ts";

/** Stripe refuses a trial that ends sooner than this after a checkout began. */
const CHECKOUT_TRIAL_MIN_MS = 2 * DAY_MS;

export function trialEnd(now_ms: number): number {
  return now_ms + TRIAL_DAYS * DAY_MS;
}

/** Until when a subscription that begins now is free: the rest of the trial when it is long enough, else nothing is. */
export function freeUntil(trial_ends_at_ms: number | null, now_ms: number): number | null {
  return trial_ends_at_ms !== null && trial_ends_at_ms - now_ms >= CHECKOUT_TRIAL_MIN_MS ? trial_ends_at_ms : null;
}

/** `period_end`: what was paid for is used up. `notice`: after a month, and what is left of a year comes back. */
export type CancelMoment = "period_end" | "notice";

/** When a cancelled subscription ends: never later than it is paid for, and at most a month from now when asked so. */
export function cancellationDate(
  { interval, period_end_ms }: { readonly interval: Interval; readonly period_end_ms: number },
  when: CancelMoment,
  now_ms: number,
): number {
  if (when === "period_end" || interval === "month") return period_end_ms;
  const day = localDate(now_ms, "UTC");
  const intoDay = now_ms - Date.parse(`${day}T00:00:00Z`);
  const noticed = Date.parse(`${addSpan(day, { months: 1 })}T00:00:00Z`) + intoDay;
  return Math.min(period_end_ms, Math.floor(noticed / 1000) * 1000);
}

/** What was paid and how long for, and when it ended. Amounts in minor units, VAT included. */
export interface PaidPeriod {
  readonly amount_paid: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** What is given back when a paid period ends early: its unused part to the second, rounded down. */
export function refundDue({ amount_paid, from_ms, to_ms }: PaidPeriod, ended_at_ms: number): number {
  const whole = Math.floor((to_ms - from_ms) / 1000);
  const unused = Math.floor((to_ms - Math.max(ended_at_ms, from_ms)) / 1000);
  if (whole <= 0 || unused <= 0) return 0;
  return mulDivFloor(amount_paid, Math.min(unused, whole), whole);
}
