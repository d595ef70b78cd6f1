import { Stripe } from "stripe";

/** What paying needs of the Worker. The two secrets are optional: without them nothing can be bought, and all else works. */
export interface StripeEnv extends Pick<Env, "ENVIRONMENT"> {
  readonly STRIPE_SECRET_KEY?: string;
  readonly STRIPE_WEBHOOK_SECRET?: string;
  /** Answers in Stripe's place where it is bound: on a developer's machine. */
  readonly STRIPE_API?: Pick<Fetcher, "fetch">;
}

const TIMEOUT_MS = 15_000;
/** Once more after a broken connection; the idempotency key makes that safe. */
const RETRIES = 1;

/** Stripe, as this deployment is set up to reach it; null when it is not. */
export function stripeOf({ STRIPE_SECRET_KEY, STRIPE_API }: StripeEnv): Stripe | null {
  if (STRIPE_SECRET_KEY === undefined || STRIPE_SECRET_KEY === "") return null;
  return new Stripe(STRIPE_SECRET_KEY, {
    httpClient: Stripe.createFetchHttpClient(async (input, init) => {
      const request = new Request(input, init);
      return STRIPE_API === undefined ? fetch(request) : STRIPE_API.fetch(request);
    }),
    maxNetworkRetries: RETRIES,
    timeout: TIMEOUT_MS,
    telemetry: false,
    appInfo: { name: "stempel" },
  });
}
