import { listOf, type Invoice, type Price, type Subscription, type SubscriptionItem } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError, unsupported } from "../http/errors.ts";
import { intervalOf, productIdOf } from "./catalog.ts";
import { draftInvoice, finalizeInvoice, keepDraft } from "./invoice.ts";
import { chargeLine, type DraftLine } from "./line.ts";
import { collect, type Outcome } from "./payment.ts";
import { addInterval } from "./period.ts";
import type { Scenario } from "../state.ts";

/** A first payment must come within so long, or the subscription expires. */
const INCOMPLETE_HOURS = 23;

export interface NewSubscription {
  readonly customer: string;
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
  readonly trial_end: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly description: string | null;
  readonly scenario: Scenario;
}

/** Begins a subscription and asks for the first payment, or begins its trial. */
export function createSubscription(world: World, input: NewSubscription): Subscription {
  const id = world.newId("sub");
  const prices = input.items.map(({ price }) => world.find(world.state.prices, "price", price));
  const interval = sameInterval(prices);
  const trial_end = input.trial_end !== null && input.trial_end > world.now ? input.trial_end : null;
  const end = trial_end ?? addInterval(world.now, interval, world.now);
  const items = prices.map((price, index) => makeItem(world, id, price, input.items[index]?.quantity ?? 1, end));
  const subscription: Subscription = {
    ...PLAIN,
    id,
    billing_cycle_anchor: trial_end ?? world.now,
    created: world.now,
    customer: input.customer,
    description: input.description,
    items: listOf(`/v1/subscription_items?subscription=${id}`, items),
    metadata: { ...input.metadata },
    start_date: world.now,
    status: trial_end === null ? "incomplete" : "trialing",
    trial_end,
    trial_start: trial_end === null ? null : world.now,
  };
  world.state.subscriptions[id] = subscription;
  world.emit("customer.subscription.created", subscription);
  const invoice = bill(world, subscription, "subscription_create", fullLines(world, subscription, trial_end !== null));
  if (invoice.status === "open") follow(world, subscription, collect(world, invoice, null, input.scenario));
  if (subscription.status === "incomplete") {
    world.schedule({ at: world.now + INCOMPLETE_HOURS * 3_600, what: "expire_incomplete", id });
  }
  world.schedule({ at: end, what: "renew", id });
  return subscription;
}

export function sameInterval(prices: readonly Price[]): "month" | "year" {
  const [first, ...others] = prices.map(intervalOf);
  if (first === undefined) throw new StripeError(400, { message: "A subscription needs a price.", param: "items" });
  if (others.some((interval) => interval !== first)) {
    throw new StripeError(400, {
      message: "All prices of a subscription must have the same interval.",
      param: "items",
    });
  }
  return first;
}

export function makeItem(
  world: World,
  subscription: string,
  price: Price,
  quantity: number,
  end: number,
  start = world.now,
): SubscriptionItem {
  return {
    id: world.newId("si"),
    object: "subscription_item",
    billing_thresholds: null,
    created: world.now,
    current_period_end: end,
    current_period_start: start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: {
      id: price.id,
      object: "plan",
      active: true,
      amount: price.unit_amount,
      amount_decimal: price.unit_amount_decimal,
      billing_scheme: "per_unit",
      created: price.created,
      currency: price.currency,
      interval: intervalOf(price),
      interval_count: 1,
      livemode: false,
      metadata: {},
      meter: null,
      nickname: null,
      product: productIdOf(price),
      tiers_mode: null,
      transform_usage: null,
      trial_period_days: null,
      usage_type: "licensed",
    },
    price,
    quantity,
    subscription,
    tax_rates: [],
  };
}

/** Lines for the whole of the items' period; free while a trial runs. */
export function fullLines(world: World, { id, items }: Subscription, free = false): DraftLine[] {
  return items.data.map((item) => {
    const period = { start: item.current_period_start, end: item.current_period_end };
    const line = chargeLine(world, {
      price: item.price,
      quantity: item.quantity ?? 1,
      period,
      subscription: id,
      item: item.id,
    });
    return free ? { ...line, amount: 0 } : line;
  });
}

