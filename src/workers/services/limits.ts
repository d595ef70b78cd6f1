import type { Counts } from "../../db/repositories/counts.ts";
import type { LimitReached } from "./refusal.ts";

/**
 * How many of each a merchant may have. They keep the snapshot that the edge loads small, and one tenant from filling
 * the shared database. Archived rows count ten times less.
 */
export const LIMITS = {
  location: 100,
  till: 500,
  key: 1_000,
  item: 10_000,
  staff: 500,
  program_version: 400,
} as const;

const ARCHIVED_FACTOR = 10;

/** A refusal when `adding` more would be too many, null when there is room. */
export function limitRefusal(what: keyof typeof LIMITS, counts: Counts | undefined, adding = 1): LimitReached | null {
  const max = LIMITS[what];
  const { active, total } = counts ?? { active: 0, total: 0 };
  const fits = active + adding <= max && total + adding <= max * ARCHIVED_FACTOR;
  return fits ? null : { code: "limit_reached", what, max };
}
