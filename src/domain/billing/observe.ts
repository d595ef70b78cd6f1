import type { BillingState, Demand, DemandState, SubscriptionState } from "./state.ts";

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
 * comes from the observation, except when a demand first failed, which is the earliest moment that was ever told.
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
  if (payment === "processing") {
    return [{ id, state: "processing", amount, failed_at_ms: earliest(knownFailure(before, id), told(notice, id)) }];
  }
  // A first payment that needs the payer is shown; it makes nothing overdue.
  const state: DemandState = payment;
  const failed_at_ms = earliest(knownFailure(before, id), told(notice, id)) ?? now_ms;
  return isUnborn ? [{ id, state, amount, failed_at_ms: null }] : [{ id, state, amount, failed_at_ms }];
}

function disputeDemand({ id, state, amount, created_ms }: ObservedDispute): Demand[] {
  return state === "settled" ? [] : [{ id, state: "disputed", amount, failed_at_ms: created_ms }];
}

function knownFailure({ demands }: BillingState, id: string): number | null {
  return demands.find((demand) => demand.id === id)?.failed_at_ms ?? null;
}

function told(notice: FailureNotice | null, id: string): number | null {
  return notice?.invoice === id ? notice.failed_at_ms : null;
}

function earliest(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right;
  return Math.min(left, right);
}
