import { listOf, type Customer, type TaxId, type WireList } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";

export interface CustomerFields {
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly address?: Address | null | undefined;
  readonly preferred_locales?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly default_payment_method?: string | null | undefined;
}

export interface Address {
  readonly line1?: string | undefined;
  readonly line2?: string | undefined;
  readonly city?: string | undefined;
  readonly postal_code?: string | undefined;
  readonly state?: string | undefined;
  readonly country?: string | undefined;
}

export function createCustomer(world: World, fields: CustomerFields): Customer {
  const customer: Customer = {
    id: world.newId("cus"),
    object: "customer",
    address: null,
    balance: 0,
    created: world.now,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
  world.state.customers[customer.id] = customer;
  change(customer, fields);
  world.emit("customer.created", customer);
  return customer;
}

export function updateCustomer(world: World, id: string, fields: CustomerFields): Customer {
  const customer = world.find(world.state.customers, "customer", id);
  change(customer, fields);
  world.emit("customer.updated", customer);
  return customer;
}

function change(customer: Customer, fields: CustomerFields): void {
  const { email, name, address, preferred_locales, metadata, default_payment_method } = fields;
  if (email !== undefined) customer.email = email;
  if (name !== undefined) customer.name = name;
  if (address !== undefined) customer.address = address === null ? null : wholeAddress(address);
  if (preferred_locales !== undefined) customer.preferred_locales = [...preferred_locales];
  if (metadata !== undefined) customer.metadata = { ...customer.metadata, ...metadata };
  if (default_payment_method !== undefined) customer.invoice_settings.default_payment_method = default_payment_method;
}

function wholeAddress({ line1, line2, city, postal_code, state, country }: Address) {
  return {
    line1: line1 ?? null,
    line2: line2 ?? null,
    city: city ?? null,
    postal_code: postal_code ?? null,
    state: state ?? null,
    country: country ?? null,
  };
}

/** A deleted customer answers that it is deleted, and its subscriptions end at once. */
export function deleteCustomer(world: World, id: string): { id: string; object: "customer"; deleted: true } {
  const customer = world.find(world.state.customers, "customer", id);
  delete world.state.customers[id];
  world.state.deleted_customers.push(id);
  world.emit("customer.deleted", customer);
  return { id, object: "customer", deleted: true };
}

/** Tax ids that Stripe would refuse by their form. */
const EU_VAT = /^[A-Z]{2}[0-9A-Z+*]{2,12}$/;

export function createTaxId(world: World, customer: string, type: string, value: string): TaxId {
  world.find(world.state.customers, "customer", customer);
  if (type === "eu_vat" && !EU_VAT.test(value)) {
    throw new StripeError(400, { code: "tax_id_invalid", message: `Invalid value for eu_vat.`, param: "value" });
  }
  const taxId: TaxId = {
    id: world.newId("txi"),
    object: "tax_id",
    country: value.slice(0, 2),
    created: world.now,
    customer,
    customer_account: null,
    livemode: false,
    owner: { type: "customer", customer, customer_account: null },
    type,
    value,
    verification: { status: "pending", verified_address: null, verified_name: null },
  };
  world.state.tax_ids[taxId.id] = taxId;
  world.emit("customer.tax_id.created", taxId);
  return taxId;
}

export function taxIdsOf(world: World, customer: string): WireList<TaxId> {
  const own = Object.values(world.state.tax_ids).filter((taxId) => taxId.customer === customer);
  return listOf(`/v1/customers/${customer}/tax_ids`, own);
}

/** The rate of VAT in percent: Dutch for the Dutch and for consumers of the EU, reversed for its other businesses. */
export function taxPercent(world: World, customer: string): number {
  const country = world.state.customers[customer]?.address?.country ?? null;
  if (country === null || country === "NL") return 21;
  const isBusiness = taxIdsOf(world, customer).data.some(({ type }) => type === "eu_vat");
  return EU.includes(country) && !isBusiness ? 21 : 0;
}

const EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");
