import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Locale } from "../../domain/tenancy/config.ts";

/** The mailbox of a developer's machine. Stays empty everywhere else: there, mail is really sent. */
export const devMail = sqliteTable(
  "dev_mail",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    key: text().notNull(),
    template: text().notNull(),
    locale: text().$type<Locale>().notNull(),
    from_name: text().notNull(),
    from_address: text().notNull(),
    reply_to: text(),
    to_address: text().notNull(),
    subject: text().notNull(),
    text: text().notNull(),
    html: text().notNull(),
    received_at_ms: integer().notNull(),
  },
  (table) => [uniqueIndex("dev_mail_key").on(table.key)],
);

export type DevMailRow = typeof devMail.$inferSelect;
