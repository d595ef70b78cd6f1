import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Counts attempts per bucket in this window and the one before. Buckets are digests: no address stands here. */
export const rateWindow = sqliteTable("rate_window", {
  bucket: text().primaryKey(),
  /** When the window began. */
  started_at_ms: integer().notNull(),
  count: integer().notNull(),
  /** What the window before counted. */
  before: integer().notNull(),
  /** After this nothing of the row counts any more. */
  stale_at_ms: integer().notNull(),
});
