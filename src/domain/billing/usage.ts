import { Temporal } from "temporal-polyfill";
import { startOfDay } from "../time/calendar.ts";
import { localDate } from "../time/local-date.ts";
import type { Limits } from "./selection.ts";
import type { UsageState } from "./state.ts";

/** A calendar month in the merchant's time zone. */
export interface UsageMonth {
  /** "2026-11". */
  readonly label: string;
  readonly from_ms: number;
  /** The first instant of the next month. */
  readonly to_ms: number;
}

/** The month that an instant lies in, and the one before. */
export function monthsAt(now_ms: number, zone: string): { readonly current: UsageMonth; readonly last: UsageMonth } {
  const first = Temporal.PlainDate.from(localDate(now_ms, zone)).with({ day: 1 });
  return { current: monthFrom(first, zone), last: monthFrom(first.subtract({ months: 1 }), zone) };
}

function monthFrom(first: Temporal.PlainDate, zone: string): UsageMonth {
  return {
    label: first.toString().slice(0, 7),
    from_ms: startOfDay(first.toString(), zone),
    to_ms: startOfDay(first.add({ months: 1 }).toString(), zone),
  };
}

/** What was counted. */
export interface Usage {
  readonly locations: number;
  /** Members with an unreturned sale or redemption, this calendar month so far and in the whole last one. */
  readonly active_members: number;
  readonly active_members_last_month: number;
}

/** Shares of the limit, in percent, at which the owner is told. */
export const ALERT_LEVELS = [80, 100] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** The levels that a month has reached, lowest first. */
export function alertsAt(count: number, limit: number): readonly AlertLevel[] {
  return ALERT_LEVELS.filter((level) => count * 100 >= limit * level);
}

/**
 * Whether a limit is exceeded, and since when. Going over starts the grace; it ends when this month and the last are both
 * within the limit, so that the first of a month alone forgives nothing.
 */
export function judgeUsage(before: UsageState, usage: Usage, limits: Limits, now_ms: number): UsageState {
  const members = Math.max(
    usage.active_members,
    before.over_members_since_ms === null ? 0 : usage.active_members_last_month,
  );
  return {
    ...before,
    over_members_since_ms: since(before.over_members_since_ms, members > limits.active_members, now_ms),
    over_locations_since_ms: since(before.over_locations_since_ms, usage.locations > limits.locations, now_ms),
  };
}

function since(before_ms: number | null, isOver: boolean, now_ms: number): number | null {
  return isOver ? (before_ms ?? now_ms) : null;
}
