import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { programDraft } from "../schema/program-draft.ts";

export type DraftText = Pick<typeof programDraft.$inferInsert, "json" | "updated_at_ms" | "updated_by">;

export function programDraftRepository(db: Database, tenant: string) {
  const own = eq(programDraft.merchant, tenant);
  return {
    get: () => db.select().from(programDraft).where(own).limit(1),
    /** The first draft; returns nothing when there is one already. */
    create: (text: DraftText) =>
      db
        .insert(programDraft)
        .values({ ...text, merchant: tenant, revision: 1 })
        .onConflictDoNothing()
        .returning(),
    /** The next draft; returns nothing when it is no longer the one that was read. */
    replace: (revision: number, text: DraftText) =>
      db
        .update(programDraft)
        .set({ ...text, revision: sql`${programDraft.revision} + 1` })
        .where(and(own, eq(programDraft.revision, revision)))
        .returning(),
  };
}
