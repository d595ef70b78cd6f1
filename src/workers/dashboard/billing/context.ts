import type { Context } from "hono";
import { usageCounter } from "../../billing/billing-ports.ts";
import { stripeOf } from "../../billing/stripe-client.ts";
import type { AppEnv } from "../../hono-env.ts";
import type { BillingContext } from "../../services/billing/context.ts";

/** Billing of the merchant in the path, for whoever asks. */
export function billingContext(c: Context<AppEnv>): BillingContext {
  return { ...c.var.desk, stripe: stripeOf(c.env), counter: usageCounter(c.env) };
}
