import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { systemDb } from "../../../src/db/system-db.ts";
import { runScheduled } from "../../../src/workers/cron/run-scheduled.ts";
import { Browser, newAddress, signUpMerchant } from "../../support/workerd/browser.ts";
import { fakePorts, openTenant } from "../services/harness.ts";

const TABLES = ["auth_session", "auth_verification", "rate_window", "pairing_code"] as const;
const DAY_MS = 86_400_000;

async function counts(): Promise<number[]> {
  const queries = TABLES.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`));
  const answers = await env.DB.batch<{ n: number }>(queries);
  return answers.map(({ results }) => results[0]?.n ?? -1);
}

async function sweepAt(at_ms: number): Promise<void> {
  const system = systemDb(openDatabase(env.DB));
  await runScheduled("17 2 * * *", { system, openTenant, ports: { ...fakePorts(), now_ms: () => at_ms } });
}

test("what has run out is removed at night, and nothing before", async () => {
  const at = await signUpMerchant();
  await at.owner.must("POST", `${at.path}/tills/${at.till}/pairing-codes`, { body: {} });
  await new Browser().must("POST", "/api/auth/codes", { body: { email: newAddress() } });
  const before = await counts();
  expect(before.every((count) => count > 0)).toBe(true);

  await sweepAt(Date.now());
  expect(await counts()).toEqual(before);
  expect((await at.owner.call("GET", "/api/me")).status).toBe(200);
  await sweepAt(Date.now() + 3 * DAY_MS);
  expect(await counts()).toEqual([before[0], 0, 0, 0]);
  await sweepAt(Date.now() + 31 * DAY_MS);
  expect(await counts()).toEqual([0, 0, 0, 0]);
});
