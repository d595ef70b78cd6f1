import { listOf, type Invoice, type Price, type Subscription, type SubscriptionItem } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";
import { intervalOf } from "./catalog.ts";
import { draftInvoice } from "./invoice.ts";
import type { DraftLine } from "./line.ts";
import { collect } from "./payment.ts";
import { addInterval } from "./period.ts";
import { bill, follow, fullLines, holderOf, makeItem, periodEnd, requireLiving, sameInterval } from "./subscription.ts";

/** One item as a change names it: an old one by its id, a new one by its price alone. */
export interface ItemChange {
  readonly id?: string | undefined;
  readonly price?: string | undefined;
  readonly quantity?: number | undefined;
  readonly deleted?: boolean | undefined;
}

interface Changed {
  readonly items: SubscriptionItem[];
  readonly lines: readonly DraftLine[];
  readonly anchor: number;
}

/** What changing the items does and costs, without doing it. */
export function planChange(
  world: World,
  subscription: Subscription,
  changes: readonly ItemChange[],
  at: number,
): Changed {
  requireLiving(subscription);
  const before = subscription.items.data;
  const oldInterval = sameInterval(before.map(({ price }) => price));
  const after = applyChanges(world, subscription, changes);
  const interval = sameInterval(after.map(({ price }) => price));
  if (subscription.status === "trialing") return { items: after, lines: [], anchor: subscription.billing_cycle_anchor };
  const [start, end] = [before[0]?.current_period_start ?? at, periodEnd(subscription)];
  const share = Math.max(0, Math.min(1, (end - at) / (end - start)));
  const unused = before.map((item) => prorated(subscription, item, -share, { start: at, end }, "Unused time"));
  if (interval !== oldInterval) {
    const period = { current_period_start: at, current_period_end: addInterval(at, interval, at) };
    const items = after.map((item) => ({ ...item, ...period }));
    const full = fullLines(world, { ...subscription, items: { ...subscription.items, data: items } });
    return { items, lines: [...unused, ...full], anchor: at };
  }
  if (isSame(before, after)) return { items: before, lines: [], anchor: subscription.billing_cycle_anchor };
  const rest = after.map((item) => prorated(subscription, item, share, { start: at, end }, "Remaining time"));
  const lines = [...unused, ...rest].filter(({ amount }) => amount !== 0);
  return { items: after, lines, anchor: subscription.billing_cycle_anchor };
}

/** What stays as it is costs nothing and is billed nothing. */
function isSame(before: readonly SubscriptionItem[], after: readonly SubscriptionItem[]): boolean {
  const lines = (items: readonly SubscriptionItem[]) =>
    items
      .map(({ price, quantity }) => `${price.id} ${quantity}`)
      .toSorted((left, right) => (left < right ? -1 : 1))
      .join();
  return lines(before) === lines(after);
}

function applyChanges(world: World, subscription: Subscription, changes: readonly ItemChange[]): SubscriptionItem[] {
  const items = new Map(subscription.items.data.map((item) => [item.id, { ...item }]));
  const [start, end] = [subscription.items.data[0]?.current_period_start ?? world.now, periodEnd(subscription)];
  for (const { id, price, quantity, deleted } of changes) {
    const known = id === undefined ? undefined : items.get(id);
    if (id !== undefined && known === undefined) {
      throw new StripeError(404, {
        code: "resource_missing",
        message: `No such subscription item: '${id}'`,
        param: "items",
      });
    }
    const wanted = price === undefined ? known?.price : world.find(world.state.prices, "price", price);
    if (deleted === true && known !== undefined) items.delete(known.id);
    else if (wanted !== undefined) {
      const made = makeItem(world, subscription.id, wanted, quantity ?? known?.quantity ?? 1, end, start);
      const item = known === undefined ? made : { ...made, id: known.id, created: known.created };
      items.set(item.id, item);
    }
  }
  return [...items.values()];
}

function prorated(
  { id }: Subscription,
  { id: item, price, quantity = 1 }: SubscriptionItem,
  share: number,
  period: DraftLine["period"],
  what: string,
): DraftLine {
  const amount = Math.round((price.unit_amount ?? 0) * quantity * share);
  return {
    description: `${what} on ${nameOf(price)}`,
    amount,
    quantity,
    price,
    period,
    proration: true,
    subscription: id,
    item,
  };
}

function nameOf(price: Price): string {
  return price.nickname ?? price.lookup_key ?? `${intervalOf(price)}ly price`;
}

/** The invoice that a change would make at once. */
export function previewChange(
  world: World,
  subscription: Subscription,
  changes: readonly ItemChange[],
  at: number,
): Invoice {
  const { lines } = planChange(world, subscription, changes, at);
  return draftInvoice(world, {
    customer: holderOf(subscription),
    subscription: subscription.id,
    billing_reason: "subscription_update",
    lines,
  });
}

/** Changes the items now. With `always_invoice` the difference is charged, and a refused payment undoes the change. */
export function changeItems(
  world: World,
  subscription: Subscription,
  changes: readonly ItemChange[],
  { proration, at }: { readonly proration: "always_invoice" | "none"; readonly at: number },
): void {
  const planned = planChange(world, subscription, changes, at);
  if (proration === "none" || planned.lines.length === 0) {
    take(world, subscription, planned);
    return;
  }
  const before = {
    items: subscription.items.data,
    latest: subscription.latest_invoice,
    anchor: subscription.billing_cycle_anchor,
  };
  take(world, subscription, planned);
  const invoice = bill(world, subscription, "subscription_update", planned.lines);
  if (invoice.status !== "open") return;
  const outcome = collect(world, invoice, null);
  if (outcome === "failed" || outcome === "action_required") {
    take(world, subscription, { items: before.items, lines: [], anchor: before.anchor });
    subscription.latest_invoice = before.latest;
    invoice.status = "void";
    world.cancel("retry", invoice.id);
    throw new StripeError(402, {
      type: "card_error",
      code: outcome === "failed" ? "card_declined" : "subscription_payment_intent_requires_action",
      message: "The payment of the change was refused.",
    });
  }
  follow(world, subscription, outcome);
}

function take(world: World, subscription: Subscription, { items, anchor }: Changed): void {
  subscription.items = listOf(subscription.items.url, items);
  subscription.billing_cycle_anchor = anchor;
  const end = periodEnd(subscription);
  world.schedule({ at: Math.min(end, subscription.cancel_at ?? end), what: "renew", id: subscription.id });
  world.emit("customer.subscription.updated", subscription);
}
