import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Stripe } from "stripe";
import { eventPorts } from "../billing/billing-ports.ts";
import { stripeOf, type StripeEnv } from "../billing/stripe-client.ts";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";
import { takeEvent } from "../services/billing/take-event.ts";

/** Stripe's events are some kilobytes; the largest hold an invoice with all its lines. */
const EVENT_BYTES_MAX = 512 * 1024;
/** So old a signature may be, in seconds: a recorded request cannot be played again later. */
const TOLERANCE_S = 300;

/**
 * Where Stripe sends what has happened. It answers 200 when the event was acted on or concerns nobody here, and anything
 * else when Stripe must send it again.
 */
export const stripeWebhooks = new Hono<AppEnv>();

const limitEvent = bodyLimit({
  maxSize: EVENT_BYTES_MAX,
  onError: () => {
    throw new ProblemError("body_too_large");
  },
});

stripeWebhooks.post("/webhooks/stripe", limitEvent, async (c) => {
  const stripe = stripeOf(c.env);
  const { STRIPE_WEBHOOK_SECRET }: StripeEnv = c.env;
  if (stripe === null || STRIPE_WEBHOOK_SECRET === undefined) throw new ProblemError("billing_unavailable");
  const event = await verified(c, stripe, STRIPE_WEBHOOK_SECRET);
  const outcome = await takeEvent(eventPorts(c.env, stripe, new URL(c.req.url).origin), event);
  if (outcome === "failed") throw new ProblemError("unavailable", { retryAfterSeconds: 60 });
  return c.json({ received: true, outcome }, 200, { "cache-control": "no-store" });
});

/** The event, when Stripe signed these very bytes a moment ago. */
async function verified(c: Context<AppEnv>, stripe: Stripe, secret: string): Promise<Stripe.Event> {
  const signature = c.req.header("stripe-signature");
  if (signature === undefined) throw new ProblemError("signature_refused");
  try {
    return await stripe.webhooks.constructEventAsync(
      await c.req.text(),
      signature,
      secret,
      TOLERANCE_S,
      Stripe.createSubtleCryptoProvider(),
    );
  } catch {
    throw new ProblemError("signature_refused");
  }
}
