import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { BatchItem } from "drizzle-orm/batch";

/** D1 behind drizzle, without a schema: there is no relational query API, so no way round the repositories. */
export type Database = DrizzleD1Database;

/** One statement that has not run yet. A service puts several into one `batch`, which commits all or none. */
export type Statement = BatchItem<"sqlite">;

export function openDatabase(d1: D1Database): Database {
  return drizzle(d1);
}
