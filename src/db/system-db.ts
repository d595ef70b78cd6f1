import { and, asc, eq, gt, lt, or } from "drizzle-orm";
import type { Database } from "./database.ts";
import { authSession } from "./schema/auth-session.ts";
import { authVerification } from "./schema/auth-verification.ts";
import { billingEvent } from "./schema/billing-event.ts";
import { cronCursor } from "./schema/cron-cursor.ts";
import { deadLetter } from "./schema/dead-letter.ts";
import { mailLog } from "./schema/mail-log.ts";
import { merchant } from "./schema/merchant.ts";
import { pairingCode } from "./schema/pairing-code.ts";
import { rateWindow } from "./schema/rate-window.ts";

/** A page of merchants in the order of their locators, which is random and so spreads the load. */
export interface MerchantPage {
  /** The last locator of the page before; empty at the start. */
  readonly after: string;
  readonly limit: number;
}

/** Statements over all merchants, for jobs of the platform. Who may import this is listed in a test. */
export function systemDb(db: Database) {
  return {
    batch: db.batch.bind(db),
    /** Merchants of whom a registry has not confirmed the last change. Answered from a partial index. */
    merchantsBehind: (page: MerchantPage) =>
      db
        .select({ locator: merchant.locator })
        .from(merchant)
        .where(
          and(
            or(
              lt(merchant.config_pushed_version_live, merchant.config_version),
              lt(merchant.config_pushed_version_test, merchant.config_version),
            ),
            gt(merchant.locator, page.after),
          ),
        )
        .orderBy(asc(merchant.locator))
        .limit(page.limit),
    merchants: (page: MerchantPage) =>
      db
        .select({ locator: merchant.locator, config_version: merchant.config_version })
        .from(merchant)
        .where(gt(merchant.locator, page.after))
        .orderBy(asc(merchant.locator))
        .limit(page.limit),
    cursor: (job: string) => db.select().from(cronCursor).where(eq(cronCursor.job, job)).limit(1),
    setCursor: (cursor: typeof cronCursor.$inferInsert) =>
      db
        .insert(cronCursor)
        .values(cursor)
        .onConflictDoUpdate({
          target: cronCursor.job,
          set: { after: cursor.after, open: cursor.open, updated_at_ms: cursor.updated_at_ms },
        }),
    sweepMailLog: (before_ms: number) => db.delete(mailLog).where(lt(mailLog.updated_at_ms, before_ms)),
    sweepDeadLetters: (before_ms: number) => db.delete(deadLetter).where(lt(deadLetter.dead_at_ms, before_ms)),
    sweepBillingEvents: (before_ms: number) =>
      db.delete(billingEvent).where(lt(billingEvent.received_at_ms, before_ms)),
    /** What signing in and pairing have left behind and nothing looks at any more. */
    sweepSessions: (now_ms: number) => db.delete(authSession).where(lt(authSession.expiresAt, new Date(now_ms))),
    sweepVerifications: (now_ms: number) =>
      db.delete(authVerification).where(lt(authVerification.expiresAt, new Date(now_ms))),
    sweepRateWindows: (now_ms: number) => db.delete(rateWindow).where(lt(rateWindow.stale_at_ms, now_ms)),
    sweepPairingCodes: (before_ms: number) => db.delete(pairingCode).where(lt(pairingCode.expires_at_ms, before_ms)),
  };
}

export type SystemDb = ReturnType<typeof systemDb>;
