import { MODES, type Tenant } from "../../domain/tenancy/merchant.ts";
import type { CronContext } from "./context.ts";
import { inBatches } from "./in-batches.ts";

const JOB = "repair_insights";
/** At two calls a merchant, a run stays far below what an invocation may call. */
export const INSIGHTS_PAGE = 100;
const PARALLEL = 6;
const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

/** What the job needs of insights. */
export interface InsightsPort {
  /** Starts to fetch from all accounts what is missing; goes on by itself. */
  startRepair(tenant: Tenant): Promise<unknown>;
  /** Starts to add up again the ledgers that were written to since the last time; goes on by itself. */
  startVerify(tenant: Tenant): Promise<unknown>;
}

/** Opens a walk over all merchants; {@link continueRepairInsights} does it, page by page. A walk under way goes on. */
export async function startRepairInsights(ctx: CronContext): Promise<void> {
  if (ctx.insights === undefined) return;
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  if (cursor?.open !== true) await setCursor(ctx, "", true);
}

/**
 * Lets the insights of one page of merchants look for gaps, each merchant once a week, and on the other nights add up
 * again the ledgers that were written to. The first finds what neither a delivery nor its alarm could: an account that died
 * in the instant between, or an alarm that the platform lost. The second finds a ledger that somebody changed.
 */
export async function continueRepairInsights(ctx: CronContext): Promise<{ readonly started: number }> {
  const { insights } = ctx;
  if (insights === undefined) return { started: 0 };
  const [[cursor]] = await ctx.system.batch([ctx.system.cursor(JOB)]);
  if (cursor?.open !== true) return { started: 0 };
  const [page] = await ctx.system.batch([ctx.system.merchants({ after: cursor.after, limit: INSIGHTS_PAGE })]);
  const today = Math.floor(ctx.ports.now_ms() / DAY_MS) % WEEK_DAYS;
  const isDue = (locator: string) => weekdayOf(locator) === today;
  await inBatches(page, PARALLEL, ({ locator }) =>
    startWalks(ctx, locator, (tenant) =>
      isDue(locator) ? insights.startRepair(tenant) : insights.startVerify(tenant),
    ),
  );
  const isLast = page.length < INSIGHTS_PAGE;
  await setCursor(ctx, isLast ? "" : (page.at(-1)?.locator ?? ""), !isLast);
  return { started: page.filter(({ locator }) => isDue(locator)).length };
}

/** The day of the week on which a merchant has its turn, 0 to 6; spread by its locator, which is random. */
export function weekdayOf(locator: string): number {
  return [...locator].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % WEEK_DAYS;
}

async function startWalks(
  ctx: CronContext,
  locator: string,
  start: (tenant: Tenant) => Promise<unknown>,
): Promise<void> {
  for (const mode of MODES) {
    try {
      await start({ mode, merchant: locator });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      ctx.ports.log({ event: "insights_repair_failed", merchant: locator, mode, error: message });
    }
  }
}

async function setCursor(ctx: CronContext, after: string, open: boolean): Promise<void> {
  const updated_at_ms = ctx.ports.now_ms();
  await ctx.system.batch([ctx.system.setCursor({ job: JOB, after, open, updated_at_ms })]);
}
