import type { Stripe } from "stripe";
import { PAID_PLAN_IDS } from "../../../domain/billing/plans.ts";
import { itemsOf, type SelectedItem, type Selection } from "../../../domain/billing/selection.ts";
import { intervalOf } from "./observe-customer.ts";
import { pricedItems, productOf } from "./prices.ts";

/** What becomes of one line of a subscription. */
export type ItemChange =
  | { readonly id: string; readonly price: string; readonly quantity: number }
  | { readonly price: string; readonly quantity: number }
  | { readonly id: string; readonly deleted: true };

/**
 * The lines that turn a subscription into a selection. A line that stays keeps its price, also when the price has been
 * raised since: nobody pays more without notice for what they have.
 */
export async function changedItems(
  stripe: Stripe,
  { items }: Stripe.Subscription,
  wanted: Selection,
): Promise<ItemChange[]> {
  const current = await pricedItems(stripe, wanted);
  const used = new Set<string>();
  const changes = itemsOf(wanted).map(({ product, quantity }): ItemChange => {
    const known = items.data.find(({ price }) => isSameLine(productOf(price), product));
    const keeps =
      known !== undefined && productOf(known.price) === product && intervalOf(known.price) === wanted.interval;
    const price = keeps ? known.price.id : (current.find((each) => each.product === product)?.price ?? "");
    if (known === undefined) return { price, quantity };
    used.add(known.id);
    return { id: known.id, price, quantity };
  });
  const gone = items.data.filter(({ id }) => !used.has(id)).map(({ id }): ItemChange => ({ id, deleted: true }));
  return [...changes, ...gone];
}

/** One plan takes the place of another; an add-on only its own. */
function isSameLine(known: string, wanted: SelectedItem["product"]): boolean {
  const isPlan = (product: string) => PAID_PLAN_IDS.some((id) => id === product);
  return known === wanted || (isPlan(known) && isPlan(wanted));
}
