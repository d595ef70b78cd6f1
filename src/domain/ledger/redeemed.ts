import { startOfMonth, startOfWeek } from "../time/calendar.ts";
import type { Reward } from "../program/reward-rules.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { AccountState } from "./state.ts";

/** How often a member has had a reward: in all, and per day of late. */
export interface RedeemedCount {
  readonly total: number;
  /** By local date; days too long ago for any limit are dropped. */
  readonly days: Readonly<Record<LocalDate, number>>;
}

export type RedeemedCounts = Readonly<Record<string, RedeemedCount>>;

/** The longest period that a limit looks at is a month; a redemption may be captured a little later than it was asked for. */
const DAYS_KEPT = 40;

/** Counts a redemption that was captured, or with −1 one that a return gave back. Bookings from before carry no date and do not count. */
export function countRedeemed(
  counts: RedeemedCounts,
  reward: string | null,
  on: LocalDate | undefined,
  change: 1 | -1,
): RedeemedCounts {
  if (reward === null || on === undefined) return counts;
  const { total, days } = counts[reward] ?? { total: 0, days: {} };
  const onDay = Math.max(0, (days[on] ?? 0) + change);
  return { ...counts, [reward]: { total: Math.max(0, total + change), days: recent({ ...days, [on]: onDay }) } };
}

/** The counts of two members who became one: both redeemed, so both count. */
export function addRedeemed(left: RedeemedCounts, right: RedeemedCounts): RedeemedCounts {
  return Object.entries(right).reduce<RedeemedCounts>((all, [reward, { total, days }]) => {
    const before = all[reward] ?? { total: 0, days: {} };
    const together = Object.entries(days).reduce<Record<LocalDate, number>>(
      (sum, [on, count]) => ({ ...sum, [on]: (sum[on] ?? 0) + count }),
      { ...before.days },
    );
    return { ...all, [reward]: { total: before.total + total, days: recent(together) } };
  }, left);
}

function recent(days: Readonly<Record<LocalDate, number>>): Record<LocalDate, number> {
  const kept = Object.entries(days)
    .filter(([, count]) => count > 0)
    .sort(([left], [right]) => (left < right ? 1 : -1))
    .slice(0, DAYS_KEPT);
  return Object.fromEntries(kept);
}

export type LimitPeriod = "total" | "day" | "week" | "month";

/** A limit that a member has reached. */
export interface ReachedLimit {
  readonly period: LimitPeriod;
  readonly max: number;
}

/** The first limit of a reward that the member has reached; null when one more is allowed. Open redemptions count. */
export function reachedLimit(state: AccountState, { id, limit }: Reward, today: LocalDate): ReachedLimit | null {
  if (limit === undefined) return null;
  const taken = takenDays(state, id);
  const since = (from: LocalDate) =>
    taken.days.reduce((sum, [on, count]) => (on >= from && on <= today ? sum + count : sum), 0);
  const limits: readonly [LimitPeriod, number | undefined, () => number][] = [
    ["total", limit.total, () => taken.total],
    ["day", limit.per_day, () => since(today)],
    ["week", limit.per_week, () => since(startOfWeek(today))],
    ["month", limit.per_month, () => since(startOfMonth(today))],
  ];
  const reached = limits.find(([, max, used]) => max !== undefined && used() >= max);
  return reached?.[1] === undefined ? null : { period: reached[0], max: reached[1] };
}

function takenDays(
  state: AccountState,
  reward: string,
): { readonly total: number; readonly days: readonly (readonly [LocalDate, number])[] } {
  const { total, days } = state.redeemed?.[reward] ?? { total: 0, days: {} };
  const open = Object.values(state.holds).filter((hold) => hold.reward === reward && hold.issued === undefined);
  const openDays = open.flatMap(({ taken_on }) => (taken_on === undefined ? [] : [[taken_on, 1] as const]));
  return { total: total + open.length, days: [...Object.entries(days), ...openDays] };
}
