import { desc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { devMail } from "./schema/dev-mail.ts";

/** How many mails the mailbox keeps. */
export const DEV_MAILS_MAX = 500;

/** Statements of the mailbox on a developer's machine. */
export function devMailDb(db: Database) {
  return {
    batch: db.batch.bind(db),
    /** A key that is there already stays as it is. */
    insert: (row: typeof devMail.$inferInsert) => db.insert(devMail).values(row).onConflictDoNothing(),
    /** Lets go of the oldest beyond the limit. */
    trim: () =>
      db
        .delete(devMail)
        .where(sql`${devMail.id} <= (select max(${devMail.id}) from ${devMail}) - ${sql.raw(String(DEV_MAILS_MAX))}`),
    /** Newest first. */
    list: () => db.select().from(devMail).orderBy(desc(devMail.id)),
    /** Those to addresses that contain the text, newest first. */
    to: (part: string) =>
      db
        .select()
        .from(devMail)
        .where(sql`instr(${devMail.to_address}, ${part}) > 0`)
        .orderBy(desc(devMail.id)),
    get: (id: number) => db.select().from(devMail).where(eq(devMail.id, id)).limit(1),
    clear: () => db.delete(devMail),
  };
}

export type DevMailDb = ReturnType<typeof devMailDb>;
