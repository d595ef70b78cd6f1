import { openDatabase } from "../db/database.ts";
import { systemDb } from "../db/system-db.ts";
import { createApp } from "./app.ts";
import { billingCore } from "./billing/billing-ports.ts";
import { publicOrigin } from "./billing/public-origin.ts";
import { runScheduled } from "./cron/run-scheduled.ts";
import { insightsPort, servicePorts, tenantOpener } from "./ports.ts";
import { consumeJobs } from "./queue/consume-jobs.ts";
import { jobPorts } from "./queue/job-ports.ts";

export { MemberAccount, MerchantGuard, MerchantInsights, MerchantRegistry } from "../durable/index.ts";

const app = createApp();

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    await consumeJobs(batch, jobPorts(env));
  },

  async scheduled(controller, env) {
    const system = systemDb(openDatabase(env.DB));
    await runScheduled(controller.cron, {
      system,
      openTenant: tenantOpener(env),
      ports: servicePorts(env),
      insights: insightsPort(env),
      billing: (locator) => billingCore(env, locator, publicOrigin(env)),
    });
  },
} satisfies ExportedHandler<Env>;
