import type { Price, Product } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";

export interface NewProduct {
  readonly id?: string | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  readonly tax_code?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export function createProduct(world: World, input: NewProduct): Product {
  const id = input.id ?? world.newId("prod");
  if (world.state.products[id] !== undefined) {
    throw new StripeError(400, { code: "resource_already_exists", message: `Product already exists: ${id}` });
  }
  const product: Product = {
    id,
    object: "product",
    active: true,
    created: world.now,
    default_price: null,
    description: input.description ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: { ...input.metadata },
    name: input.name,
    package_dimensions: null,
    shippable: null,
    tax_code: input.tax_code ?? null,
    tax_details: null,
    type: "service",
    updated: world.now,
    url: null,
  };
  world.state.products[id] = product;
  world.emit("product.created", product);
  return product;
}

export interface NewPrice {
  readonly product: string;
  readonly currency: string;
  readonly unit_amount: number;
  readonly interval: "month" | "year";
  readonly lookup_key?: string | undefined;
  readonly transfer_lookup_key?: boolean | undefined;
  readonly tax_behavior?: "exclusive" | "inclusive" | "unspecified" | undefined;
  readonly nickname?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export function createPrice(world: World, input: NewPrice): Price {
  world.find(world.state.products, "product", input.product);
  if (input.lookup_key !== undefined) freeLookupKey(world, input.lookup_key, input.transfer_lookup_key === true);
  const price: Price = {
    id: world.newId("price"),
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created: world.now,
    currency: input.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: input.lookup_key ?? null,
    metadata: { ...input.metadata },
    nickname: input.nickname ?? null,
    product: input.product,
    recurring: {
      interval: input.interval,
      interval_count: 1,
      meter: null,
      trial_period_days: null,
      usage_type: "licensed",
    },
    tax_behavior: input.tax_behavior ?? "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "recurring",
    unit_amount: input.unit_amount,
    unit_amount_decimal: String(input.unit_amount),
  };
  world.state.prices[price.id] = price;
  world.emit("price.created", price);
  return price;
}

/** A key names one price: another may have it only when the new one says that it takes it over. */
function freeLookupKey(world: World, key: string, transfer: boolean): void {
  const holder = Object.values(world.state.prices).find((price) => price.lookup_key === key);
  if (holder === undefined) return;
  if (!transfer) {
    throw new StripeError(400, {
      message: `A price (\`${holder.id}\`) already uses that lookup key.`,
      param: "lookup_key",
    });
  }
  holder.lookup_key = null;
}

export function intervalOf(price: Price): "month" | "year" {
  return price.recurring?.interval === "year" ? "year" : "month";
}

export function productIdOf({ product }: Price): string {
  return typeof product === "string" ? product : product.id;
}
