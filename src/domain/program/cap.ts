import type { Caps } from "./earning-rules.ts";

/** What a capped rule or unit had given before, in the same day, week and month. */
export interface CapUsage {
  readonly day: number;
  readonly week: number;
  readonly month: number;
}

/** A cap that took something off. */
export interface CapHit {
  readonly period: "sale" | "day" | "week" | "month";
  readonly max: number;
  /** What was not given. */
  readonly over: number;
  /** Whether the unit is capped, or else the rule alone. */
  readonly unit: boolean;
}

const PERIODS = ["sale", "day", "week", "month"] as const;
const UNUSED: CapUsage = { day: 0, week: 0, month: 0 };

/** The cap that leaves least room, when an amount goes beyond it; null when all of the amount fits. */
export function trimmed(caps: Caps | undefined, usage: CapUsage = UNUSED, amount: number): CapHit | null {
  if (caps === undefined) return null;
  const used = { sale: 0, ...usage };
  const hits = PERIODS.flatMap((period) => {
    const max = caps[period];
    if (max === undefined) return [];
    const over = amount - Math.max(0, max - used[period]);
    return over > 0 ? [{ period, max, over: Math.min(over, amount), unit: true }] : [];
  });
  return hits.reduce<CapHit | null>((most, hit) => (most === null || hit.over > most.over ? hit : most), null);
}
