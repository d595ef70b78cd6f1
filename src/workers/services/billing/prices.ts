import type { Stripe } from "stripe";
import type { CatalogEntry } from "../../../domain/billing/plans.ts";
import { itemsOf, type Selection } from "../../../domain/billing/selection.ts";

const PRODUCT_PREFIX = "stempel_";

/** The id of a product at Stripe; `npm run stripe:sync` makes them under these. */
export function productId(product: CatalogEntry["product"]): string {
  return `${PRODUCT_PREFIX}${product}`;
}

/** What of ours a price is for, as a plan or add-on is called; something else for what is not ours. */
export function productOf({ product }: Pick<Stripe.Price, "product">): string {
  const id = typeof product === "string" ? product : product.id;
  return id.startsWith(PRODUCT_PREFIX) ? id.slice(PRODUCT_PREFIX.length) : "";
}

/** The catalogue was never synchronised, or lacks a price. */
export class MissingPriceError extends Error {
  override readonly name = "MissingPriceError";
}

/** A selection's lines with the prices that hold today. */
export async function pricedItems(stripe: Stripe, selection: Selection) {
  const items = itemsOf(selection);
  const lookup_keys = items.map(({ lookup_key }) => lookup_key);
  const { data } = await stripe.prices.list({ lookup_keys, active: true, limit: lookup_keys.length });
  return items.map(({ product, lookup_key, quantity }) => {
    const price = data.find((each) => each.lookup_key === lookup_key);
    if (price === undefined) throw new MissingPriceError(`no price ${lookup_key}: run npm run stripe:sync`);
    return { product, price: price.id, quantity };
  });
}
