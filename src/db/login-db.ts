import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { authUser } from "./schema/auth-user.ts";
import { merchant } from "./schema/merchant.ts";
import { pairingCode } from "./schema/pairing-code.ts";
import { rateWindow } from "./schema/rate-window.ts";
import { staff } from "./schema/staff.ts";
import { staffRole } from "./schema/staff-role.ts";

export type NewPairingCode = Omit<typeof pairingCode.$inferInsert, "used_at_ms">;

/** A bound on attempts: at most so many in any window of this length. */
export interface RateBound {
  readonly max: number;
  readonly window_ms: number;
}

/**
 * Statements of signing in and pairing. They go by a person, a code or a bucket, because no tenant is known yet; what
 * they return of a tenant is only that this very person works there.
 */
export function loginDb(db: Database) {
  const staleIn = ({ window_ms }: RateBound) => 2 * window_ms;
  return {
    batch: db.batch.bind(db),

    /** Where somebody works, a row for each role. */
    memberships: (user: string) =>
      db
        .select({
          merchant: staff.merchant,
          name: merchant.name,
          status: merchant.status,
          staff: staff.id,
          location: staffRole.location,
          role: staffRole.role,
        })
        .from(staff)
        .innerJoin(merchant, eq(merchant.locator, staff.merchant))
        .innerJoin(staffRole, and(eq(staffRole.merchant, staff.merchant), eq(staffRole.staff, staff.id)))
        .where(and(eq(staff.user, user), isNotNull(staff.user), isNull(staff.archived_at_ms)))
        .orderBy(asc(merchant.created_at_ms), asc(staff.merchant), asc(staffRole.location)),
    rename: (user: string, name: string, at_ms: number) =>
      db
        .update(authUser)
        .set({ name, updatedAt: new Date(at_ms) })
        .where(eq(authUser.id, user)),

    /**
     * Counts an attempt before it is looked at, so that guesses made at the same moment cannot all slip through.
     * Sliding: the window before weighs as much as still lies within one window's length.
     */
    countAttempt: (bucket: string, now_ms: number, bound: RateBound) => {
      const started_at_ms = now_ms - (now_ms % bound.window_ms);
      const isSame = sql`${rateWindow.started_at_ms} = ${started_at_ms}`;
      const isNext = sql`${rateWindow.started_at_ms} = ${started_at_ms - bound.window_ms}`;
      return db
        .insert(rateWindow)
        .values({ bucket, started_at_ms, count: 1, before: 0, stale_at_ms: started_at_ms + staleIn(bound) })
        .onConflictDoUpdate({
          target: rateWindow.bucket,
          set: {
            before: sql`case when ${isSame} then ${rateWindow.before} when ${isNext} then ${rateWindow.count} else 0 end`,
            // Attempts beyond the bound are refused and do not add up, or hammering would lock somebody out for longer.
            count: sql`case when ${isSame} then min(${rateWindow.count} + 1, ${bound.max + 2}) else 1 end`,
            started_at_ms,
            stale_at_ms: started_at_ms + staleIn(bound),
          },
        })
        .returning({ count: rateWindow.count, before: rateWindow.before, started_at_ms: rateWindow.started_at_ms });
    },
    /** Takes back one counted attempt that turned out right, or that was not let through. */
    takeBackAttempt: (bucket: string) =>
      db
        .update(rateWindow)
        .set({ count: sql`max(${rateWindow.count} - 1, 0)` })
        .where(eq(rateWindow.bucket, bucket)),

    /** Frees the digits of a code that can no longer be used, so that they may come again. */
    dropDeadPairingCode: (code_hash: string, now_ms: number) =>
      db
        .delete(pairingCode)
        .where(
          and(
            eq(pairingCode.code_hash, code_hash),
            sql`(${pairingCode.used_at_ms} is not null or ${pairingCode.expires_at_ms} <= ${now_ms})`,
          ),
        ),
    /** A till has one code: a new one ends those before it. */
    dropPairingCodesOf: (of: { readonly merchant: string; readonly till: string }) =>
      db.delete(pairingCode).where(and(eq(pairingCode.merchant, of.merchant), eq(pairingCode.till, of.till))),
    insertPairingCode: (row: NewPairingCode) => db.insert(pairingCode).values(row).onConflictDoNothing().returning(),
    pairingCode: (code_hash: string) =>
      db.select().from(pairingCode).where(eq(pairingCode.code_hash, code_hash)).limit(1),
    /** Uses a code up; answers nothing when somebody was faster or it has expired. */
    claimPairingCode: (code_hash: string, now_ms: number) =>
      db
        .update(pairingCode)
        .set({ used_at_ms: now_ms })
        .where(
          and(
            eq(pairingCode.code_hash, code_hash),
            isNull(pairingCode.used_at_ms),
            gt(pairingCode.expires_at_ms, now_ms),
          ),
        )
        .returning(),
    /** Gives a claimed code back when no key could be made. */
    releasePairingCode: (code_hash: string) =>
      db.update(pairingCode).set({ used_at_ms: null }).where(eq(pairingCode.code_hash, code_hash)),
  };
}

export type LoginDb = ReturnType<typeof loginDb>;
