import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Where a mail stands: `sending` while somebody holds the claim, `waiting` for the next try, `sent`, or `dead` when no
 * try will follow.
 */
export const MAIL_STATES = ["sending", "waiting", "sent", "dead"] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** One row per mail that was asked for, so that none goes out twice. Says nothing of receiver or content. */
export const mailLog = sqliteTable(
  "mail_log",
  {
    /** Names the occasion, such as `invitation:inv_…`. */
    key: text().primaryKey(),
    template: text().notNull(),
    state: text().$type<MailState>().notNull(),
    attempts: integer().notNull(),
    /** The queue's message that sends it, or sent it. */
    message: text().notNull(),
    /** Until then nobody else may send it; a sender that died has let go by then. */
    claimed_until_ms: integer().notNull(),
    /** A class such as `smtp_rcpt_451`: never the words of a server, which quote addresses. */
    last_error: text(),
    created_at_ms: integer().notNull(),
    updated_at_ms: integer().notNull(),
  },
  (table) => [index("mail_log_updated").on(table.updated_at_ms)],
);

export type MailLogRow = typeof mailLog.$inferSelect;
