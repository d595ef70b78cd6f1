import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A code or a passkey's challenge that waits for its answer: single use, hashed, with an end. */
export const authVerification = sqliteTable(
  "auth_verification",
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: integer("expires_at_ms", { mode: "timestamp_ms" }).notNull(),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [
    index("auth_verification_identifier").on(table.identifier),
    index("auth_verification_expiry").on(table.expiresAt),
  ],
);
