import { foreignKey, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { location } from "./location.ts";

/** A POS or the web till at a location. It never moves: keys, idempotency and receipts are scoped by it. */
export const till = sqliteTable(
  "till",
  {
    merchant: text().notNull(),
    id: text().notNull(),
    location: text().notNull(),
    name: text().notNull(),
    created_at_ms: integer().notNull(),
    archived_at_ms: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.id] }),
    // The merchant is part of the reference, so a row can never point into another tenant.
    foreignKey({ columns: [table.merchant, table.location], foreignColumns: [location.merchant, location.id] }),
    index("till_location").on(table.merchant, table.location),
  ],
);

export type TillRow = typeof till.$inferSelect;
