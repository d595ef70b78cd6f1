import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Agreement } from "../../domain/tenancy/agreements.ts";
import { merchant } from "./merchant.ts";

/** That a merchant accepted a version of a legal text, when, and by whom. Never changed: it is the proof. */
export const merchantAgreement = sqliteTable(
  "merchant_agreement",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    agreement: text().$type<Agreement>().notNull(),
    version: text().notNull(),
    accepted_by: text().notNull(),
    accepted_at_ms: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.merchant, table.agreement, table.version] })],
);