export function bill(
  world: World,
  subscription: Subscription,
  billing_reason: "subscription_create" | "subscription_cycle" | "subscription_update",
  lines: readonly DraftLine[],
): Invoice {
  const customer = holderOf(subscription);
  const invoice = keepDraft(
    world,
    draftInvoice(world, { customer, subscription: subscription.id, billing_reason, lines }),
  );
  subscription.latest_invoice = invoice.id;
  return finalizeInvoice(world, invoice);
}

export function holderOf({ customer }: Pick<Subscription, "customer">): string {
  return typeof customer === "string" ? customer : customer.id;
}

/** What the outcome of a payment makes of the subscription. */
export function follow(world: World, subscription: Subscription, outcome: Outcome): void {
  const before = subscription.status;
  if (before === "canceled" || before === "incomplete_expired") return;
  // A debit under way is trusted: Stripe gives access until it is told that the money does not come.
  if (outcome === "paid" || (outcome === "processing" && before === "incomplete")) subscription.status = "active";
  if ((outcome === "failed" || outcome === "action_required") && before !== "incomplete")
    subscription.status = "past_due";
  if (subscription.status !== "incomplete") world.cancel("expire_incomplete", subscription.id);
  if (before !== subscription.status) world.emit("customer.subscription.updated", subscription);
}

/** A period is over: it ends for good, or the next begins and is paid for. */
export function renew(world: World, subscription: Subscription): void {
  if (subscription.status === "canceled" || subscription.status === "incomplete_expired") return;
  if (subscription.cancel_at !== null && subscription.cancel_at <= world.now) {
    endSubscription(world, subscription, "cancellation_requested");
    return;
  }
  const start = periodEnd(subscription);
  const interval = sameInterval(subscription.items.data.map(({ price }) => price));
  const end = addInterval(start, interval, subscription.billing_cycle_anchor);
  for (const item of subscription.items.data)
    Object.assign(item, { current_period_start: start, current_period_end: end });
  if (subscription.status === "trialing") subscription.status = "active";
  const invoice = bill(world, subscription, "subscription_cycle", fullLines(world, subscription));
  world.emit("customer.subscription.updated", subscription);
  if (invoice.status === "open") follow(world, subscription, collect(world, invoice, null));
  world.schedule({ at: Math.min(end, subscription.cancel_at ?? end), what: "renew", id: subscription.id });
}

export function periodEnd({ items }: Subscription): number {
  return Math.min(...items.data.map(({ current_period_end }) => current_period_end));
}

export function endSubscription(
  world: World,
  subscription: Subscription,
  reason: "cancellation_requested" | "payment_failed",
): Subscription {
  subscription.status = "canceled";
  subscription.canceled_at ??= world.now;
  subscription.ended_at = world.now;
  subscription.cancellation_details = { comment: null, feedback: null, feedback_option: null, reason };
  world.cancel("renew", subscription.id);
  world.emit("customer.subscription.deleted", subscription);
  return subscription;
}

/** The first payment never came. */
export function expireIncomplete(world: World, subscription: Subscription): void {
  if (subscription.status !== "incomplete") return;
  subscription.status = "incomplete_expired";
  subscription.ended_at = world.now;
  const invoice =
    world.state.invoices[typeof subscription.latest_invoice === "string" ? subscription.latest_invoice : ""];
  if (invoice?.status === "open") {
    invoice.status = "void";
    world.cancel("retry", invoice.id);
    world.emit("invoice.voided", invoice);
  }
  world.cancel("renew", subscription.id);
  world.emit("customer.subscription.updated", subscription);
}

export function requireLiving(subscription: Subscription): void {
  if (subscription.status === "canceled" || subscription.status === "incomplete_expired") {
    throw new StripeError(400, {
      message: "A canceled subscription can only update its cancellation_details and metadata.",
    });
  }
  if (subscription.status === "paused") throw unsupported("changing a paused subscription");
}

const PLAIN = {
  object: "subscription",
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: true, liability: { type: "self" } },
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: null, type: "classic" },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: null,
  collection_method: "charge_automatically",
  currency: "eur",
  customer_account: null,
  days_until_due: null,
  default_payment_method: null,
  default_source: null,
  discounts: [],
  ended_at: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: "self" },
  },
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
  trial_settings: null,
} satisfies Partial<Subscription>;
