import { type Meters, tierMeter } from "../ledger/meter.ts";
import { monthNumber, monthText } from "../time/calendar.ts";
import type { TierLevel, TierRules } from "./tier-rules.ts";

/** Where a member stands in a month. */
export interface TierStanding {
  readonly level: TierLevel | null;
  /** What counts in the window of this month: points, minor units or visits. */
  readonly counted: number;
  /** The level above and what is missing for it; null at the top. */
  readonly next: { readonly level: TierLevel; readonly missing: number } | null;
  /** The last month ("YYYY-MM") in which the level is kept if nothing more is done; null without end or without a level. */
  readonly kept_until: string | null;
}

/** How far ahead a downgrade can be told: the longest window and the longest grace. */
const AHEAD_MONTHS = 61;

/** The level of a member in a month; null below the lowest. Up at once, down after the grace, from counters alone. */
export function tierLevel(rules: TierRules, meters: Meters, month: string): TierLevel | null {
  return rules.levels[tierIndex(rules, monthsOf(rules, meters), monthNumber(month))] ?? null;
}

export function tierStanding(rules: TierRules, meters: Meters, month: string): TierStanding {
  const months = monthsOf(rules, meters);
  const now = monthNumber(month);
  const index = tierIndex(rules, months, now);
  const counted = countedIn(rules, months, now);
  const next = rules.levels[index + 1];
  return {
    level: rules.levels[index] ?? null,
    counted,
    next: next === undefined ? null : { level: next, missing: Math.max(0, next.from - counted) },
    kept_until: index < 0 ? null : keptUntil(rules, months, now, index),
  };
}

/** What was counted in one month, by the month's number: a standing looks at dozens of months. */
interface MonthCount {
  readonly month: number;
  readonly amount: number;
}

function monthsOf({ basis }: TierRules, meters: Meters): readonly MonthCount[] {
  return Object.entries(meters[tierMeter(basis)] ?? {})
    .filter(([on]) => on.length === "YYYY-MM".length)
    .map(([on, amount]) => ({ month: monthNumber(on), amount }));
}

function keptUntil(rules: TierRules, months: readonly MonthCount[], now: number, index: number): string | null {
  if (rules.downgrade === "never") return null;
  let held = index;
  for (let month = now + 1; month <= now + AHEAD_MONTHS; month += 1) {
    held = indexAfter(rules, months, held, month);
    if (held < index) return monthText(month - 1);
  }
  return null;
}

/** Place in `levels`; -1 below the lowest. */
function tierIndex(rules: TierRules, months: readonly MonthCount[], now: number): number {
  if (rules.downgrade === "reassess") return heldIndex(rules, months, now);
  let index = -1;
  for (let each = Math.min(now, ...months.map(({ month }) => month)); each <= now; each += 1) {
    index = indexAfter(rules, months, index, each);
  }
  return index;
}

/** The place in a month, after that of the month before it. */
function indexAfter(rules: TierRules, months: readonly MonthCount[], before: number, month: number): number {
  const held = heldIndex(rules, months, month);
  if (rules.downgrade === "reassess") return held;
  return Math.max(held, rules.downgrade === "never" ? before : before - 1);
}

/** The highest level reached in this month or, by grace, in one of those before it. */
function heldIndex(rules: TierRules, months: readonly MonthCount[], month: number): number {
  let highest = -1;
  for (let back = 0; back <= rules.grace_months; back += 1) {
    highest = Math.max(highest, reachedIndex(rules, countedIn(rules, months, month - back)));
  }
  return highest;
}

function reachedIndex({ levels }: TierRules, counted: number): number {
  return levels.findLastIndex(({ from }) => counted >= from);
}

function countedIn({ window }: TierRules, months: readonly MonthCount[], through: number): number {
  const first = window.kind === "rolling" ? through - window.months + 1 : through - (through % 12);
  let sum = 0;
  for (const { month, amount } of months) if (month >= first && month <= through) sum += amount;
  return sum;
}
