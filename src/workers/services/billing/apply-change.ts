import type { Stripe } from "stripe";
import type { z } from "zod";
import type { BillingRow } from "../../../db/schema/billing.ts";
import { changeMoment, sameSelection, type Selection } from "../../../domain/billing/selection.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { changedItems } from "./change-items.ts";
import type { BillingContext } from "./context.ts";
import { chosenFreeze } from "./freeze.ts";
import { type Living, livingOf, type OpenedBilling, withBilling } from "./open.ts";
import { prorated } from "./preview-change.ts";
import { pricedItems } from "./prices.ts";
import { askStripe, type BillingRefusal } from "./refusal.ts";
import { changeInput } from "./schemas.ts";
import { syncBilling } from "./sync.ts";

/** So long the amounts of a preview hold. */
const PREVIEW_MS = 15 * 60_000;

type Wanted = z.output<typeof changeInput>;

/** Changes the subscription as the preview showed: up at once, down when what was paid for has ended. */
export function applyChange(ctx: BillingContext, given: unknown): Promise<Result<BillingRow, BillingRefusal>> {
  return withBilling(ctx, changeInput, given, async (opened) => {
    const { input, row } = opened;
    const living = livingOf(row);
    if (!living.ok) return living;
    const age_ms = ctx.ports.now_ms() - input.proration_at_ms;
    if (age_ms < 0 || age_ms > PREVIEW_MS) return fail({ code: "preview_outdated" });
    const { subscription } = living.value;
    const planned = subscription.next?.selection ?? subscription.selection;
    if (sameSelection(planned, input)) return fail({ code: "plan_unchanged" });
    const freeze = await chosenFreeze(opened.ctx, input, input.freeze);
    if (!freeze.ok) return freeze;
    await carryOut(opened, living.value);
    const kept = freeze.value.length > 0 ? freeze.value : row.usage.freeze;
    await ctx.tenant.batch([ctx.tenant.billing.update({ usage: { ...row.usage, freeze: kept } })]);
    return synced(opened);
  });
}

async function carryOut({ ctx, input }: OpenedBilling<Wanted>, living: Living): Promise<void> {
  const subscription = await ctx.stripe.subscriptions.retrieve(living.id);
  await releaseSchedule(ctx.stripe, subscription);
  const moment = changeMoment(living.subscription.selection, input);
  // Back to what it is: letting go of the schedule was all there was to do.
  if (moment === "unchanged") return;
  if (moment === "period_end") {
    await changeLater(ctx, subscription, input);
    return;
  }
  const items = await changedItems(ctx.stripe, subscription, input);
  const key = `change:${living.id}:${input.proration_at_ms}:${fingerprint(input)}`;
  await ctx.stripe.subscriptions.update(
    living.id,
    { items: [...items], ...prorated(input.proration_at_ms), payment_behavior: "error_if_incomplete" },
    { idempotencyKey: key },
  );
}

/** A schedule of two phases: as it is until the period ends, as it was chosen from then on. */
async function changeLater(
  ctx: OpenedBilling<Wanted>["ctx"],
  subscription: Stripe.Subscription,
  wanted: Selection,
): Promise<void> {
  const { stripe, request_id } = ctx;
  const schedule = await stripe.subscriptionSchedules.create(
    { from_subscription: subscription.id },
    { idempotencyKey: `schedule:${subscription.id}:${request_id}` },
  );
  const [first] = schedule.phases;
  const items = (await pricedItems(stripe, wanted)).map(({ price, quantity }) => ({ price, quantity }));
  await stripe.subscriptionSchedules.update(
    schedule.id,
    {
      end_behavior: "release",
      metadata: { selection: JSON.stringify(selectionOnly(wanted)) },
      phases: [
        {
          items: subscription.items.data.map(({ price, quantity = 1 }) => ({ price: price.id, quantity })),
          ...(first === undefined ? {} : { start_date: first.start_date, end_date: first.end_date }),
          proration_behavior: "none",
        },
        { items, duration: { interval: wanted.interval, interval_count: 1 }, proration_behavior: "none" },
      ],
    },
    { idempotencyKey: `schedule_phases:${schedule.id}:${request_id}` },
  );
}

/** Lets a subscription go on as it is; a change that was planned is dropped. */
export async function releaseSchedule(stripe: Stripe, { schedule }: Stripe.Subscription): Promise<boolean> {
  const id = typeof schedule === "string" ? schedule : (schedule?.id ?? null);
  if (id === null) return false;
  await stripe.subscriptionSchedules.release(id, {}, { idempotencyKey: `release:${id}` });
  return true;
}

/**
 * How it stands after something was done. When Stripe cannot be asked any more, what was known before is answered: it was
 * done all the same, and its event brings the rest.
 */
export async function synced({
  ctx,
  row,
}: Pick<OpenedBilling<unknown>, "ctx" | "row">): Promise<Result<BillingRow, BillingRefusal>> {
  const asked = await askStripe(ctx.ports.log, () => syncBilling(ctx));
  if (!asked.ok) return ok(row);
  return asked.value.ok ? ok(asked.value.value ?? row) : asked.value;
}

function selectionOnly({ plan, interval, extra_locations, member_blocks }: Selection): Selection {
  return { plan, interval, extra_locations, member_blocks };
}

function fingerprint(wanted: Selection): string {
  return Object.values(selectionOnly(wanted)).join(".");
}
