import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

// The login's tables belong to the platform, not to a tenant: one person may work for several merchants. The login
// library reads and writes them under its own field names, hence the camel case; the columns follow ours.

/** Somebody who can sign in. What they may do stands with the merchants they work for. */
export const authUser = sqliteTable(
  "auth_user",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text().notNull(),
    emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
    image: text(),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [uniqueIndex("auth_user_email").on(table.email)],
);
