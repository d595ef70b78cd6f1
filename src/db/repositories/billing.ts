import { and, eq, sql } from "drizzle-orm";
import { NO_USAGE } from "../../domain/billing/state.ts";
import type { Database } from "../database.ts";
import { type BillingDetails, billing } from "../schema/billing.ts";
import { billingTrial } from "../schema/billing-trial.ts";

export const NO_DETAILS: BillingDetails = { invoice_email: null, vat_id: null, business_number: null, address: null };

export type BillingChange = Partial<Omit<typeof billing.$inferInsert, "merchant" | "created_at_ms">>;

/** How a new merchant begins: with a trial when nobody has used the claim before, else on the free plan. */
export interface NewBilling {
  /** Keyed digest of the owner's address. */
  readonly claim: string;
  readonly trial_ends_at_ms: number;
  readonly created_at_ms: number;
}

/** How the tenant pays. */
export function billingRepository(db: Database, tenant: string) {
  const own = eq(billing.merchant, tenant);
  return {
    get: () => db.select().from(billing).where(own).limit(1),
    update: (change: BillingChange) => db.update(billing).set(change).where(own),
    /** Runs behind {@link billingTrialRepository}.claim in the same batch: the trial is theirs when the claim is. */
    insert: ({ claim, trial_ends_at_ms, created_at_ms }: NewBilling) =>
      db.insert(billing).values({
        merchant: tenant,
        trial_ends_at_ms: sql`(select ${trial_ends_at_ms} from ${billingTrial}
          where ${billingTrial.merchant} = ${tenant} and ${billingTrial.claim} = ${claim})`,
        customer_no: 0,
        demands: [],
        disputes: [],
        usage: NO_USAGE,
        details: NO_DETAILS,
        created_at_ms,
      }),
  };
}

/** Who has had a trial. There is no update and no delete. */
export function billingTrialRepository(db: Database, tenant: string) {
  return {
    /** Takes the claim unless anybody has it. */
    claim: (claim: string, claimed_at_ms: number) =>
      db.insert(billingTrial).values({ merchant: tenant, claim, claimed_at_ms }).onConflictDoNothing(),
    /** The claim, when it is the tenant's own. */
    own: (claim: string) =>
      db
        .select({ claim: billingTrial.claim })
        .from(billingTrial)
        .where(and(eq(billingTrial.merchant, tenant), eq(billingTrial.claim, claim)))
        .limit(1),
  };
}
