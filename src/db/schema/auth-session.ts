import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { authUser } from "./auth-user.ts";

/** A signed-in browser. The cookie carries the token with a signature, so a copy of this table opens nothing. */
export const authSession = sqliteTable(
  "auth_session",
  {
    id: text().primaryKey(),
    token: text().notNull(),
    userId: text("user")
      .notNull()
      .references(() => authUser.id, { onDelete: "cascade" }),
    expiresAt: integer("expires_at_ms", { mode: "timestamp_ms" }).notNull(),
    /** Never filled: an address is personal data that nothing here needs. */
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [
    uniqueIndex("auth_session_token").on(table.token),
    index("auth_session_user").on(table.userId),
    index("auth_session_expiry").on(table.expiresAt),
  ],
);
