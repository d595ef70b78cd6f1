import { z } from "zod";
import type { BillingRow, UsageCount } from "../../../db/schema/billing.ts";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import { type BillingStory, describeBilling } from "../../../domain/billing/describe.ts";
import { type Entitlements, entitlements, frozenLocations } from "../../../domain/billing/entitlements.ts";
import { alertsAt, type AlertLevel } from "../../../domain/billing/usage.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { forbidden, notFound } from "../refusal.ts";
import { type BillingContext, stateOf } from "./context.ts";
import { countUsage, recentCount } from "./count-usage.ts";
import { withBilling } from "./open.ts";
import type { BillingRefusal } from "./refusal.ts";
import { syncBilling } from "./sync.ts";

/** Everything that an owner is shown about billing. */
export interface BillingView {
  readonly row: BillingRow;
  readonly merchant: MerchantRow;
  readonly entitled: Entitlements;
  readonly story: BillingStory;
  readonly counts: UsageCount;
  readonly locations: number;
  readonly frozen: readonly string[];
  readonly alerts: readonly AlertLevel[];
}

/** Where the merchant stands, in words and in numbers, as of now. Stripe is not asked. */
export async function readBilling(ctx: BillingContext): Promise<Result<BillingView, BillingRefusal>> {
  if (!may(ctx.actor, "pay")) return fail(forbidden);
  const { tenant, ports } = ctx;
  const [[merchant], [row], open] = await tenant.batch([
    tenant.merchant.get(),
    tenant.billing.get(),
    tenant.locations.active(),
  ]);
  if (merchant === undefined) return fail(notFound("merchant"));
  if (row === undefined) return fail({ code: "billing_absent" });
  const now_ms = ports.now_ms();
  const entitled = entitlements(stateOf(row), row.usage, now_ms);
  const counts = await recentCount(ctx, row, merchant.timezone);
  const ids = open.map(({ id }) => id);
  return ok({
    row,
    merchant,
    entitled,
    story: describeBilling(stateOf(row), entitled, now_ms, merchant),
    counts,
    locations: open.length,
    frozen: frozenLocations(entitled, row.usage, ids, now_ms),
    alerts: alertsAt(counts.active_members, entitled.limits.active_members),
  });
}

/** The same, after Stripe was asked: for whoever comes back from paying before the event does. */
export async function refreshBilling(ctx: BillingContext): Promise<Result<BillingView, BillingRefusal>> {
  const refreshed = await withBilling(ctx, z.strictObject({}), {}, async (opened) => {
    const synced = await syncBilling(opened.ctx);
    if (!synced.ok) return synced;
    await countUsage(opened.ctx);
    return ok(null);
  });
  return refreshed.ok ? readBilling(ctx) : refreshed;
}
