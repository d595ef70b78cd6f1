import { eq, type SQL, sql } from "drizzle-orm";
import type { Mode } from "../../domain/tenancy/merchant.ts";
import type { Database } from "../database.ts";
import { merchant } from "../schema/merchant.ts";

export type NewMerchant = Omit<typeof merchant.$inferInsert, "locator">;
export type MerchantChange = Partial<
  Pick<
    typeof merchant.$inferInsert,
    | "name"
    | "legal_name"
    | "country"
    | "timezone"
    | "locale"
    | "claims"
    | "strict_receipts"
    | "status"
    | "goal"
    | "color"
    | "watch"
  >
>;

/** The tenant's own row. */
export function merchantRepository(db: Database, tenant: string) {
  const own = eq(merchant.locator, tenant);
  return {
    insert: (row: NewMerchant) => db.insert(merchant).values({ ...row, locator: tenant }),
    get: () => db.select().from(merchant).where(own).limit(1),
    update: (change: MerchantChange) => db.update(merchant).set(change).where(own),

    /**
     * The first statement of every change. When somebody else changed anything since `revision` was read, NULL meets
     * NOT NULL and the whole batch is undone: so limits and uniqueness that were checked on what was read still hold.
     */
    claimRevision: (revision: number) =>
      db
        .update(merchant)
        .set({ revision: nextRevision(revision) })
        .where(own),
    /** The same, for a change that the edge must learn. */
    claimConfigVersion: (revision: number) =>
      db
        .update(merchant)
        .set({ revision: nextRevision(revision), config_version: sql`${merchant.config_version} + 1` })
        .where(own),

    /** Notes what the registry of a mode has confirmed. It never goes back, however answers overtake each other. */
    recordPushed: (mode: Mode, version: number) =>
      db
        .update(merchant)
        .set({ [pushedColumn(mode)]: sql`max(${merchant[pushedColumn(mode)]}, ${version})` })
        .where(own),
    /** Notes that the registry of a mode has less than we thought, so that the push is repeated with what it lacks. */
    recordLost: (mode: Mode, version: number) =>
      db
        .update(merchant)
        .set({ [pushedColumn(mode)]: sql`min(${merchant[pushedColumn(mode)]}, ${version})` })
        .where(own),
    /** Overtakes a registry that is ahead, as after D1 was restored from a backup. */
    overtake: (version: number) =>
      db
        .update(merchant)
        .set({
          revision: sql`${merchant.revision} + 1`,
          config_version: sql`max(${merchant.config_version}, ${version} + 1)`,
        })
        .where(own),
  };
}

/** Whether a batch failed because the revision it claimed was no longer the current one. */
export function isStaleRevision(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes("NOT NULL constraint failed: merchant.revision")) return true;
  }
  return false;
}

/** Whether an insert failed because the locator is taken. */
export function isTakenLocator(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes("UNIQUE constraint failed: merchant.locator")) return true;
  }
  return false;
}

function nextRevision(revision: number): SQL {
  return sql`case when ${merchant.revision} = ${revision} then ${merchant.revision} + 1 end`;
}

function pushedColumn(mode: Mode): "config_pushed_version_live" | "config_pushed_version_test" {
  return mode === "live" ? "config_pushed_version_live" : "config_pushed_version_test";
}
