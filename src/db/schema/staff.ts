import { sql } from "drizzle-orm";
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { authUser } from "./auth-user.ts";
import { merchant } from "./merchant.ts";

/** A person who works for a merchant. Weekend staff have a PIN and no e-mail; dashboard users have an e-mail. */
export const staff = sqliteTable(
  "staff",
  {
    merchant: text()
      .notNull()
      .references(() => merchant.locator),
    id: text().notNull(),
    name: text().notNull(),
    email: text(),
    pin_hash: text(),
    /** The account of their own card, so that serving oneself can be flagged. */
    member_account: text(),
    created_at_ms: integer().notNull(),
    archived_at_ms: integer(),
    /** Who signs in as this person; null for those who only have a PIN. */
    user: text().references(() => authUser.id),
    /** Under which code tills name them; null when tills use the id, or nothing. */
    till_code: text(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.id] }),
    uniqueIndex("staff_email")
      .on(table.merchant, table.email)
      .where(sql`${table.email} is not null and ${table.archived_at_ms} is null`),
    uniqueIndex("staff_user")
      .on(table.user, table.merchant)
      .where(sql`${table.user} is not null`),
  ],
);

export type StaffRow = typeof staff.$inferSelect;
