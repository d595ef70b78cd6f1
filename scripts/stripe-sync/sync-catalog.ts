import type { Stripe } from "stripe";
import {
  catalog,
  type CatalogEntry,
  CURRENCY,
  INTERVALS,
  type Interval,
  lookupKey,
} from "../../src/domain/billing/plans.ts";

/** Software as a service for businesses, so that Stripe Tax knows what is sold. */
const TAX_CODE = "txcd_10103001";
/** Marks the portal configuration that is ours; the Worker looks for it. */
const PORTAL_MARK = "stempel_portal";

export interface SyncOptions {
  readonly log: (line: string) => void;
}

/**
 * Makes Stripe's catalogue what the table of plans says. Safe to run at any time, and again: what is as it should be is
 * left alone. An amount that has changed becomes a new price that takes the lookup key over; whoever subscribed at the old
 * one keeps it.
 */
export async function syncCatalog(stripe: Stripe, options: SyncOptions): Promise<void> {
  for (const entry of catalog()) {
    await syncProduct(stripe, entry, options);
    for (const interval of INTERVALS) await syncPrice(stripe, entry, interval, options);
  }
  await syncPortal(stripe, options);
}

function productId({ product }: CatalogEntry): string {
  return `stempel_${product}`;
}

async function syncProduct(stripe: Stripe, entry: CatalogEntry, { log }: SyncOptions): Promise<void> {
  const id = productId(entry);
  const wanted = { name: entry.name, tax_code: TAX_CODE };
  const known = await found(() => stripe.products.retrieve(id));
  if (known === null) {
    await stripe.products.create({ id, ...wanted }, { idempotencyKey: `sync:product:${id}` });
    log(`made     product ${id}`);
  } else if (known.name !== wanted.name || !known.active) {
    await stripe.products.update(id, { ...wanted, active: true });
    log(`changed  product ${id}`);
  } else log(`as it is product ${id}`);
}

async function syncPrice(stripe: Stripe, entry: CatalogEntry, interval: Interval, { log }: SyncOptions): Promise<void> {
  const lookup_key = lookupKey(entry.product, interval);
  const unit_amount = entry.price[interval];
  const { data } = await stripe.prices.list({ lookup_keys: [lookup_key], active: true, limit: 1 });
  const [known] = data;
  if (known?.unit_amount === unit_amount && known.currency === CURRENCY.toLowerCase()) {
    log(`as it is price   ${lookup_key} ${unit_amount}`);
    return;
  }
  await stripe.prices.create(
    {
      product: productId(entry),
      currency: CURRENCY.toLowerCase(),
      unit_amount,
      recurring: { interval },
      tax_behavior: "exclusive",
      lookup_key,
      transfer_lookup_key: true,
      nickname: `${entry.name}, per ${interval}`,
    },
    { idempotencyKey: `sync:price:${lookup_key}:${unit_amount}:${known?.id ?? "first"}` },
  );
  log(`${known === undefined ? "made    " : "raised  "} price   ${lookup_key} ${unit_amount}`);
}

/** The portal is for payment method, invoices and cancelling; plans are changed in the dashboard, with a preview. */
async function syncPortal(stripe: Stripe, { log }: SyncOptions): Promise<void> {
  const { data } = await stripe.billingPortal.configurations.list({ active: true, limit: 100 });
  const known = data.find(({ metadata }) => metadata?.[PORTAL_MARK] === "1");
  const wanted = {
    business_profile: { headline: "Stempel" },
    features: {
      customer_update: { enabled: true, allowed_updates: ["address", "tax_id", "email"] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_cancel: { enabled: true, mode: "at_period_end" },
      subscription_update: { enabled: false },
    },
    metadata: { [PORTAL_MARK]: "1" },
  } satisfies Stripe.BillingPortal.ConfigurationCreateParams;
  if (known === undefined) {
    await stripe.billingPortal.configurations.create(wanted, { idempotencyKey: "sync:portal" });
    log("made     portal configuration");
  } else {
    await stripe.billingPortal.configurations.update(known.id, wanted);
    log("set      portal configuration");
  }
}

/** Null when Stripe has no such thing. */
async function found<Thing>(ask: () => Promise<Thing>): Promise<Thing | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return null;
    throw error;
  }
}
