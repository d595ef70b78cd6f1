import { z } from "zod";
import type { BillingRow } from "../../../db/schema/billing.ts";
import { fail, type Result } from "../../../domain/result.ts";
import { releaseSchedule, synced } from "./apply-change.ts";
import type { BillingContext } from "./context.ts";
import { livingOf, withBilling } from "./open.ts";
import type { BillingRefusal } from "./refusal.ts";

/** Drops a change that was planned for the end of the period. */
export function dropChange(ctx: BillingContext): Promise<Result<BillingRow, BillingRefusal>> {
  return withBilling(ctx, z.strictObject({}), {}, async (opened) => {
    const living = livingOf(opened.row);
    if (!living.ok) return living;
    const subscription = await opened.ctx.stripe.subscriptions.retrieve(living.value.id);
    if (!(await releaseSchedule(opened.ctx.stripe, subscription))) return fail({ code: "plan_unchanged" });
    return synced(opened);
  });
}
