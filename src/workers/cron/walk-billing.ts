import type { Stripe } from "stripe";
import type { BillingCore } from "../services/billing/context.ts";
import { countUsage } from "../services/billing/count-usage.ts";
import { syncBilling } from "../services/billing/sync.ts";
import type { CronContext } from "./context.ts";
import { inBatches } from "./in-batches.ts";

const JOB = "walk_billing";
/** At some ten calls a merchant, a run stays well below the thousand that an invocation may make. */
export const BILLING_PAGE = 50;
const PARALLEL = 4;

/** Opens the nightly walk over all merchants; {@link continueWalkBilling} does it, page by page. */
export async function startWalkBilling(ctx: CronContext): Promise<void> {
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  if (cursor?.open === true) return;
  await setCursor(ctx, "", true);
}

/**
 * For one page of merchants: counts what they use, and asks Stripe how they stand. An event that never came is made up
 * for within a day.
 */
export async function continueWalkBilling(ctx: CronContext): Promise<{ readonly walked: number }> {
  const { billing } = ctx;
  if (billing === undefined) return { walked: 0 };
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  if (cursor?.open !== true) return { walked: 0 };
  const [page] = await ctx.system.batch([ctx.system.merchants({ after: cursor.after, limit: BILLING_PAGE })]);

  await inBatches(page, PARALLEL, ({ locator }) => walkMerchant(ctx, billing(locator)));
  const isLast = page.length < BILLING_PAGE;
  await setCursor(ctx, isLast ? "" : (page.at(-1)?.locator ?? ""), !isLast);
  return { walked: page.length };
}

async function walkMerchant(ctx: CronContext, core: BillingCore): Promise<void> {
  try {
    if (hasStripe(core)) await syncBilling(core);
    await countUsage(core);
  } catch (error) {
    // The message of an error may quote a person.
    const kind = error instanceof Error ? error.name : "unknown";
    ctx.ports.log({ event: "billing_walk_failed", merchant: core.tenant.locator, error: kind });
  }
}

function hasStripe(core: BillingCore): core is BillingCore & { readonly stripe: Stripe } {
  return core.stripe !== null;
}

async function setCursor(ctx: CronContext, after: string, open: boolean): Promise<void> {
  const updated_at_ms = ctx.ports.now_ms();
  await ctx.system.batch([ctx.system.setCursor({ job: JOB, after, open, updated_at_ms })]);
}
