import { pushConfig } from "../services/config/push-config.ts";
import type { CronContext } from "./context.ts";
import { inBatches } from "./in-batches.ts";

const JOB = "repair_config";
/** At about five calls a merchant, a run stays well below the thousand that an invocation may make. */
export const REPAIR_PAGE = 100;
const PARALLEL = 6;

/**
 * Pushes the configuration of merchants whose last push failed. A run takes one page and the next goes on behind it, so
 * that merchants whose registry keeps failing do not stand in the way of the others.
 */
export async function repairConfig(ctx: CronContext): Promise<{ readonly tried: number; readonly repaired: number }> {
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  const after = cursor?.after ?? "";
  const [behind] = await ctx.system.batch([ctx.system.merchantsBehind({ after, limit: REPAIR_PAGE })]);

  let repaired = 0;
  await inBatches(behind, PARALLEL, async ({ locator }) => {
    if (await pushConfig(ctx.openTenant(locator), ctx.ports)) repaired += 1;
  });
  // A short page is the last one: begin again. When nothing is behind, as usual, nothing is written.
  const next = behind.length === REPAIR_PAGE ? (behind.at(-1)?.locator ?? "") : "";
  if (next !== after) {
    const updated_at_ms = ctx.ports.now_ms();
    await ctx.system.batch([ctx.system.setCursor({ job: JOB, after: next, open: next !== "", updated_at_ms })]);
  }
  if (behind.length > 0) ctx.ports.log({ event: "config_repaired", tried: behind.length, repaired });
  return { tried: behind.length, repaired };
}
