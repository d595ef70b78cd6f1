import { Stripe } from "stripe";

/** Stripe itself, or whatever answers in its place. */
export function stripeAt(key: string, answer?: (request: Request) => Promise<Response>): Stripe {
  if (answer === undefined) return new Stripe(key, { maxNetworkRetries: 2 });
  const httpClient = Stripe.createFetchHttpClient((input, init) => answer(new Request(input, init)));
  return new Stripe(key, { httpClient, maxNetworkRetries: 0, telemetry: false });
}
