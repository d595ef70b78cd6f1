import type { BillingState, Demand, SubscriptionState } from "./state.ts";

/** An open invoice as Stripe has it now. `untried`: nobody has tried to collect it yet. */
export interface ObservedInvoice {
  readonly id: string;
  readonly payment: "untried" | "processing" | "failed" | "action_required";
  readonly amount: number;
}

/** A payment that the payer's bank took back, or wants to. */
export interface ObservedDispute {
  readonly id: string;
  /** `open`: the money is gone for now. `settled`: won, or paid again since. */
  readonly state: "open" | "settled";
  readonly amount: number;
  readonly created_ms: number;
}

/** Everything that Stripe has of a customer now. The order in which events came does not matter: this is what counts. */
export interface Observation {
  readonly subscription: SubscriptionState | null;
  readonly open_invoices: readonly ObservedInvoice[];
  readonly disputes: readonly ObservedDispute[];
}

/** What an event tells that the present state does not: when an invoice failed. */
export interface FailureNotice {
  readonly invoice: string;
  readonly failed_at_ms: number;
}

/** Nothing is left at Stripe: the customer was deleted there. */
export const NOTHING_OBSERVED: Observation = { subscription: null, open_invoices: [], disputes: [] };

/**
 * The state after Stripe was asked. Observing twice, in any order and with any duplicates, ends the same: everything
 * comes from the observation, except when a demand first failed, which is the earliest moment that an event ever told.
 */
export function observe(
  before: BillingState,
  seen: Observation,
  notice: FailureNotice | null,
  now_ms: number,
): BillingState {
  const { subscription } = seen;
  const isUnborn = subscription === null || isNeverStarted(subscription);
  const invoices = seen.open_invoices.flatMap((invoice) => invoiceDemand(before, invoice, notice, now_ms, isUnborn));
  const disputes = seen.disputes.flatMap(disputeDemand);
  return {
    trial_ends_at_ms: before.trial_ends_at_ms,
    subscription,
    demands: [...invoices, ...disputes].toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  };
}

/** Nothing was delivered yet, so an unpaid first invoice is no debt. */
function isNeverStarted({ status }: SubscriptionState): boolean {
  return status === "incomplete" || status === "incomplete_expired";
}

function invoiceDemand(
  before: BillingState,
  { id, payment, amount }: ObservedInvoice,
  notice: FailureNotice | null,
  now_ms: number,
  isUnborn: boolean,
): Demand[] {
  if (payment === "untried" || amount <= 0) return [];
  const failure = failureOf(before, id, notice);
  if (payment === "processing") return [{ id, state: "processing", amount, ...failure }];
  // A first payment that needs the payer is shown; it makes nothing overdue.
  if (isUnborn) return [{ id, state: payment, amount, failed_at_ms: null, told: false }];
  return [{ id, state: payment, amount, ...failure, failed_at_ms: failure.failed_at_ms ?? now_ms }];
}

function disputeDemand({ id, state, amount, created_ms }: ObservedDispute): Demand[] {
  return state === "settled" ? [] : [{ id, state: "disputed", amount, failed_at_ms: created_ms, told: true }];
}

/** What an event tells counts before what was only seen, and of several that told the earliest. */
function failureOf(
  before: BillingState,
  id: string,
  notice: FailureNotice | null,
): Pick<Demand, "failed_at_ms" | "told"> {
  const known = before.demands.find((demand) => demand.id === id);
  const told_ms = notice?.invoice === id ? notice.failed_at_ms : null;
  const knownTold_ms = known?.told === true ? known.failed_at_ms : null;
  if (told_ms === null && knownTold_ms === null) return { failed_at_ms: known?.failed_at_ms ?? null, told: false };
  return { failed_at_ms: Math.min(told_ms ?? Infinity, knownTold_ms ?? Infinity), told: true };
}
