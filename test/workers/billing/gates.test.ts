import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { StripeDouble } from "../../../dev/stripe-double/double.ts";
import type { Demand, UsageState } from "../../../src/domain/billing/state.ts";
import { entitlements, UNLIMITED } from "../../../src/domain/billing/entitlements.ts";
import { NO_BILLING, NO_USAGE } from "../../../src/domain/billing/state.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { systemDb } from "../../../src/db/system-db.ts";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import { billingCore } from "../../../src/workers/billing/billing-ports.ts";
import { continueWalkBilling, startWalkBilling } from "../../../src/workers/cron/walk-billing.ts";
import { refuseProgram } from "../../../src/workers/services/billing/plan-gate.ts";
import { forgetConfig } from "../../../src/workers/edge/config-cache.ts";
import { servicePorts, tenantOpener } from "../../../src/workers/ports.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import { ORIGIN, type SignedUp, signUpMerchant, text } from "../../support/workerd/browser.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";
import { testTill } from "../../support/workerd/merchant.ts";
import { customerOf, installStripe } from "../../support/workerd/stripe.ts";
import { countedCall } from "../pos/counting.ts";
import { DAY_MS, endTrial, sessionOf } from "./support.ts";
import { eventually } from "../../support/eventually.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 30_000 });

let double: StripeDouble;
beforeAll(async () => {
  double = await installStripe();
});

interface Standing {
  readonly demands?: readonly Demand[];
  readonly usage?: UsageState;
  readonly trial_ends_at_ms?: number;
}

/** Makes a merchant stand with paying as a test wants it, and lets the edge know as any change does. */
async function stand(
  merchant: Pick<SignedUp, "owner" | "path" | "locator">,
  { demands = [], usage = NO_USAGE, trial_ends_at_ms = 0 }: Standing,
): Promise<void> {
  await env.DB.prepare("UPDATE billing SET demands = ?, usage = ?, trial_ends_at_ms = ? WHERE merchant = ?")
    .bind(JSON.stringify(demands), JSON.stringify(usage), trial_ends_at_ms, merchant.locator)
    .run();
  await merchant.owner.must("PATCH", merchant.path, { body: { claims: true } });
  forgetConfig({ mode: "live", merchant: merchant.locator });
}

const owing = (days: number): Demand[] => [
  { id: "in_1", state: "failed", amount: 4_719, failed_at_ms: Date.now() - days * DAY_MS, told: true },
];
const over = (days: number): UsageState => ({ ...NO_USAGE, over_members_since_ms: Date.now() - days * DAY_MS });

let receipts = 0;
function sale(member: object): object {
  receipts += 1;
  return { receipt: `B-${receipts}`, member, total: { amount: 500, currency: "EUR" } };
}

async function withMember(): Promise<
  Omit<SignedUp, "till"> & { readonly member: string; readonly till: ReturnType<typeof testTill> }
> {
  const merchant = await signUpMerchant({ template: "points-per-euro" });
  const till = testTill("", merchant.liveKey);
  const made = await till.must("POST", "/v1/members", { name: "Anna" });
  return { ...merchant, till, member: text(made["member"]?.["id"]) };
}

const call = (key: string, method: string, path: string, body?: object) =>
  countedCall(method, path, { key, ...(body === undefined ? {} : { body }) });

describe("a sale always goes on", () => {
  const standings: [name: string, standing: Standing, earns: boolean][] = [
    ["in the trial", { trial_ends_at_ms: Date.now() + DAY_MS }, true],
    ["on Start", {}, true],
    ["over the limit for a year", { usage: over(365) }, true],
    ["with a payment open for 13 days", { demands: owing(13) }, true],
    ["with a payment open for 15 days", { demands: owing(15) }, false],
    ["with a payment open for a year", { demands: owing(365) }, false],
  ];
  test.each(standings)("%s, without one call or query more", async (_name, standing, earns) => {
    const merchant = await withMember();
    await stand(merchant, standing);
    for (const calls of [["MERCHANT_REGISTRY.resolve", "MEMBER_ACCOUNT.run"], ["MEMBER_ACCOUNT.run"]]) {
      const sold = await call(merchant.liveKey, "POST", "/v1/sales", sale({ id: merchant.member }));
      expect({ status: sold.answer.status, calls: sold.calls, queries: sold.queries }).toEqual({
        status: 201,
        calls,
        queries: 0,
      });
      const entries: unknown = sold.answer.body["entries"];
      expect(Array.isArray(entries) && entries.length > 0).toBe(earns);
      const warnings = JSON.stringify(sold.answer.body["warnings"]);
      expect(warnings.includes("earning_paused")).toBe(!earns);
    }
  });

  test("and what it did not earn is not given later, nor taken by a return", async () => {
    const merchant = await withMember();
    await stand(merchant, { demands: owing(20) });
    const sold = await merchant.till.must("POST", "/v1/sales", sale({ id: merchant.member }));
    await stand(merchant, { trial_ends_at_ms: Date.now() + DAY_MS });
    const returned = await merchant.till.must("POST", "/v1/returns", {
      return_id: "1",
      sale: { id: text(sold["sale"]?.["id"]) },
      total: { amount: 500, currency: "EUR" },
    });
    expect(returned["entries"]).toEqual([]);
  });
});

