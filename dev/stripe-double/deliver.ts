import { Stripe } from "stripe";
import type { Delivery } from "./state.ts";
import type { World } from "./world.ts";

/** Where events go, and how. */
export interface Endpoint {
  readonly secret: string;
  readonly send: (payload: string, signature: string) => Promise<{ readonly status: number }>;
}

/** Signs a payload as Stripe does. The machine's time: signatures are checked against it. */
export function sign(payload: string, secret: string, timestamp = Math.floor(Date.now() / 1000)): Promise<string> {
  const cryptoProvider = Stripe.createSubtleCryptoProvider();
  return Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp, cryptoProvider });
}

/** The body of an event as it is posted. */
export function payloadOf(world: World, id: string): string {
  return JSON.stringify(
    world.state.events.find((event) => event.id === id),
    null,
    2,
  );
}

/** Tries to deliver what waits, oldest first. What is refused goes on waiting. Answers how many still wait. */
export async function deliverAll(world: World, endpoint: Endpoint): Promise<number> {
  const waiting = world.state.deliveries.filter(({ delivered }) => !delivered);
  for (const delivery of waiting) await deliverOne(world, endpoint, delivery);
  return world.state.deliveries.filter(({ delivered }) => !delivered).length;
}

async function deliverOne(world: World, endpoint: Endpoint, delivery: Delivery): Promise<void> {
  const payload = payloadOf(world, delivery.event);
  delivery.attempts += 1;
  try {
    const { status } = await endpoint.send(payload, await sign(payload, endpoint.secret));
    delivery.last_status = status;
    delivery.delivered = status >= 200 && status < 300;
  } catch {
    // Nobody answers: it is delivered another time.
    delivery.last_status = null;
  }
}
