import { type Meters, metered, tierMeter } from "../ledger/meter.ts";
import { monthOf } from "../time/calendar.ts";
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
  return rules.levels[tierIndex(rules, meters, month)] ?? null;
}

export function tierStanding(rules: TierRules, meters: Meters, month: string): TierStanding {
  const index = tierIndex(rules, meters, month);
  const counted = countedIn(rules, meters, month);
  const next = rules.levels[index + 1];
  return {
    level: rules.levels[index] ?? null,
    counted,
    next: next === undefined ? null : { level: next, missing: Math.max(0, next.from - counted) },
    kept_until: index < 0 ? null : keptUntil(rules, meters, month, index),
  };
}

function keptUntil(rules: TierRules, meters: Meters, month: string, index: number): string | null {
  if (rules.downgrade === "never") return null;
  let held = index;
  for (let ahead = 1; ahead <= AHEAD_MONTHS; ahead += 1) {
    held = indexAfter(rules, meters, held, monthOf(month, ahead));
    if (held < index) return monthOf(month, ahead - 1);
  }
  return null;
}

/** Place in `levels`; -1 below the lowest. */
function tierIndex(rules: TierRules, meters: Meters, month: string): number {
  if (rules.downgrade === "reassess") return heldIndex(rules, meters, month);
  let index = -1;
  for (let each = firstMonth(rules, meters, month); each <= month; each = monthOf(each, 1)) {
    index = indexAfter(rules, meters, index, each);
  }
  return index;
}

/** The place in a month, after that of the month before it. */
function indexAfter(rules: TierRules, meters: Meters, before: number, month: string): number {
  const held = heldIndex(rules, meters, month);
  if (rules.downgrade === "reassess") return held;
  return Math.max(held, rules.downgrade === "never" ? before : before - 1);
}

/** The highest level reached in this month or, by grace, in one of those before it. */
function heldIndex(rules: TierRules, meters: Meters, month: string): number {
  let highest = -1;
  for (let back = 0; back <= rules.grace_months; back += 1) {
    highest = Math.max(highest, reachedIndex(rules, countedIn(rules, meters, monthOf(month, -back))));
  }
  return highest;
}

function reachedIndex({ levels }: TierRules, counted: number): number {
  return levels.findLastIndex(({ from }) => counted >= from);
}

function countedIn({ basis, window }: TierRules, meters: Meters, month: string): number {
  const from = window.kind === "rolling" ? monthOf(month, 1 - window.months) : `${month.slice(0, 4)}-01`;
  return metered(meters, tierMeter(basis), from, month);
}

function firstMonth({ basis }: TierRules, meters: Meters, month: string): string {
  const months = Object.keys(meters[tierMeter(basis)] ?? {}).filter((on) => on.length === month.length);
  return months.reduce((first, on) => (on < first ? on : first), month);
}
