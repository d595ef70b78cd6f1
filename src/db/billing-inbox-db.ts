import { and, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { billing } from "./schema/billing.ts";
import { billingEvent, type BillingEventState } from "./schema/billing-event.ts";

/** An event as it arrives. */
export interface ArrivedEvent {
  readonly id: string;
  readonly type: string;
  readonly created_at_ms: number;
  readonly received_at_ms: number;
}

/** How acting on an event ended. */
export interface EventSettlement {
  readonly id: string;
  readonly state: BillingEventState;
  readonly merchant: string | null;
  readonly last_error: string | null;
  readonly at_ms: number;
}

/** Statements of the inbox of Stripe's events. It goes by customer, because no tenant is known yet. */
export function billingInboxDb(db: Database) {
  return {
    batch: db.batch.bind(db),
    /** Notes that an event came; answers its state as it was before when it has come before. */
    receive: ({ id, type, created_at_ms, received_at_ms }: ArrivedEvent) =>
      db
        .insert(billingEvent)
        .values({ id, type, state: "received", attempts: 1, created_at_ms, received_at_ms })
        .onConflictDoUpdate({ target: billingEvent.id, set: { attempts: sql`${billingEvent.attempts} + 1` } })
        .returning({ state: billingEvent.state, attempts: billingEvent.attempts }),
    /** What was settled stays settled, whatever a slower delivery of the same event says. */
    settle: ({ id, state, merchant, last_error, at_ms }: EventSettlement) =>
      db
        .update(billingEvent)
        .set({ state, merchant, last_error, settled_at_ms: at_ms })
        .where(and(eq(billingEvent.id, id), inArray(billingEvent.state, ["received", "failed"]))),
    /** Whose customer it is; nothing when it is nobody's here. */
    merchantOf: (customer: string) =>
      db.select({ merchant: billing.merchant }).from(billing).where(eq(billing.stripe_customer, customer)).limit(1),
  };
}

export type BillingInboxDb = ReturnType<typeof billingInboxDb>;
