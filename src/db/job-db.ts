import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { deadLetter } from "./schema/dead-letter.ts";
import { mailLog, type MailState } from "./schema/mail-log.ts";

/** A wish to be the one who sends a mail. */
export interface MailClaim {
  readonly key: string;
  readonly template: string;
  /** The queue message on whose behalf. */
  readonly message: string;
  readonly now_ms: number;
  readonly until_ms: number;
}

/** How a try to send a mail ended. */
export interface MailSettlement {
  readonly key: string;
  /** Settles nothing when another message holds the claim by now. */
  readonly message: string;
  readonly state: MailState;
  readonly last_error: string | null;
  readonly now_ms: number;
}

/** Statements of work from the queue, over all merchants. No row tells who a mail is for. */
export function jobDb(db: Database) {
  return {
    batch: db.batch.bind(db),

    /**
     * Takes the mail, unless it is sent or somebody else is sending it; answers the row when it was taken. A message
     * that comes again takes back its own claim: its first run has died.
     */
    claimMail: ({ key, template, message, now_ms, until_ms }: MailClaim) =>
      db
        .insert(mailLog)
        .values({
          key,
          template,
          message,
          state: "sending",
          attempts: 1,
          claimed_until_ms: until_ms,
          created_at_ms: now_ms,
          updated_at_ms: now_ms,
        })
        .onConflictDoUpdate({
          target: mailLog.key,
          set: {
            message,
            state: "sending",
            attempts: sql`${mailLog.attempts} + 1`,
            claimed_until_ms: until_ms,
            updated_at_ms: now_ms,
          },
          setWhere: sql`${mailLog.state} in ('waiting', 'dead') or (${mailLog.state} = 'sending'
            and (${mailLog.message} = ${message} or ${mailLog.claimed_until_ms} <= ${now_ms}))`,
        })
        .returning(),
    mail: (key: string) => db.select().from(mailLog).where(eq(mailLog.key, key)).limit(1),
    settleMail: ({ key, message, state, last_error, now_ms }: MailSettlement) =>
      db
        .update(mailLog)
        .set({ state, last_error, updated_at_ms: now_ms, claimed_until_ms: now_ms })
        .where(and(eq(mailLog.key, key), eq(mailLog.message, message), eq(mailLog.state, "sending"))),
    /** Newest first. */
    mailsIn: (states: readonly MailState[], limit: number) =>
      db
        .select()
        .from(mailLog)
        .where(inArray(mailLog.state, [...states]))
        .orderBy(desc(mailLog.updated_at_ms))
        .limit(limit),

    /** Repeating it changes nothing. */
    recordDead: (row: typeof deadLetter.$inferInsert) => db.insert(deadLetter).values(row).onConflictDoNothing(),
    /** Newest first. */
    deadLetters: (limit: number) => db.select().from(deadLetter).orderBy(desc(deadLetter.dead_at_ms)).limit(limit),
  };
}

export type JobDb = ReturnType<typeof jobDb>;
