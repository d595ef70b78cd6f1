import { type SQL, sql } from "drizzle-orm";

/** How many rows a merchant has: those in use, and all that were ever made. Both are bounded. */
export interface Counts {
  readonly active: number;
  readonly total: number;
}

/** The two columns of {@link Counts}; `isActive` is true or false, never null. */
export function countColumns(isActive: SQL): { active: SQL<number>; total: SQL<number> } {
  return { active: sql<number>`coalesce(sum(${isActive}), 0)`, total: sql<number>`count(*)` };
}
