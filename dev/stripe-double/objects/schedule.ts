import { type Schedule, type Subscription, idOf } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";
import { changeItems } from "./change.ts";
import { holderOf, periodEnd } from "./subscription.ts";

export interface PhaseInput {
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
  readonly start_date?: number | undefined;
  readonly end_date?: number | undefined;
}

/** A schedule that begins as the subscription is. */
export function scheduleFrom(world: World, subscription: Subscription): Schedule {
  if (subscription.schedule !== null) {
    throw new StripeError(400, {
      message: `The subscription is already attached to a schedule: ${scheduleId(subscription)}.`,
    });
  }
  const items = subscription.items.data.map(({ price, quantity = 1 }) => ({ price: price.id, quantity }));
  const start = subscription.items.data[0]?.current_period_start ?? world.now;
  const end = periodEnd(subscription);
  const schedule: Schedule = {
    id: world.newId("sub_sched"),
    object: "subscription_schedule",
    application: null,
    billing_mode: { flexible: null, type: "classic" },
    canceled_at: null,
    completed_at: null,
    created: world.now,
    current_phase: { start_date: start, end_date: end },
    customer: holderOf(subscription),
    customer_account: null,
    default_settings: SETTINGS,
    end_behavior: "release",
    livemode: false,
    metadata: {},
    pause_schedules: [],
    phases: [phase({ items }, start, end)],
    released_at: null,
    released_subscription: null,
    status: "active",
    subscription: subscription.id,
    test_clock: null,
  };
  world.state.schedules[schedule.id] = schedule;
  subscription.schedule = schedule.id;
  world.emit("subscription_schedule.created", schedule);
  world.emit("customer.subscription.updated", subscription);
  return schedule;
}

export function updateSchedule(world: World, schedule: Schedule, phases: readonly PhaseInput[]): Schedule {
  if (schedule.status !== "active") throw new StripeError(400, { message: "The schedule is not active." });
  const [first] = schedule.phases;
  if (first === undefined || phases[0]?.start_date !== first.start_date) {
    throw new StripeError(400, { message: "The current phase must keep its start_date.", param: "phases" });
  }
  let start = first.start_date;
  schedule.phases = phases.map((input) => {
    for (const { price } of input.items) world.find(world.state.prices, "price", price);
    const made = phase(input, start, input.end_date ?? start + 31 * 86_400);
    start = made.end_date;
    return made;
  });
  world.emit("subscription_schedule.updated", schedule);
  return schedule;
}

export function releaseSchedule(world: World, schedule: Schedule): Schedule {
  const subscription = world.state.subscriptions[idOf(schedule.subscription)];
  schedule.status = "released";
  schedule.released_at = world.now;
  schedule.released_subscription = subscription?.id ?? null;
  schedule.subscription = null;
  if (subscription !== undefined) {
    subscription.schedule = null;
    world.emit("customer.subscription.updated", subscription);
  }
  world.emit("subscription_schedule.released", schedule);
  return schedule;
}

/** When a phase is over the next one's items are the subscription's; behind the last the schedule lets go. */
export function enterNextPhase(world: World, subscription: Subscription): void {
  const schedule = world.state.schedules[scheduleId(subscription)];
  const next = schedule?.phases.find(({ start_date }) => start_date >= periodEnd(subscription));
  if (schedule === undefined || next === undefined) return;
  const kept = subscription.items.data.map(({ id }) => ({ id, deleted: true }));
  const wanted = next.items.map(({ price, quantity }) => ({ price: idOf(price), quantity: quantity ?? 1 }));
  changeItems(world, subscription, [...wanted, ...kept], { proration: "none", at: world.now });
  releaseSchedule(world, schedule);
}

function scheduleId({ schedule }: Subscription): string {
  return typeof schedule === "string" ? schedule : (schedule?.id ?? "");
}

function phase({ items }: PhaseInput, start_date: number, end_date: number): Schedule["phases"][number] {
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: null,
    currency: "eur",
    default_payment_method: null,
    description: null,
    discounts: [],
    end_date,
    invoice_settings: null,
    items: items.map(({ price, quantity }) => ({
      billing_thresholds: null,
      discounts: [],
      metadata: {},
      plan: price,
      price,
      quantity,
    })),
    metadata: {},
    on_behalf_of: null,
    proration_behavior: "none",
    start_date,
    transfer_data: null,
    trial_end: null,
  };
}

const SETTINGS: Schedule["default_settings"] = {
  application_fee_percent: null,
  billing_cycle_anchor: "automatic",
  billing_thresholds: null,
  collection_method: "charge_automatically",
  default_payment_method: null,
  description: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    days_until_due: null,
    description: null,
    footer: null,
    issuer: { type: "self" },
  },
  on_behalf_of: null,
  transfer_data: null,
};
