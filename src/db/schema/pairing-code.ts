import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Scope } from "../../domain/tenancy/api-key.ts";
import type { Mode } from "../../domain/tenancy/merchant.ts";

/** A six-digit code that a till swaps for a key. A till that pairs names no merchant, so the codes are the platform's. */
export const pairingCode = sqliteTable(
  "pairing_code",
  {
    /** Keyed digest of the digits: with a million codes, a plain hash would be no secret. */
    code_hash: text().primaryKey(),
    merchant: text().notNull(),
    till: text().notNull(),
    mode: text().$type<Mode>().notNull(),
    scopes: text({ mode: "json" }).$type<readonly Scope[]>().notNull(),
    created_by: text().notNull(),
    created_at_ms: integer().notNull(),
    expires_at_ms: integer().notNull(),
    used_at_ms: integer(),
  },
  (table) => [index("pairing_code_till").on(table.merchant, table.till)],
);

export type PairingCodeRow = typeof pairingCode.$inferSelect;
