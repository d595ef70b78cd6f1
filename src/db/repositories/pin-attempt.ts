import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { pinAttempt } from "../schema/pin-attempt.ts";

export interface PinBound {
  /** Wrong PINs that are answered before the scope is locked. */
  readonly attempts_max: number;
  /** How long it stays locked, and how long without attempts until all is forgotten. */
  readonly window_ms: number;
}

export function pinAttemptRepository(db: Database, tenant: string) {
  const one = (scope: string) => and(eq(pinAttempt.merchant, tenant), eq(pinAttempt.scope, scope));
  return {
    /**
     * Counts an attempt before it is checked, so that guesses made at the same moment cannot all slip through.
     * Answers the count: above `attempts_max` the scope is locked, and further attempts do not prolong that.
     */
    count: (scope: string, now_ms: number, bound: PinBound) => {
      const isOver = sql`${pinAttempt.last_at_ms} <= ${now_ms - bound.window_ms}`;
      const isLocked = sql`${pinAttempt.failed} >= ${bound.attempts_max}`;
      return db
        .insert(pinAttempt)
        .values({ merchant: tenant, scope, failed: 1, last_at_ms: now_ms })
        .onConflictDoUpdate({
          target: [pinAttempt.merchant, pinAttempt.scope],
          set: {
            failed: sql`case when ${isOver} then 1 when ${isLocked} then ${bound.attempts_max + 1} else ${pinAttempt.failed} + 1 end`,
            last_at_ms: sql`case when ${isLocked} and not ${isOver} then ${pinAttempt.last_at_ms} else ${now_ms} end`,
          },
        })
        .returning({ failed: pinAttempt.failed, last_at_ms: pinAttempt.last_at_ms });
    },
    /** Forgets all attempts of a scope. */
    clear: (scope: string) => db.delete(pinAttempt).where(one(scope)),
    /** Takes back one counted attempt that turned out right. */
    takeBack: (scope: string) =>
      db
        .update(pinAttempt)
        .set({ failed: sql`max(${pinAttempt.failed} - 1, 0)` })
        .where(one(scope)),
  };
}
