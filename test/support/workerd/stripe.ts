import { env } from "cloudflare:workers";
import { StripeDouble } from "../../../dev/stripe-double/double.ts";
import { stripeAt } from "../../../scripts/stripe-sync/stripe-at.ts";
import { syncCatalog } from "../../../scripts/stripe-sync/sync-catalog.ts";
import { fetchWorker } from "./fetch-worker.ts";
import { ORIGIN } from "./browser.ts";

export const WEBHOOK_SECRET = "whsec_test";

let installed: Promise<StripeDouble> | null = null;

/** The stand-in of this test file, installed at the first call. */
export function installStripe(): Promise<StripeDouble> {
  installed ??= install();
  return installed;
}

/**
 * A stand-in for Stripe that the Worker of these tests reaches in Stripe's place, with our catalogue in it. Its events go
 * to the Worker when a test delivers them.
 */
async function install(): Promise<StripeDouble> {
  const double = new StripeDouble({
    pages: `${ORIGIN}/dev/stripe`,
    endpoint: { secret: WEBHOOK_SECRET, send: postEvent },
  });
  await syncCatalog(
    stripeAt("sk_test_sync", (request) => double.fetch(request)),
    { log: () => {} },
  );
  double.calls.length = 0;
  Object.assign(env, {
    STRIPE_API: { fetch: (request: Request) => double.fetch(request) },
    STRIPE_SECRET_KEY: "sk_test_worker",
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  return double;
}

/** Posts an event as Stripe does. */
export async function postEvent(payload: string, signature: string): Promise<{ readonly status: number }> {
  const answer = await fetchWorker(`${ORIGIN}/webhooks/stripe`, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": signature },
    body: payload,
  });
  await answer.arrayBuffer();
  return { status: answer.status };
}

/** The customer that a merchant is at Stripe. */
export async function customerOf(locator: string): Promise<string> {
  const row = await env.DB.prepare("SELECT stripe_customer FROM billing WHERE merchant = ?").bind(locator).first();
  const customer = row?.["stripe_customer"];
  if (typeof customer !== "string") throw new Error("the merchant is no customer yet");
  return customer;
}
