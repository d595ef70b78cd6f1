import type { Stripe } from "stripe";
import type { BillingRow, KnownDispute } from "../../../db/schema/billing.ts";
import { type FailureNotice, NOTHING_OBSERVED, observe } from "../../../domain/billing/observe.ts";
import type { BillingState } from "../../../domain/billing/state.ts";
import { ok, type Result } from "../../../domain/result.ts";
import type { LocationRow } from "../../../db/schema/location.ts";
import { changeConfig } from "../change.ts";
import type { Busy, MerchantInactive, NotFound } from "../refusal.ts";
import { type BillingCore, stateOf } from "./context.ts";
import { tellChanges } from "./notices.ts";
import { observeCustomer, type SeenCustomer } from "./observe-customer.ts";
import { refundUnused } from "./refund.ts";
import { reopenDisputes } from "./reopen.ts";
import { usageAfter } from "./usage-state.ts";

/** What the event that led here knows and Stripe's present state does not. */
export interface SyncHint {
  readonly failure: FailureNotice | null;
  readonly dispute: string | null;
}

export const NO_HINT: SyncHint = { failure: null, dispute: null };

type SyncRefusal = NotFound | MerchantInactive | Busy;

/**
 * Asks Stripe how this merchant stands and takes that over. Everything is read again each time, so it may be called for
 * any event in any order, for none, and twice; a slower call that read older facts finds that somebody was faster and
 * reads again. Answers null for a merchant who is not billed.
 *
 * @throws Stripe's errors, and UnknownStatusError: nothing was written, and whoever sent the event sends it again
 */
export async function syncBilling(
  core: BillingCore & { readonly stripe: Stripe },
  hint: SyncHint = NO_HINT,
): Promise<Result<BillingRow | null, SyncRefusal>> {
  let before: BillingRow | null = null;
  const synced = await changeConfig<BillingRow | null, never>(
    core,
    async () => {
      const [[row], locations] = await core.tenant.batch([core.tenant.billing.get(), core.tenant.locations.active()]);
      before = row ?? null;
      if (row === undefined || row.stripe_customer === null) return ok({ value: row ?? null, statements: [] });
      const change = await changeOf(core, row, locations, hint);
      const next = { ...row, ...change };
      const statements = sameFacts(row, next) ? [] : [core.tenant.billing.update(change)];
      return ok({ value: next, statements });
    },
    { whateverStatus: true },
  );
  if (synced.ok && synced.value !== null && before !== null) {
    await core.tenant.batch([core.tenant.billing.update({ synced_at_ms: core.ports.now_ms() })]);
    await tellChanges(core, before, synced.value);
  }
  return synced;
}

async function changeOf(
  core: BillingCore & { readonly stripe: Stripe },
  row: BillingRow,
  locations: readonly LocationRow[],
  hint: SyncHint,
) {
  const now_ms = core.ports.now_ms();
  const customer = row.stripe_customer ?? "";
  const disputes = withDispute(row.disputes, hint.dispute);
  const seen = await observeCustomer(core.stripe, customer, disputes);
  if (seen === null)
    return { ...withoutCustomer(row, now_ms), usage: usageAfter(row, nothingBought(row), locations, now_ms) };
  const reopened = await reopenDisputes(core.stripe, customer, disputes, seen.observation.disputes);
  if (seen.ended !== null) await refundUnused(core.stripe, customer, seen.ended);
  const { subscription, demands } = observe(stateOf(row), seen.observation, hint.failure, now_ms);
  const state = { ...stateOf(row), subscription, demands };
  return {
    stripe_subscription: seen.subscription_id,
    subscription,
    demands,
    disputes: settledBy(reopened, seen),
    usage: usageAfter(row, state, locations, now_ms),
  };
}

function withDispute(known: readonly KnownDispute[], id: string | null): readonly KnownDispute[] {
  if (id === null || known.some((dispute) => dispute.id === id)) return known;
  return [...known, { id, invoice: null, settled: false }];
}

/** Settled is settled: it need not be asked about again. */
function settledBy(disputes: readonly KnownDispute[], { observation }: SeenCustomer): readonly KnownDispute[] {
  const settled = observation.disputes.filter(({ state }) => state === "settled").map(({ id }) => id);
  return disputes
    .map((dispute) => (settled.includes(dispute.id) ? { ...dispute, settled: true } : dispute))
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function nothingBought(row: BillingRow): BillingState {
  return { ...stateOf(row), subscription: null, demands: [] };
}

/** The customer was deleted at Stripe, and everything with it: the next checkout makes another. */
function withoutCustomer(row: BillingRow, now_ms: number) {
  const { subscription, demands } = observe(stateOf(row), NOTHING_OBSERVED, null, now_ms);
  return {
    stripe_customer: null,
    customer_no: row.customer_no + 1,
    stripe_subscription: null,
    subscription,
    demands,
    disputes: [],
  };
}

/** Whether anything but the time of the last look is different. */
function sameFacts(left: BillingRow, right: BillingRow): boolean {
  const facts = ({ synced_at_ms: _at, ...row }: BillingRow) => JSON.stringify(row);
  return facts(left) === facts(right);
}