describe("whoever has a card goes on; new ones wait", () => {
  const standings: [name: string, standing: Standing, status: number][] = [
    ["over the limit for 13 days", { usage: over(13) }, 201],
    ["over the limit for 15 days", { usage: over(15) }, 403],
    ["with a payment open for 15 days", { demands: owing(15) }, 403],
  ];
  test.each(standings)("%s: at the till and on the page to join", async (_name, standing, status) => {
    const merchant = await withMember();
    await stand(merchant, standing);
    const made = await merchant.till.call("POST", "/v1/members", { body: { name: "Bram" } });
    expect(made.status).toBe(status);
    expect(made.body["code"]).toBe(status === 403 ? "members_full" : undefined);
    const joined = await fetchWorker(`${ORIGIN}/join/${merchant.locator}`, {
      method: "POST",
      redirect: "manual",
      headers: {
        origin: ORIGIN,
        "content-type": "application/x-www-form-urlencoded",
        "cf-connecting-ip": `198.51.100.${receipts % 250}`,
      },
      body: new URLSearchParams({ once: crypto.randomUUID().replaceAll("-", "").slice(0, 16), how: "instant" }),
    });
    expect(joined.status).toBe(status === 403 ? 403 : 303);
  });
});

describe("a payment that stays open", () => {
  test("leaves redeeming for thirty days, and then reading", async () => {
    const merchant = await withMember();
    await merchant.till.must("POST", "/v1/sales", {
      ...sale({ id: merchant.member }),
      total: { amount: 100_000, currency: "EUR" },
    });
    const redeem = () =>
      merchant.till.call("POST", "/v1/redemptions", { body: { member: { id: merchant.member }, reward: "rew_small" } });
    await stand(merchant, { demands: owing(20) });
    expect(await redeem()).toMatchObject({ status: 201 });
    await stand(merchant, { demands: owing(50) });
    expect(await redeem()).toMatchObject({ status: 403, body: { code: "redeeming_paused" } });
    expect(await merchant.till.call("GET", `/v1/members/${merchant.member}`)).toMatchObject({ status: 200 });
    expect(await merchant.till.call("DELETE", `/v1/members/${merchant.member}`)).toMatchObject({ status: 204 });
  });
});

describe("the plan at the dashboard", () => {
  test("has so many locations, and locks what it does not have without taking it away", async () => {
    const merchant = await signUpMerchant({ template: "coffee-stamps" });
    await endTrial(merchant.locator);
    const opened = await merchant.owner.call("POST", `${merchant.path}/locations`, { body: { name: "Markt" } });
    expect(opened).toMatchObject({ status: 403, body: { code: "plan_limit_reached" } });

    const both = JSON.stringify(cafeProgram);
    const one = JSON.stringify({ ...cafeProgram, stamp_cards: [], rewards: [] });
    const start = entitlements(NO_BILLING, NO_USAGE, Date.now());
    expect(refuseProgram(start, both)).toMatchObject({ code: "plan_feature_missing" });
    expect(refuseProgram(start, one)).toBeNull();
    expect(refuseProgram(UNLIMITED, both)).toBeNull();
    expect(refuseProgram({ ...UNLIMITED, access: "read_only" }, one)).toMatchObject({ code: "changes_paused" });
  });
});

describe("the nightly walk", () => {
  test("counts members by what is in the ledger, and asks Stripe what no event told", async () => {
    const merchant = await withMember();
    await endTrial(merchant.locator);
    const { url } = await merchant.owner.must("POST", `${merchant.path}/billing/checkout`, {
      body: { plan: "shop", interval: "month" },
    });
    double.pay(sessionOf(url));
    const bought = await merchant.till.must("POST", "/v1/sales", sale({ id: merchant.member }));
    const second = text((await merchant.till.must("POST", "/v1/members", { name: "Cas" }))["member"]?.["id"]);
    const undone = await merchant.till.must("POST", "/v1/sales", sale({ id: second }));
    await merchant.till.must("POST", "/v1/returns", {
      return_id: "r",
      sale: { id: text(undone["sale"]?.["id"]) },
      total: { amount: 500, currency: "EUR" },
    });
    expect(text(bought["sale"]?.["id"])).not.toBe("");
    const insights = new InsightsClient(env.MERCHANT_INSIGHTS, { mode: "live", merchant: merchant.locator });
    await eventually(async () => {
      const feed = await insights.feed({
        before: null,
        limit: 100,
        account: null,
        location: null,
        types: ["sale", "return"],
      });
      expect(feed.items).toHaveLength(3);
    });

    await walk();
    const row = await env.DB.prepare("SELECT counts, subscription FROM billing WHERE merchant = ?")
      .bind(merchant.locator)
      .first();
    expect(JSON.parse(text(row?.["counts"]))).toMatchObject({ active_members: 1, active_members_last_month: 0 });
    expect(JSON.parse(text(row?.["subscription"]))).toMatchObject({ status: "active", selection: { plan: "shop" } });
    expect(await customerOf(merchant.locator)).toMatch(/^cus_/);
    expect(await merchant.owner.must("GET", `${merchant.path}/billing`)).toMatchObject({
      usage: { active_members: 1 },
    });
  });
});

async function walk(): Promise<void> {
  const ctx = {
    system: systemDb(openDatabase(env.DB)),
    openTenant: tenantOpener(env),
    ports: servicePorts(env),
    billing: (locator: string) => billingCore(env, locator, ORIGIN),
  };
  await startWalkBilling(ctx);
  for (let page = 0; page < 20; page += 1) if ((await continueWalkBilling(ctx)).walked === 0) return;
}
