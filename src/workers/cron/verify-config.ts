import { type Mode, MODES } from "../../domain/tenancy/merchant.ts";
import { overtakeWhenAhead, pushConfig } from "../services/config/push-config.ts";
import type { CronContext } from "./context.ts";
import { inBatches } from "./in-batches.ts";

const JOB = "verify_config";
export const VERIFY_PAGE = 100;
const PARALLEL = 6;

/** Opens a walk over all merchants; {@link continueVerifyConfig} does it, page by page. A walk under way goes on. */
export async function startVerifyConfig(ctx: CronContext): Promise<void> {
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  if (cursor?.open === true) return;
  await setCursor(ctx, "", true);
}

/**
 * Compares one page of merchants: what each registry has against what D1 believes it has. It finds what the push cannot
 * know: a registry that lost its configuration, or a D1 that was restored from a backup.
 */
export async function continueVerifyConfig(ctx: CronContext): Promise<{ readonly checked: number }> {
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  if (cursor?.open !== true) return { checked: 0 };
  const [page] = await ctx.system.batch([ctx.system.merchants({ after: cursor.after, limit: VERIFY_PAGE })]);

  await inBatches(page, PARALLEL, ({ locator }) => verifyMerchant(ctx, locator));
  const isLast = page.length < VERIFY_PAGE;
  await setCursor(ctx, isLast ? "" : (page.at(-1)?.locator ?? ""), !isLast);
  return { checked: page.length };
}

async function verifyMerchant(ctx: CronContext, locator: string): Promise<void> {
  try {
    const tenant = ctx.openTenant(locator);
    const [[merchant]] = await tenant.batch([tenant.merchant.get()]);
    if (merchant === undefined) return;
    const pushed = { live: merchant.config_pushed_version_live, test: merchant.config_pushed_version_test };
    const found = await Promise.all(MODES.map((mode) => compare(ctx, locator, mode, pushed[mode])));
    if (found.includes(true)) await pushConfig(tenant, ctx.ports);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    ctx.ports.log({ event: "config_verify_failed", merchant: locator, error: message });
  }
}

/** Whether a difference was found, and marked so that a push mends it. */
async function compare(ctx: CronContext, locator: string, mode: Mode, pushed: number): Promise<boolean> {
  const tenant = ctx.openTenant(locator);
  const actual = (await ctx.ports.registry.configVersion({ mode, merchant: locator })) ?? 0;
  if (actual === pushed) return false;
  if (actual < pushed) {
    ctx.ports.log({ event: "config_registry_behind", merchant: locator, mode, version: actual, expected: pushed });
    await tenant.batch([tenant.merchant.recordLost(mode, actual)]);
    return true;
  }
  // Ahead of what was confirmed: an answer got lost (the repair asks again), or D1 went back in time.
  await overtakeWhenAhead(tenant, ctx.ports, mode, actual);
  return true;
}

async function setCursor(ctx: CronContext, after: string, open: boolean): Promise<void> {
  const updated_at_ms = ctx.ports.now_ms();
  await ctx.system.batch([ctx.system.setCursor({ job: JOB, after, open, updated_at_ms })]);
}
