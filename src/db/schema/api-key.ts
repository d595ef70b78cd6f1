import { foreignKey, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Scope } from "../../domain/tenancy/api-key.ts";
import type { Mode } from "../../domain/tenancy/merchant.ts";
import { till } from "./till.ts";

/** A till's key. The secret is shown once; only its SHA-256 is stored, with enough of its ends to recognise it by. */
export const apiKey = sqliteTable(
  "api_key",
  {
    merchant: text().notNull(),
    id: text().notNull(),
    till: text().notNull(),
    name: text(),
    mode: text().$type<Mode>().notNull(),
    scopes: text({ mode: "json" }).$type<readonly Scope[]>().notNull(),
    hash: text().notNull(),
    prefix: text().notNull(),
    last_four: text().notNull(),
    /** The key this one took over from when it was rolled. */
    replaces: text(),
    created_at_ms: integer().notNull(),
    expires_at_ms: integer(),
    revoked_at_ms: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.id] }),
    foreignKey({ columns: [table.merchant, table.till], foreignColumns: [till.merchant, till.id] }),
    uniqueIndex("api_key_hash").on(table.hash),
    index("api_key_till").on(table.merchant, table.till),
  ],
);

export type ApiKeyRow = typeof apiKey.$inferSelect;
