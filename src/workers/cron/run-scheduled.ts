import type { CronContext } from "./context.ts";
import { repairConfig } from "./repair-config.ts";
import { continueRepairInsights, startRepairInsights } from "./repair-insights.ts";
import { sweepJobs } from "./sweep-jobs.ts";
import { sweepLogin } from "./sweep-login.ts";
import { continueVerifyConfig, startVerifyConfig } from "./verify-config.ts";
import { continueWalkBilling, startWalkBilling } from "./walk-billing.ts";

/** The cron expressions of wrangler.toml, word for word: the event brings nothing else to tell them apart by. */
export const CRON = { minutely: "* * * * *", nightly: "17 2 * * *" } as const;

/** Runs what is due. Each job is bounded and goes on where it stopped; one that fails does not hold up the others. */
export async function runScheduled(cron: string, ctx: CronContext): Promise<void> {
  switch (cron) {
    case CRON.minutely:
      await runJob(ctx, "repair_config", repairConfig);
      await runJob(ctx, "continue_verify_config", continueVerifyConfig);
      await runJob(ctx, "continue_repair_insights", continueRepairInsights);
      await runJob(ctx, "continue_walk_billing", continueWalkBilling);
      return;
    case CRON.nightly:
      await runJob(ctx, "start_verify_config", startVerifyConfig);
      await runJob(ctx, "start_repair_insights", startRepairInsights);
      await runJob(ctx, "start_walk_billing", startWalkBilling);
      await runJob(ctx, "sweep_login", sweepLogin);
      await runJob(ctx, "sweep_jobs", sweepJobs);
      return;
    default:
      ctx.ports.log({ event: "cron_unknown", cron });
  }
}

async function runJob(ctx: CronContext, job: string, run: (ctx: CronContext) => Promise<unknown>): Promise<void> {
  try {
    await run(ctx);
  } catch (error) {
    ctx.ports.log({ event: "cron_failed", job, error: error instanceof Error ? error.message : String(error) });
  }
}
