import type { Stripe } from "stripe";
import { z } from "zod";
import { bool, int, metadata, params, text } from "../http/params.ts";
import { route, type Route } from "../http/route.ts";
import { changeItems } from "../objects/change.ts";
import { releaseSchedule, scheduleFrom, updateSchedule } from "../objects/schedule.ts";
import { endSubscription, periodEnd, requireLiving } from "../objects/subscription.ts";
import { listOf, type Subscription } from "../wire.ts";
import type { World } from "../world.ts";

const none = z.strictObject({});
const subscriptionList = params<Stripe.SubscriptionListParams>()({
  customer: text.optional(),
  status: text.optional(),
  limit: int.optional(),
});
export const itemChange = params<Stripe.SubscriptionUpdateParams.Item>()({
  id: text.optional(),
  price: text.optional(),
  quantity: int.optional(),
  deleted: bool.optional(),
});
const subscriptionUpdate = params<Stripe.SubscriptionUpdateParams>()({
  items: z.array(itemChange).optional(),
  proration_behavior: z.enum(["always_invoice", "none"]).optional(),
  proration_date: int.optional(),
  payment_behavior: z.literal("error_if_incomplete").optional(),
  cancel_at: z.union([z.literal("").transform(() => null), int]).optional(),
  cancel_at_period_end: bool.optional(),
  metadata: metadata.optional(),
});
const phaseItem = params<Stripe.SubscriptionScheduleUpdateParams.Phase.Item>()({ price: text, quantity: int });
const phase = params<Stripe.SubscriptionScheduleUpdateParams.Phase>()({
  items: z.array(phaseItem),
  start_date: int.optional(),
  end_date: int.optional(),
  duration: params<Stripe.SubscriptionScheduleUpdateParams.Phase.Duration>()({
    interval: z.enum(["month", "year"]),
    interval_count: int,
  }).optional(),
  proration_behavior: z.literal("none").optional(),
});
const scheduleUpdate = params<Stripe.SubscriptionScheduleUpdateParams>()({
  phases: z.array(phase),
  end_behavior: z.literal("release").optional(),
  metadata: metadata.optional(),
});
const scheduleCreate = params<Stripe.SubscriptionScheduleCreateParams>()({ from_subscription: text });

/** Newest first, as Stripe lists. */
export function newestFirst<Row extends { readonly created: number; readonly id: string }>(
  rows: readonly Row[],
): Row[] {
  return rows.toSorted((left, right) => right.created - left.created || (left.id < right.id ? 1 : -1));
}

function subscriptionOf(world: World, id: string): Subscription {
  return world.find(world.state.subscriptions, "subscription", id);
}

/** Sets or clears the end; the next thing that happens is the earlier of end and renewal. */
function setEnd(world: World, subscription: Subscription, cancel_at: number | null, atPeriodEnd: boolean): void {
  subscription.cancel_at = cancel_at;
  subscription.cancel_at_period_end = atPeriodEnd;
  subscription.canceled_at = cancel_at === null ? null : world.now;
  const end = periodEnd(subscription);
  world.schedule({ at: Math.min(end, cancel_at ?? end), what: "renew", id: subscription.id });
}

export const subscriptionRoutes: readonly Route[] = [
  route("GET", "subscriptions", subscriptionList, ({ world, params: { customer, status, limit = 10 } }) => {
    const found = Object.values(world.state.subscriptions).filter(
      (subscription) =>
        (customer === undefined || subscription.customer === customer) &&
        (status === "all" ||
          (status === undefined ? subscription.status !== "canceled" : subscription.status === status)),
    );
    return listOf("/v1/subscriptions", newestFirst(found).slice(0, limit), found.length > limit);
  }),
  route("GET", "subscriptions/{id}", none, ({ world, ids: [id = ""] }) => subscriptionOf(world, id)),
  route("POST", "subscriptions/{id}", subscriptionUpdate, ({ world, ids: [id = ""], params: input }) => {
    const subscription = subscriptionOf(world, id);
    requireLiving(subscription);
    if (input.items !== undefined) {
      const proration = input.proration_behavior ?? "always_invoice";
      changeItems(world, subscription, input.items, { proration, at: input.proration_date ?? world.now });
    }
    if (input.cancel_at !== undefined) setEnd(world, subscription, input.cancel_at, false);
    if (input.cancel_at_period_end !== undefined) {
      setEnd(
        world,
        subscription,
        input.cancel_at_period_end ? periodEnd(subscription) : null,
        input.cancel_at_period_end,
      );
    }
    subscription.metadata = { ...subscription.metadata, ...input.metadata };
    world.emit("customer.subscription.updated", subscription);
    return subscription;
  }),
  route("DELETE", "subscriptions/{id}", none, ({ world, ids: [id = ""] }) => {
    const subscription = subscriptionOf(world, id);
    requireLiving(subscription);
    return endSubscription(world, subscription, "cancellation_requested");
  }),
  route("POST", "subscription_schedules", scheduleCreate, ({ world, params: { from_subscription } }) =>
    scheduleFrom(world, subscriptionOf(world, from_subscription)),
  ),
  route("GET", "subscription_schedules/{id}", none, ({ world, ids: [id = ""] }) =>
    world.find(world.state.schedules, "subscription_schedule", id),
  ),
  route("POST", "subscription_schedules/{id}", scheduleUpdate, ({ world, ids: [id = ""], params: input }) => {
    const schedule = world.find(world.state.schedules, "subscription_schedule", id);
    schedule.metadata = { ...schedule.metadata, ...input.metadata };
    return updateSchedule(world, schedule, input.phases);
  }),
  route("POST", "subscription_schedules/{id}/release", none, ({ world, ids: [id = ""] }) =>
    releaseSchedule(world, world.find(world.state.schedules, "subscription_schedule", id)),
  ),
];
