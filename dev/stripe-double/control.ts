import { z } from "zod";
import { StripeError } from "./http/errors.ts";
import { deleteCustomer } from "./objects/customer.ts";
import { openDispute, closeDispute } from "./objects/dispute.ts";
import { endSubscription } from "./objects/subscription.ts";
import { catchUp } from "./objects/time.ts";
import { SCENARIOS, type Scenario } from "./state.ts";
import type { Dispute } from "./wire.ts";
import type { World } from "./world.ts";

// What Stripe's dashboard and its test clocks are for: nothing here is part of the API that the product may call.

/** What can be ordered, as JSON or as a form. */
export const order = z.discriminatedUnion("action", [
  z.object({ action: z.literal("advance"), days: z.coerce.number().min(0).max(800) }),
  z.object({ action: z.literal("scenario"), customer: z.string(), scenario: z.enum(SCENARIOS) }),
  z.object({ action: z.literal("dispute"), customer: z.string() }),
  z.object({ action: z.literal("delete_customer"), customer: z.string() }),
  z.object({ action: z.literal("deliver") }),
]);

export function advance(world: World, seconds: number): void {
  world.state.clock_offset += Math.round(seconds);
  catchUp(world);
}

/** What the payments of a customer do from now on, with the method that they have. */
export function setScenario(world: World, customer: string, scenario: Scenario): void {
  const method = world.find(world.state.customers, "customer", customer).invoice_settings.default_payment_method;
  if (typeof method !== "string") throw new StripeError(400, { message: "The customer has no payment method." });
  world.state.scenarios[method] = scenario;
}

/** The bank takes the customer's last successful payment back. */
export function disputeLast(world: World, customer: string): Dispute {
  const charge = Object.values(world.state.charges).findLast(
    (each) => each.customer === customer && each.paid && !each.disputed,
  );
  if (charge === undefined) throw new StripeError(400, { message: "There is no payment to take back." });
  return openDispute(world, charge);
}

export function resolveDispute(world: World, id: string, status: "won" | "lost"): void {
  closeDispute(world, world.find(world.state.disputes, "dispute", id), status);
}

export function removeCustomer(world: World, customer: string): void {
  for (const subscription of Object.values(world.state.subscriptions)) {
    const isLiving = subscription.status !== "canceled" && subscription.status !== "incomplete_expired";
    if (subscription.customer === customer && isLiving) endSubscription(world, subscription, "cancellation_requested");
  }
  deleteCustomer(world, customer);
}
