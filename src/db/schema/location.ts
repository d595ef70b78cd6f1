import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { OpeningHours } from "../../domain/tenancy/config.ts";
import { merchant } from "./merchant.ts";

/** A shop of a merchant. */
export const location = sqliteTable(
  "location",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    id: text().notNull(),
    name: text().notNull(),
    country: text().notNull(),
    timezone: text().notNull(),
    opening_hours: text({ mode: "json" }).$type<readonly OpeningHours[]>().notNull(),
    created_at_ms: integer().notNull(),
    archived_at_ms: integer(),
  },
  (table) => [primaryKey({ columns: [table.merchant, table.id] })],
);

export type LocationRow = typeof location.$inferSelect;
