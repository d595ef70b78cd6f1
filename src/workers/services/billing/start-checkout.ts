import type { Stripe } from "stripe";
import { isEnded } from "../../../domain/billing/phase.ts";
import { freeUntil } from "../../../domain/billing/terms.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { BillingContext } from "./context.ts";
import { ensureCustomer } from "./customer.ts";
import { chosenFreeze } from "./freeze.ts";
import { type OpenedBilling, withBilling } from "./open.ts";
import { pricedItems } from "./prices.ts";
import type { BillingRefusal } from "./refusal.ts";
import { checkoutInput } from "./schemas.ts";
import { NO_HINT, syncBilling } from "./sync.ts";
import type { z } from "zod";

/** Where the owner goes to pay, and until when the page is there. */
export interface StartedCheckout {
  readonly url: string;
  readonly expires_at_ms: number;
  /** Nothing is charged before; null when the first payment is at once. */
  readonly free_until_ms: number | null;
}

type Opened = OpenedBilling<z.output<typeof checkoutInput>>;

/** Begins a subscription: makes the customer if need be, and a hosted page on which the owner pays. */
export function startCheckout(ctx: BillingContext, given: unknown): Promise<Result<StartedCheckout, BillingRefusal>> {
  return withBilling(ctx, checkoutInput, given, async (opened) => {
    // What we know may be a minute old, and two subscriptions would both be charged.
    const synced = await syncBilling(opened.ctx, NO_HINT);
    if (!synced.ok) return synced;
    const row = synced.value ?? opened.row;
    if (!isEnded(row.subscription) && row.subscription?.status !== "incomplete")
      return fail({ code: "already_subscribed" });
    const freeze = await chosenFreeze(opened.ctx, opened.input, opened.input.freeze);
    if (!freeze.ok) return freeze;
    if (freeze.value.length > 0) {
      await ctx.tenant.batch([ctx.tenant.billing.update({ usage: { ...row.usage, freeze: freeze.value } })]);
    }
    return openSession({ ...opened, row });
  });
}

async function openSession({ ctx, input, merchant, row }: Opened): Promise<Result<StartedCheckout, BillingRefusal>> {
  const now_ms = ctx.ports.now_ms();
  const customer = await ensureCustomer(ctx, merchant, row);
  await closeOthers(ctx.stripe, customer);
  // With a minute to spare, because Stripe looks at its own clock.
  const free_until_ms = freeUntil(row.trial_ends_at_ms, now_ms + 60_000);
  const line_items = (await pricedItems(ctx.stripe, input)).map(({ price, quantity }) => ({ price, quantity }));
  const params: Stripe.Checkout.SessionCreateParams = {
    mode: "subscription",
    customer,
    client_reference_id: merchant.locator,
    line_items,
    locale: merchant.locale,
    success_url: `${ctx.origin}/app/billing?checkout={CHECKOUT_SESSION_ID}`,
    cancel_url: `${ctx.origin}/app/billing`,
    billing_address_collection: "required",
    tax_id_collection: { enabled: true },
    automatic_tax: { enabled: true },
    customer_update: { name: "auto", address: "auto" },
    subscription_data: {
      metadata: { merchant: merchant.locator },
      ...(free_until_ms === null ? {} : { trial_end: Math.floor(free_until_ms / 1000) }),
    },
    metadata: { merchant: merchant.locator },
  };
  const session = await ctx.stripe.checkout.sessions.create(params, {
    idempotencyKey: `checkout:${merchant.locator}:${ctx.request_id}`,
  });
  if (session.url === null) return fail({ code: "billing_unavailable" });
  return ok({ url: session.url, expires_at_ms: session.expires_at * 1000, free_until_ms });
}

/** Every call opens a page of its own; one that stayed open beside it could be paid as well. */
async function closeOthers(stripe: Stripe, customer: string): Promise<void> {
  const { data } = await stripe.checkout.sessions.list({ customer, status: "open", limit: 10 });
  for (const { id } of data) await stripe.checkout.sessions.expire(id);
}
