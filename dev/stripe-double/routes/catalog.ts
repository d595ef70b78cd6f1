import type { Stripe } from "stripe";
import { z } from "zod";
import { bool, int, metadata, params, text } from "../http/params.ts";
import { route, type Route } from "../http/route.ts";
import { createPrice, createProduct } from "../objects/catalog.ts";
import { listOf } from "../wire.ts";

const none = z.strictObject({});

const productCreate = params<Stripe.ProductCreateParams>()({
  id: text.optional(),
  name: text,
  description: text.optional(),
  tax_code: text.optional(),
  metadata: metadata.optional(),
});
const productUpdate = params<Stripe.ProductUpdateParams>()({
  name: text.optional(),
  description: text.optional(),
  tax_code: text.optional(),
  active: bool.optional(),
  metadata: metadata.optional(),
});
const recurring = params<Stripe.PriceCreateParams.Recurring>()({ interval: z.enum(["month", "year"]) });
const priceCreate = params<Stripe.PriceCreateParams>()({
  product: text,
  currency: text,
  unit_amount: int,
  recurring,
  lookup_key: text.optional(),
  transfer_lookup_key: bool.optional(),
  tax_behavior: z.enum(["exclusive", "inclusive", "unspecified"]).optional(),
  nickname: text.optional(),
  metadata: metadata.optional(),
});
const priceUpdate = params<Stripe.PriceUpdateParams>()({ active: bool.optional(), metadata: metadata.optional() });
const priceList = params<Stripe.PriceListParams>()({
  lookup_keys: z.array(text).optional(),
  product: text.optional(),
  active: bool.optional(),
  limit: int.optional(),
});

export const catalogRoutes: readonly Route[] = [
  route("POST", "products", productCreate, ({ world, params: input }) => createProduct(world, input)),
  route("GET", "products/{id}", none, ({ world, ids: [id = ""] }) => world.find(world.state.products, "product", id)),
  route("POST", "products/{id}", productUpdate, ({ world, ids: [id = ""], params: input }) => {
    const product = world.find(world.state.products, "product", id);
    const { name, description, tax_code, active } = input;
    Object.assign(product, defined({ name, description, tax_code, active }), { updated: world.now });
    product.metadata = { ...product.metadata, ...input.metadata };
    world.emit("product.updated", product);
    return product;
  }),
  route(
    "POST",
    "prices",
    priceCreate,
    ({
      world,
      params: {
        recurring: { interval },
        ...input
      },
    }) => createPrice(world, { ...input, interval }),
  ),
  route("GET", "prices", priceList, ({ world, params: { lookup_keys, product, active } }) =>
    listOf(
      "/v1/prices",
      Object.values(world.state.prices).filter(
        (price) =>
          (lookup_keys === undefined || lookup_keys.includes(price.lookup_key ?? "")) &&
          (product === undefined || price.product === product) &&
          (active === undefined || price.active === active),
      ),
    ),
  ),
  route("GET", "prices/{id}", none, ({ world, ids: [id = ""] }) => world.find(world.state.prices, "price", id)),
  route("POST", "prices/{id}", priceUpdate, ({ world, ids: [id = ""], params: { active, metadata: more } }) => {
    const price = world.find(world.state.prices, "price", id);
    if (active !== undefined) price.active = active;
    price.metadata = { ...price.metadata, ...more };
    world.emit("price.updated", price);
    return price;
  }),
];

/** Leaves out what was not given. */
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
