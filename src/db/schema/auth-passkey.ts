import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { authUser } from "./auth-user.ts";

/** A passkey's public half. */
export const authPasskey = sqliteTable(
  "auth_passkey",
  {
    id: text().primaryKey(),
    name: text(),
    publicKey: text("public_key").notNull(),
    userId: text("user")
      .notNull()
      .references(() => authUser.id, { onDelete: "cascade" }),
    credentialID: text("credential").notNull(),
    counter: integer().notNull(),
    deviceType: text("device_type").notNull(),
    backedUp: integer("backed_up", { mode: "boolean" }).notNull(),
    transports: text(),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }),
    aaguid: text(),
  },
  (table) => [
    uniqueIndex("auth_passkey_credential").on(table.credentialID),
    index("auth_passkey_user").on(table.userId),
  ],
);
