import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { WatchLimits } from "../../domain/insights/watch.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import type { Goal } from "../../domain/program/templates.ts";
import type { Jurisdiction } from "../../domain/tenancy/merchant.ts";

/** `suspended`: tills are answered, owners cannot change anything. `closed`: kept for 30 days, then erased. */
export type MerchantStatus = "active" | "suspended" | "closed";

/** One row per tenant. The locator is the tenant key of every other table. */
export const merchant = sqliteTable(
  "merchant",
  {
    locator: text().primaryKey(),
    name: text().notNull(),
    legal_name: text(),
    country: text().notNull(),
    currency: text().notNull(),
    timezone: text().notNull(),
    locale: text().$type<Locale>().notNull(),
    jurisdiction: text().$type<Jurisdiction>().notNull(),
    claims: integer({ mode: "boolean" }).notNull(),
    strict_receipts: integer({ mode: "boolean" }).notNull(),
    status: text().$type<MerchantStatus>().notNull(),
    /** One salt per merchant, not per person: equal PINs must be found without one slow derivation per colleague. */
    pin_salt: text().notNull(),
    /** Grows with every change of any configuration row; the optimistic lock of all of them. */
    revision: integer().notNull(),
    /** Grows with every change of what the edge knows; the version of the snapshot that is pushed. */
    config_version: integer().notNull(),
    config_pushed_version_live: integer().notNull(),
    config_pushed_version_test: integer().notNull(),
    created_at_ms: integer().notNull(),
    /** What the owner wants most; reported on every month. */
    goal: text().$type<Goal>(),
    /** The template that the first programme was made from. */
    template: text(),
    /** Of the member's pages and mails, "#rrggbb"; null for our own. */
    color: text(),
    /** What is usual here before something is flagged; null where the defaults hold. */
    watch: text({ mode: "json" }).$type<Partial<WatchLimits>>(),
  },
  (table) => [
    // Partial: it holds only merchants that wait for a push, so the minutely repair reads nothing when all is well.
    index("merchant_behind")
      .on(table.locator)
      .where(
        sql`${table.config_pushed_version_live} < ${table.config_version} or ${table.config_pushed_version_test} < ${table.config_version}`,
      ),
  ],
);

export type MerchantRow = typeof merchant.$inferSelect;
