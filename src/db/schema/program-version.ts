import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { merchant } from "./merchant.ts";

/** A published programme. Never changed and never deleted: old sales and returns are explained by it (triggers refuse). */
export const programVersion = sqliteTable(
  "program_version",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    version: integer().notNull(),
    /** The configuration version it was published with: a registry that has confirmed that one has this text. */
    config_version: integer().notNull(),
    effective_at_ms: integer().notNull(),
    /** SHA-256 of `json` as stored, lower-case hex. */
    hash: text().notNull(),
    json: text().notNull(),
    published_by: text().notNull(),
    published_at_ms: integer().notNull(),
    note: text(),
  },
  (table) => [primaryKey({ columns: [table.merchant, table.version] })],
);

export type ProgramVersionRow = typeof programVersion.$inferSelect;
