import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { systemDb } from "../../../src/db/system-db.ts";
import type { CronContext } from "../../../src/workers/cron/context.ts";
import { continueRepairInsights, weekdayOf } from "../../../src/workers/cron/repair-insights.ts";
import { CRON, runScheduled } from "../../../src/workers/cron/run-scheduled.ts";
import { insightsPort } from "../../../src/workers/ports.ts";
import { createWorld, fakePorts, openTenant } from "../services/harness.ts";

const DAY_MS = 86_400_000;

afterEach(async () => {
  await env.DB.prepare("DELETE FROM cron_cursor").run();
});

function cron(changes: Partial<CronContext> = {}) {
  const ports = fakePorts();
  const asked: string[] = [];
  const startRepair = async ({ mode, merchant }: { mode: string; merchant: string }) => {
    asked.push(`${mode}:${merchant}`);
  };
  const ctx: CronContext = {
    system: systemDb(openDatabase(env.DB)),
    openTenant,
    ports,
    insights: { startRepair, startVerify: () => Promise.resolve() },
    ...changes,
  };
  return { ctx, ports, asked };
}

test("every merchant has its turn once a week, in both modes", async () => {
  const { locator } = await createWorld();
  const { ctx, ports, asked } = cron();
  for (let day = 0; day < 7; day += 1) {
    ports.at_ms += DAY_MS;
    await runScheduled(CRON.nightly, ctx);
    await runScheduled(CRON.minutely, ctx);
    await runScheduled(CRON.minutely, ctx);
  }

  expect(asked.filter((one) => one.endsWith(locator)).sort()).toEqual([`live:${locator}`, `test:${locator}`]);
  expect(weekdayOf(locator)).toBeGreaterThanOrEqual(0);
});

test("one merchant that cannot be reached does not hold up the others, and is logged", async () => {
  const { locator } = await createWorld();
  const away = () => Promise.reject(new Error("away"));
  const { ctx, ports } = cron({ insights: { startRepair: away, startVerify: away } });
  for (let day = 0; day < 7; day += 1) {
    ports.at_ms += DAY_MS;
    await runScheduled(CRON.nightly, ctx);
    await continueRepairInsights(ctx);
  }

  const failed = ports.logged.filter(({ event }) => event === "insights_repair_failed");
  expect(failed).toEqual(expect.arrayContaining([expect.objectContaining({ merchant: locator, error: "away" })]));
});

test("insights that never heard of anything stay nothing", async () => {
  const { locator } = await createWorld();

  expect(await insightsPort(env).startRepair({ mode: "live", merchant: locator })).toBe("nothing_here");
});
