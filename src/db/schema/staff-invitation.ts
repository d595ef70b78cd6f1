import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { RoleAt } from "../../domain/tenancy/actor.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { merchant } from "./merchant.ts";

/** Somebody who was asked by e-mail to work in the dashboard. They become staff when they accept. */
export const staffInvitation = sqliteTable(
  "staff_invitation",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    id: text().notNull(),
    email: text().notNull(),
    name: text().notNull(),
    roles: text({ mode: "json" }).$type<readonly RoleAt[]>().notNull(),
    locale: text().$type<Locale>().notNull(),
    /** SHA-256 of the newest link's secret; older links stop working. */
    token_hash: text().notNull(),
    invited_by: text().notNull(),
    created_at_ms: integer().notNull(),
    sent_at_ms: integer().notNull(),
    sent_count: integer().notNull(),
    expires_at_ms: integer().notNull(),
    accepted_at_ms: integer(),
    revoked_at_ms: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.id] }),
    uniqueIndex("staff_invitation_token").on(table.merchant, table.token_hash),
  ],
);

export type StaffInvitationRow = typeof staffInvitation.$inferSelect;
