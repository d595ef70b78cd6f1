import type { Stripe } from "stripe";
import { z } from "zod";
import type { KnownDispute } from "../../../db/schema/billing.ts";
import type { ObservedDispute, ObservedInvoice, Observation } from "../../../domain/billing/observe.ts";
import { type Interval, INTERVALS, PAID_PLAN_IDS } from "../../../domain/billing/plans.ts";
import { type KnownItem, type Selection, selectionOf } from "../../../domain/billing/selection.ts";
import { type SubscriptionState, SUBSCRIPTION_STATUSES } from "../../../domain/billing/state.ts";
import { productOf } from "./prices.ts";

/** What Stripe has of a customer, with the ids that acting on it takes. */
export interface SeenCustomer {
  readonly observation: Observation;
  readonly subscription_id: string | null;
  readonly ended: EndedEarly | null;
}

/** A subscription that ended before what was paid for it was used up. */
export interface EndedEarly {
  readonly subscription: string;
  readonly ended_at_ms: number;
  readonly period_start_ms: number;
  readonly period_end_ms: number;
}

const SUBSCRIPTIONS_MAX = 20;
const OPEN_INVOICES_MAX = 20;

/** Stripe has a status that this version does not know; nothing is concluded from it. */
export class UnknownStatusError extends Error {
  override readonly name = "UnknownStatusError";
}

/** Reads everything that counts; null when the customer was deleted at Stripe. */
export async function observeCustomer(
  stripe: Stripe,
  customer: string,
  disputes: readonly KnownDispute[],
): Promise<SeenCustomer | null> {
  if (!(await isThere(stripe, customer))) return null;
  const [subscriptions, open, seenDisputes] = await Promise.all([
    stripe.subscriptions.list({ customer, status: "all", limit: SUBSCRIPTIONS_MAX, expand: ["data.schedule"] }),
    stripe.invoices.list({ customer, status: "open", limit: OPEN_INVOICES_MAX }),
    Promise.all(disputes.filter(({ settled }) => !settled).map((dispute) => observeDispute(stripe, dispute))),
  ]);
  const chosen = choose(subscriptions.data);
  const open_invoices = await Promise.all(open.data.map(({ id }) => observeInvoice(stripe, id)));
  return {
    observation: { subscription: chosen?.state ?? null, open_invoices, disputes: seenDisputes },
    subscription_id: chosen?.id ?? null,
    ended: chosen === null ? null : endedEarly(chosen),
  };
}

/**
 * Whether Stripe still has the customer. One that was deleted answers that it was; one that is unknown means another
 * account's key, and nothing may be concluded from that.
 */
export async function isThere(stripe: Stripe, customer: string): Promise<boolean> {
  return (await stripe.customers.retrieve(customer)).deleted !== true;
}

interface Chosen {
  readonly id: string;
  readonly state: SubscriptionState;
}

/** The one that lives, else the one that ended last. Stripe lists the newest first. */
function choose(subscriptions: readonly Stripe.Subscription[]): Chosen | null {
  const known = subscriptions.flatMap((subscription): Chosen[] => {
    const state = subscriptionState(subscription);
    return state === null ? [] : [{ id: subscription.id, state }];
  });
  const rank = ({ state: { status } }: Chosen) =>
    status === "canceled" || status === "incomplete_expired" ? 2 : status === "incomplete" ? 1 : 0;
  return known.toSorted((left, right) => rank(left) - rank(right))[0] ?? null;
}

/** A subscription as facts of ours; null when it is none of ours. */
export function subscriptionState(subscription: Stripe.Subscription): SubscriptionState | null {
  const selection = selectionOf(subscription.items.data.map(knownItem));
  const [first] = subscription.items.data;
  if (selection === null || first === undefined) return null;
  const status = SUBSCRIPTION_STATUSES.find((known) => known === subscription.status);
  if (status === undefined) throw new UnknownStatusError(subscription.status);
  return {
    status,
    selection,
    period_start_ms: first.current_period_start * 1000,
    period_end_ms: first.current_period_end * 1000,
    trial_ends_at_ms: ms(subscription.trial_end),
    ends_at_ms: status === "canceled" ? null : ms(subscription.cancel_at),
    ended_at_ms: ms(subscription.ended_at),
    next: nextOf(subscription.schedule),
  };
}

function knownItem({ price, quantity = 1 }: Stripe.SubscriptionItem): KnownItem {
  return { product: productOf(price), interval: intervalOf(price), quantity };
}

export function intervalOf({ recurring }: Stripe.Price): Interval {
  return recurring?.interval === "year" ? "year" : "month";
}

const storedSelection = z.object({
  plan: z.enum(PAID_PLAN_IDS),
  interval: z.enum(INTERVALS),
  extra_locations: z.int().min(0),
  member_blocks: z.int().min(0),
});

/** What a schedule of ours changes to. Prices stand in it as ids, so the selection itself rides in its metadata. */
function nextOf(schedule: Stripe.Subscription["schedule"]): SubscriptionState["next"] {
  if (schedule === null || typeof schedule === "string" || schedule.status !== "active") return null;
  const selection = parseSelection(schedule.metadata?.["selection"]);
  const at = schedule.phases.at(-1)?.start_date;
  // In its last phase a schedule stays for a while: then the change is not to come, it is there.
  if (at === undefined || schedule.current_phase?.start_date === at) return null;
  return selection === null ? null : { selection, at_ms: at * 1000 };
}

function parseSelection(text: string | undefined): Selection | null {
  try {
    const parsed = storedSelection.safeParse(JSON.parse(text ?? ""));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function observeInvoice(stripe: Stripe, id: string): Promise<ObservedInvoice> {
  const invoice = await stripe.invoices.retrieve(id, { expand: ["payments.data.payment.payment_intent"] });
  return { id, amount: invoice.amount_remaining, payment: paymentOf(invoice) };
}

/** How the newest try to collect an invoice stands. */
function paymentOf(invoice: Stripe.Invoice): ObservedInvoice["payment"] {
  const intents = (invoice.payments?.data ?? []).flatMap(({ payment: { payment_intent } }) =>
    typeof payment_intent === "object" ? [payment_intent] : [],
  );
  const newest = intents.toSorted((left, right) => right.created - left.created)[0];
  switch (newest?.status) {
    case "processing":
      return "processing";
    case "requires_action":
      return "action_required";
    case "requires_payment_method":
    case "canceled":
      return invoice.attempted ? "failed" : "untried";
    default:
      return invoice.attempt_count > 0 && newest === undefined ? "failed" : "untried";
  }
}

const SETTLED_DISPUTES: readonly string[] = ["won", "warning_closed", "prevented"];

async function observeDispute(stripe: Stripe, known: KnownDispute): Promise<ObservedDispute> {
  const dispute = await stripe.disputes.retrieve(known.id);
  const paidAgain = known.invoice !== null && (await isClosed(stripe, known.invoice));
  const state = paidAgain || SETTLED_DISPUTES.includes(dispute.status) ? "settled" : "open";
  return { id: known.id, state, amount: dispute.amount, created_ms: dispute.created * 1000 };
}

async function isClosed(stripe: Stripe, invoice: string): Promise<boolean> {
  const { status } = await stripe.invoices.retrieve(invoice);
  return status === "paid" || status === "void";
}

function endedEarly({ id, state }: Chosen): EndedEarly | null {
  const { status, ended_at_ms, period_start_ms, period_end_ms } = state;
  if (status !== "canceled" || ended_at_ms === null || ended_at_ms >= period_end_ms) return null;
  return { subscription: id, ended_at_ms, period_start_ms, period_end_ms };
}

function ms(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}
