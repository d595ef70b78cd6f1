import { and, asc, desc, eq, gt, lt, lte, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { merchant } from "../schema/merchant.ts";
import { programVersion } from "../schema/program-version.ts";

export type NewProgramVersion = Omit<typeof programVersion.$inferInsert, "merchant">;

/** Published versions. There is no update and no delete: the tables' triggers would refuse them. */
export function programVersionRepository(db: Database, tenant: string) {
  const own = eq(programVersion.merchant, tenant);
  return {
    insert: (row: NewProgramVersion) => db.insert(programVersion).values({ ...row, merchant: tenant }),
    get: (version: number) =>
      db
        .select()
        .from(programVersion)
        .where(and(own, eq(programVersion.version, version)))
        .limit(1),
    latest: () => db.select(facts).from(programVersion).where(own).orderBy(desc(programVersion.version)).limit(1),
    /** Every version without its text, oldest first. */
    facts: () => db.select(facts).from(programVersion).where(own).orderBy(asc(programVersion.version)),
    /** Newest first. */
    page: (page: { readonly before: number; readonly limit: number }) =>
      db
        .select(facts)
        .from(programVersion)
        .where(and(own, lt(programVersion.version, page.before)))
        .orderBy(desc(programVersion.version))
        .limit(page.limit),
    /** The texts that at least one registry has not confirmed, oldest first. */
    unconfirmedTexts: () =>
      db
        .select()
        .from(programVersion)
        .where(and(own, gt(programVersion.config_version, leastPushed(db, tenant))))
        .orderBy(asc(programVersion.version)),
    textsUpTo: (config_version: number) =>
      db
        .select()
        .from(programVersion)
        .where(and(own, lte(programVersion.config_version, config_version)))
        .orderBy(asc(programVersion.version)),
  };
}

const facts = {
  version: programVersion.version,
  effective_at_ms: programVersion.effective_at_ms,
  hash: programVersion.hash,
  published_by: programVersion.published_by,
  published_at_ms: programVersion.published_at_ms,
  note: programVersion.note,
};

function leastPushed(db: Database, tenant: string) {
  return db
    .select({ version: sql`min(${merchant.config_pushed_version_live}, ${merchant.config_pushed_version_test})` })
    .from(merchant)
    .where(eq(merchant.locator, tenant));
}
