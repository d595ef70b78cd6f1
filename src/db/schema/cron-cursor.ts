import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Where a job that walks over all merchants goes on at its next run. Belongs to the platform, not to a tenant. */
export const cronCursor = sqliteTable("cron_cursor", {
  job: text().primaryKey(),
  /** The last locator that was handled; empty at the start. */
  after: text().notNull(),
  /** Whether there is more to do. */
  open: integer({ mode: "boolean" }).notNull(),
  updated_at_ms: integer().notNull(),
});
