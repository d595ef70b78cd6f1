import { z } from "zod";
import type { BillingRow } from "../../../db/schema/billing.ts";
import { cancellationDate } from "../../../domain/billing/terms.ts";
import { fail, type Result } from "../../../domain/result.ts";
import { releaseSchedule, synced } from "./apply-change.ts";
import type { BillingContext } from "./context.ts";
import { livingOf, withBilling } from "./open.ts";
import type { BillingRefusal } from "./refusal.ts";
import { cancelInput } from "./schemas.ts";

/**
 * Ends the subscription: when the paid period ends, or of a yearly one after a month's notice, and then the rest of what
 * was paid comes back by itself. There is no fee, and until the day it can be taken back.
 */
export function cancelSubscription(ctx: BillingContext, given: unknown): Promise<Result<BillingRow, BillingRefusal>> {
  return withBilling(ctx, cancelInput, given, async (opened) => {
    const living = livingOf(opened.row);
    if (!living.ok) return living;
    const { id, subscription } = living.value;
    const { stripe, request_id } = opened.ctx;
    await releaseSchedule(stripe, await stripe.subscriptions.retrieve(id));
    const { interval } = subscription.selection;
    const { period_end_ms } = subscription;
    const at_ms = cancellationDate({ interval, period_end_ms }, opened.input.when, ctx.ports.now_ms());
    const end = at_ms >= period_end_ms ? { cancel_at_period_end: true } : { cancel_at: Math.floor(at_ms / 1000) };
    await stripe.subscriptions.update(
      id,
      { ...end, proration_behavior: "none" },
      { idempotencyKey: `cancel:${id}:${request_id}` },
    );
    return synced(opened);
  });
}

/** Takes a cancellation back before it has taken effect. */
export function resumeSubscription(ctx: BillingContext): Promise<Result<BillingRow, BillingRefusal>> {
  return withBilling(ctx, z.strictObject({}), {}, async (opened) => {
    const living = livingOf(opened.row);
    if (!living.ok) return living;
    const { id, subscription } = living.value;
    if (subscription.ends_at_ms === null) return fail({ code: "plan_unchanged" });
    const { stripe, request_id } = opened.ctx;
    const { cancel_at_period_end } = await stripe.subscriptions.retrieve(id);
    await stripe.subscriptions.update(id, cancel_at_period_end ? { cancel_at_period_end: false } : { cancel_at: "" }, {
      idempotencyKey: `resume:${id}:${request_id}`,
    });
    return synced(opened);
  });
}
