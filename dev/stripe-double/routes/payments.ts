import { z } from "zod";
import { route, type Route } from "../http/route.ts";

const none = z.strictObject({});

/** What can be looked up of single payments. */
export const paymentRoutes: readonly Route[] = [
  route("GET", "charges/{id}", none, ({ world, ids: [id = ""] }) => world.find(world.state.charges, "charge", id)),
  route("GET", "payment_intents/{id}", none, ({ world, ids: [id = ""] }) =>
    world.find(world.state.payment_intents, "payment_intent", id),
  ),
  route("GET", "disputes/{id}", none, ({ world, ids: [id = ""] }) => world.find(world.state.disputes, "dispute", id)),
  route("GET", "events/{id}", none, ({ world, ids: [id = ""] }) => {
    const events = Object.fromEntries(world.state.events.map((event) => [event.id, event]));
    return world.find(events, "event", id);
  }),
];
