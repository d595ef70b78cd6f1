import type { PlanId } from "./plans.ts";
import { TRIAL_PLAN } from "./plans.ts";
import type { BillingState, Demand, SubscriptionState } from "./state.ts";

export const DAY_MS = 86_400_000;
/** After a payment failed everything goes on for so long. */
export const PAST_DUE_FULL_DAYS = 14;
/** Then members can still redeem for so long; after that the merchant can read and export. */
export const REDEEM_ONLY_DAYS = 30;

/**
 * Where a merchant stands. `start`: the free plan. `trial`: ours, before any subscription. `incomplete`: a first payment
 * is not finished. `trialing`: subscribed, first charge later. `processing`: active while a payment is under way.
 * `ending`: cancelled, paid until the end. `past_due`, `redeem_only`, `read_only`: what follows an unpaid demand.
 * `paused`: Stripe collects nothing and we give the free plan.
 */
export const PHASES = [
  "start",
  "trial",
  "incomplete",
  "trialing",
  "active",
  "processing",
  "ending",
  "past_due",
  "redeem_only",
  "read_only",
  "paused",
] as const;
export type Phase = (typeof PHASES)[number];

/** When an unpaid demand takes what away. */
export interface DebtClock {
  readonly since_ms: number;
  readonly redeem_only_at_ms: number;
  readonly read_only_at_ms: number;
}

/** The clock of the demand that failed first; null when nothing is overdue. A payment under way is not overdue. */
export function debtClock({ demands }: Pick<BillingState, "demands">): DebtClock | null {
  const since = demands.filter(isOverdue).map(({ failed_at_ms }) => failed_at_ms ?? Infinity);
  if (since.length === 0) return null;
  const since_ms = Math.min(...since);
  const redeem_only_at_ms = since_ms + PAST_DUE_FULL_DAYS * DAY_MS;
  return { since_ms, redeem_only_at_ms, read_only_at_ms: redeem_only_at_ms + REDEEM_ONLY_DAYS * DAY_MS };
}

/** Whether a demand keeps the clock of debts running. */
export function isOverdue({ state, failed_at_ms }: Demand): boolean {
  return state !== "processing" && failed_at_ms !== null;
}

/** Where the merchant stands at an instant. A debt counts before anything else, also after the subscription has ended. */
export function phaseOf(state: BillingState, now_ms: number): Phase {
  const debt = debtClock(state);
  if (debt !== null) return overduePhase(debt, now_ms);
  const { subscription } = state;
  return subscription === null ? freePhase(state, now_ms) : subscribedPhase(state, subscription, now_ms);
}

function overduePhase({ redeem_only_at_ms, read_only_at_ms }: DebtClock, now_ms: number): Phase {
  if (now_ms < redeem_only_at_ms) return "past_due";
  return now_ms < read_only_at_ms ? "redeem_only" : "read_only";
}

function freePhase({ trial_ends_at_ms }: BillingState, now_ms: number): Phase {
  return trial_ends_at_ms !== null && now_ms < trial_ends_at_ms ? "trial" : "start";
}

function subscribedPhase(state: BillingState, subscription: SubscriptionState, now_ms: number): Phase {
  const isProcessing = state.demands.some((demand) => demand.state === "processing");
  switch (subscription.status) {
    case "trialing":
      return subscription.ends_at_ms === null ? "trialing" : "ending";
    case "active":
    // Stripe has not said yet which demand failed, or a payment of it is under way: nothing is taken away.
    case "past_due":
    case "unpaid":
      if (isProcessing) return "processing";
      return subscription.ends_at_ms === null ? "active" : "ending";
    case "incomplete":
      // A debit that was accepted and takes days is as good as paid until we hear otherwise.
      return isProcessing ? "processing" : freePhase(state, now_ms) === "trial" ? "trial" : "incomplete";
    case "paused":
      return freePhase(state, now_ms) === "trial" ? "trial" : "paused";
    case "incomplete_expired":
    case "canceled":
      return freePhase(state, now_ms);
  }
}

/** The plan whose limits and features count in a phase. What was bought goes on while a debt is open. */
export function planOf(state: BillingState, phase: Phase): PlanId {
  switch (phase) {
    case "start":
    case "incomplete":
    case "paused":
      return "start";
    case "trial":
      return TRIAL_PLAN;
    case "trialing":
    case "active":
    case "processing":
    case "ending":
      return state.subscription?.selection.plan ?? "start";
    case "past_due":
    case "redeem_only":
    case "read_only":
      return isEnded(state.subscription) ? "start" : (state.subscription?.selection.plan ?? "start");
  }
}

/** Whether a subscription gives nothing any more. */
export function isEnded(subscription: SubscriptionState | null): boolean {
  return subscription === null || subscription.status === "canceled" || subscription.status === "incomplete_expired";
}
