import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A queue message that was given up, and why. Its body is in the dead letter queue and not here. */
export const deadLetter = sqliteTable(
  "dead_letter",
  {
    /** The queue's id of the message. */
    id: text().primaryKey(),
    type: text().notNull(),
    version: integer(),
    /** What it was about, when it says so in a form that cannot hold personal data. */
    key: text(),
    reason: text().notNull(),
    attempts: integer().notNull(),
    queued_at_ms: integer().notNull(),
    dead_at_ms: integer().notNull(),
  },
  (table) => [index("dead_letter_dead").on(table.dead_at_ms)],
);

export type DeadLetterRow = typeof deadLetter.$inferSelect;
