import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { merchant } from "./merchant.ts";

/** Counts wrong PINs per person, or per till where the PIN alone says who it is. */
export const pinAttempt = sqliteTable(
  "pin_attempt",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    /** A staff id or a till id. */
    scope: text().notNull(),
    failed: integer().notNull(),
    last_at_ms: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.merchant, table.scope] })],
);
