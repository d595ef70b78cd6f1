import { sql } from "drizzle-orm";
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { merchant } from "./merchant.ts";

/** Something a merchant sells. Sales carry their own lines; items give names, buttons and rules something to refer to. */
export const item = sqliteTable(
  "item",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    id: text().notNull(),
    sku: text().notNull(),
    name: text().notNull(),
    /** Minor units, tax included. */
    price: integer(),
    category: text(),
    /** Percent as a decimal string, never a float. */
    tax_rate: text(),
    button_order: integer().notNull(),
    created_at_ms: integer().notNull(),
    archived_at_ms: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.id] }),
    // Partial, so that an archived sku can be sold again as another item.
    uniqueIndex("item_sku")
      .on(table.merchant, table.sku)
      .where(sql`${table.archived_at_ms} is null`),
  ],
);

export type ItemRow = typeof item.$inferSelect;
