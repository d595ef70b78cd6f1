import type { Stripe } from "stripe";
import type { BillingRow } from "../../../db/schema/billing.ts";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import type { BillingCore } from "./context.ts";
import { isThere } from "./observe-customer.ts";

/** Who is billed, as Stripe is told. Invoices go to the bookkeeper when there is one. */
export function customerFields(merchant: MerchantRow, { details }: BillingRow, owner: string | null) {
  const { address, invoice_email, business_number } = details;
  const to = invoice_email ?? owner;
  return {
    name: merchant.legal_name ?? merchant.name,
    ...(to === null ? {} : { email: to }),
    ...(address === null ? {} : { address: { ...address } }),
    preferred_locales: [merchant.locale],
    metadata: { merchant: merchant.locator, business_number: business_number ?? "" },
  };
}

/**
 * The merchant's customer at Stripe, made when there is none or when it was deleted there. Two who ask at once get the
 * same one: the key names the merchant, and counts how often a new one was needed.
 */
export async function ensureCustomer(
  core: BillingCore & { readonly stripe: Stripe },
  merchant: MerchantRow,
  row: BillingRow,
): Promise<string> {
  const { stripe, tenant } = core;
  if (row.stripe_customer !== null && (await isThere(stripe, row.stripe_customer))) return row.stripe_customer;
  const customer_no = row.stripe_customer === null ? row.customer_no : row.customer_no + 1;
  const fields = customerFields(merchant, row, await ownerAddress(core));
  const customer = await stripe.customers.create(fields, {
    idempotencyKey: `customer:${merchant.locator}:${customer_no}`,
  });
  // The key's answer may be of a customer that was deleted within the day.
  if (!(await isThere(stripe, customer.id))) {
    await tenant.batch([tenant.billing.update({ stripe_customer: null, customer_no: customer_no + 1 })]);
    return ensureCustomer(core, merchant, { ...row, stripe_customer: null, customer_no: customer_no + 1 });
  }
  await tenant.batch([tenant.billing.update({ stripe_customer: customer.id, customer_no })]);
  if (row.details.vat_id !== null) await setVatId(stripe, customer.id, row.details.vat_id);
  return customer.id;
}

/** The first owner who can be written to. */
export async function ownerAddress({ tenant }: BillingCore): Promise<string | null> {
  const [people, roles] = await tenant.batch([tenant.staff.active(), tenant.staffRoles.all()]);
  const owners = people.filter(({ id }) => roles.some(({ staff, role }) => staff === id && role === "owner"));
  return owners.find(({ email }) => email !== null)?.email ?? null;
}

/** Makes the VAT number at Stripe this one, or none. */
export async function setVatId(stripe: Stripe, customer: string, vat_id: string | null): Promise<void> {
  const { data } = await stripe.customers.listTaxIds(customer, { limit: 10 });
  const known = data.filter(({ type }) => type === "eu_vat");
  if (vat_id !== null && !known.some(({ value }) => value === vat_id)) {
    const key = `vat:${customer}:${vat_id}:${known.map(({ id }) => id).join(".")}`;
    await stripe.customers.createTaxId(customer, { type: "eu_vat", value: vat_id }, { idempotencyKey: key });
  }
  for (const { id, value } of known) if (value !== vat_id) await stripe.customers.deleteTaxId(customer, id);
}
