import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { cafeProgram, programPayload, TestAccount } from "../../support/workerd/account.ts";
import { FULL_PROGRAM } from "../../../scripts/seed/full-program.ts";
import { RegistryClient } from "../../../src/durable/merchant-registry/client.ts";
import type { CallOptions } from "../../support/workerd/merchant.ts";
import { countRows } from "../../support/workerd/row-meter.ts";
import { type Counted, countedCall } from "./counting.ts";
import { createWorld, routeName, ROUTES, type World } from "./routes.ts";

// What an operation costs, asserted: object calls, queries of D1, rows. A change that breaks one of these needs a decision.

const ACCOUNT = "MEMBER_ACCOUNT";
const REGISTRY = "MERCHANT_REGISTRY";

function count({ till }: World, method: string, path: string, body?: unknown): Promise<Counted> {
  const options: CallOptions = { key: till.key, ...(body === undefined ? {} : { body }) };
  return countedCall(method, path, options);
}

let receipts = 0;
function saleOf(member: object): object {
  receipts += 1;
  return { receipt: `C-${receipts}`, member, total: { amount: 500, currency: "EUR" } };
}

function ways({ member, token, phone, email, external_id, plastic }: World) {
  return {
    free: [{ id: member }, { card: token }],
    lookedUp: [{ phone }, { email }, { external_id }, { card: plastic }, { phone: `0${phone.slice(3)}` }],
  };
}

describe("a sale", () => {
  test("warm, by token or id: one object call", async () => {
    const world = await createWorld();
    for (const way of ways(world).free) {
      const { answer, calls, queries } = await count(world, "POST", "/v1/sales", saleOf(way));
      expect({ status: answer.status, calls, queries }).toEqual({ status: 201, calls: [`${ACCOUNT}.run`], queries: 0 });
    }
  });

  test("warm, by phone, e-mail, external id or plastic: two", async () => {
    const world = await createWorld();
    for (const way of ways(world).lookedUp) {
      const { answer, calls, queries } = await count(world, "POST", "/v1/sales", saleOf(way));
      expect({ status: answer.status, calls, queries }).toEqual({
        status: 201,
        calls: [`${REGISTRY}.resolve`, `${ACCOUNT}.run`],
        queries: 0,
      });
    }
  });

  test("cold, however the member is named: two", async () => {
    const world = await createWorld();
    const { free, lookedUp } = ways(world);
    for (const way of [...free, ...lookedUp]) {
      world.forget();
      const { answer, calls, queries } = await count(world, "POST", "/v1/sales", saleOf(way));
      expect({ status: answer.status, calls, queries }).toEqual({
        status: 201,
        calls: [`${REGISTRY}.resolve`, `${ACCOUNT}.run`],
        queries: 0,
      });
    }
  });

  test("under a promotion with a budget, and under one that is used up: one", async () => {
    const world = await createWorld();
    const gives = { kind: "multiplier", percent: 200 };
    const promotion = { id: "prm_two", name: { en: "Two" }, gives, budget: { uses_max: 1 } };
    await world.changeProgram({ ...cafeProgram, promotions: [promotion] });
    const member = { id: world.member };
    await count(world, "GET", "/v1/program");
    const open = await count(world, "POST", "/v1/sales", saleOf(member));
    const registry = new RegistryClient(env.MERCHANT_REGISTRY, world.tenant);
    await registry.closeBudget({ promotion: "prm_two", max: 1, now_ms: Date.now() });
    world.forget();
    await count(world, "GET", "/v1/program");
    const closed = await count(world, "POST", "/v1/sales", saleOf(member));

    expect([open.calls, closed.calls]).toEqual([[`${ACCOUNT}.run`], [`${ACCOUNT}.run`]]);
    expect(JSON.stringify(open.answer.body["warnings"])).toBe("[]");
    expect(JSON.stringify(closed.answer.body["warnings"])).toContain("promotion_budget_used_up");
  });

  test("a retry, a preview and a captured redemption cost no more", async () => {
    const world = await createWorld();
    const body = { ...saleOf({ id: world.member }), redemptions: [world.redemption] };
    const preview = await count(world, "POST", "/v1/sales/preview", body);
    const sold = await count(world, "POST", "/v1/sales", body);
    const retried = await count(world, "POST", "/v1/sales", body);

    expect([preview, sold, retried].map(({ calls, queries }) => ({ calls, queries }))).toEqual(
      Array.from({ length: 3 }, () => ({ calls: [`${ACCOUNT}.run`], queries: 0 })),
    );
  });
});

describe("a sale that a gift card pays", () => {
  test("one call more for each redemption of a gift card, in a preview and a retry too; its return none", async () => {
    const world = await createWorld();
    const { giftcard } = await world.till.must("POST", "/v1/giftcards", { amount: { amount: 2500, currency: "EUR" } });
    const ask = { member: { card: giftcard?.["code"] }, unit: "credit:EUR", amount: 300 };
    const { redemption } = await world.till.must("POST", "/v1/redemptions", ask);
    const body = { ...saleOf({ id: world.member }), redemptions: [redemption?.["id"]] };
    const preview = await count(world, "POST", "/v1/sales/preview", body);
    const account = new TestAccount(world.tenant, world.ids.parseMember(world.member) ?? "", programPayload(1));
    const options = { key: world.till.key, body, idem: "gift" };
    const counted: Counted[] = [];
    const rows = await countRows(account, async () => {
      counted.push(await countedCall("POST", "/v1/sales", options));
    });
    const retried = await countedCall("POST", "/v1/sales", options);
    const sale = { id: Reflect.get(Object(counted[0]?.answer.body["sale"]), "id") };
    const returned = await count(world, "POST", "/v1/returns", { return_id: "1", sale });

    const calls = [`${ACCOUNT}.claimHold`, `${ACCOUNT}.runTendered`];
    expect([preview, ...counted, retried].map((one) => [one.answer.status, one.calls, one.queries])).toEqual([
      [200, calls, 0],
      [201, calls, 0],
      [201, calls, 0],
    ]);
    // The sale's three rows, two of what is pending; the gift card may have said already that it has it, which is one more.
    expect([5, 6]).toContain(rows.written);
    expect([returned.answer.status, returned.calls, returned.queries]).toEqual([201, [`${ACCOUNT}.run`], 0]);
  });
});

describe("a return", () => {
  test("by id: one call warm, two cold; by receipt and phone: two", async () => {
    const world = await createWorld();
    const sale = { id: world.sale };
    const total = { amount: 10, currency: "EUR" };
    const warm = await count(world, "POST", "/v1/returns", { return_id: "1", sale, total });
    const receipt = { receipt: world.receipt };
    const member = { phone: world.phone };
    const byReceipt = await count(world, "POST", "/v1/returns", { return_id: "2", sale: receipt, member, total });
    world.forget();
    const cold = await count(world, "POST", "/v1/returns", { return_id: "3", sale, total });

    expect([warm, byReceipt, cold].map(({ answer }) => answer.status)).toEqual([201, 201, 201]);
    expect(warm.calls).toEqual([`${ACCOUNT}.run`]);
    expect(byReceipt.calls).toEqual([`${REGISTRY}.resolve`, `${ACCOUNT}.run`]);
    expect(cold.calls).toEqual([`${REGISTRY}.resolve`, `${ACCOUNT}.run`]);
  });

  test("whole, of a sale that went up in another card: one more, which frees its receipt; a part: none", async () => {
    const world = await createWorld();
    const heir = String(Reflect.get(Object((await world.till.must("POST", "/v1/members", {}))["member"]), "id"));
    const from = { from: { id: world.member } };
    const { token } = await world.till.must("POST", `/v1/members/${heir}/merge/preview`, from);
    await world.till.must("POST", `/v1/members/${heir}/merge`, { ...from, token });
    const sale = { id: world.sale };
    const total = { amount: 10, currency: "EUR" };
    const part = await count(world, "POST", "/v1/returns", { return_id: "1", sale, total });
    const whole = await count(world, "POST", "/v1/returns", { return_id: "2", sale });

    const calls = [`${ACCOUNT}.run`, `${ACCOUNT}.saleOf`, `${ACCOUNT}.run`];
    expect([part.answer.status, part.calls]).toEqual([201, calls]);
    expect([whole.answer.status, whole.calls]).toEqual([201, [...calls, `${ACCOUNT}.freeReceipt`]]);
  });

  test("after a change of the programme: one more, cold and by phone three in all", async () => {
    const world = await createWorld();
    await world.changeProgram({ ...cafeProgram, name: "Anders" });
    const sale = { receipt: world.receipt };
    const body = { sale, member: { phone: world.phone }, total: { amount: 10, currency: "EUR" } };
    const { answer, calls, queries } = await count(world, "POST", "/v1/returns", { ...body, return_id: "1" });

    expect(answer).toMatchObject({ status: 201 });
    expect({ calls, queries }).toEqual({
      calls: [`${REGISTRY}.resolve`, `${ACCOUNT}.run`, `${ACCOUNT}.run`],
      queries: 0,
    });
  });

  test("under rules older than any cache keeps: their text is fetched once", async () => {
    const world = await createWorld();
    await world.changeProgram({ ...cafeProgram, name: "Anders" });
    await world.wait(20 * 86_400_000);
    const body = { sale: { id: world.sale }, total: { amount: 10, currency: "EUR" } };
    await count(world, "GET", "/v1/program");
    const first = await count(world, "POST", "/v1/returns", { ...body, return_id: "1" });
    const second = await count(world, "POST", "/v1/returns", { ...body, return_id: "2" });

    expect(first.calls).toEqual([`${ACCOUNT}.run`, `${REGISTRY}.program`, `${ACCOUNT}.run`]);
    expect(second.calls).toEqual([`${ACCOUNT}.run`, `${ACCOUNT}.run`]);
  });
});

describe("every operation", () => {
  /** Object calls of each, warm. More is a regression; fewer is a reason to lower the number. */
  const CALLS: Readonly<Record<string, number>> = {
    "POST /v1/members": 2,
    "GET /v1/members": 1,
    "POST /v1/members/identify": 2,
    "GET /v1/members/{id}": 2,
    "PATCH /v1/members/{id}": 2,
    "DELETE /v1/members/{id}": 3,
    "GET /v1/members/{id}/entries": 1,
    "POST /v1/members/{id}/cards": 3,
    "POST /v1/cards/block": 3,
    "POST /v1/sales": 1,
    "POST /v1/sales/preview": 1,
    "GET /v1/sales/{id}": 1,
    "POST /v1/returns": 1,
    "POST /v1/redemptions": 1,
    "GET /v1/redemptions": 1,
    "GET /v1/redemptions/{id}": 1,
    "POST /v1/redemptions/{id}/capture": 2,
    "POST /v1/redemptions/{id}/cancel": 2,
    "POST /v1/redemptions/{id}/renew": 2,
    "POST /v1/adjustments": 1,
    "GET /v1/program": 0,
    "PUT /v1/test_clock": 1,
  };

  test("calls as few objects as it needs, and never D1", async () => {
    const world = await createWorld({ claims: true });
    const counted: Record<string, number> = {};
    let queries = 0;
    for (const row of ROUTES) {
      const { path, body } = await row.request(world);
      const found = await count(world, row.method, path, body);
      counted[routeName(row)] = found.calls.length;
      queries += found.queries;
      expect(`${routeName(row)} ${found.answer.status}`).toBe(`${routeName(row)} ${row.status}`);
    }

    expect(queries).toBe(0);
    expect(counted).toMatchObject(CALLS);
  });

  test("the counter sees D1", async () => {
    const demo = { name: "X", country: "NL", currency: "EUR", timezone: "Europe/Amsterdam", locale: "nl" };
    const locations = [{ name: "a", tills: [{ name: "t" }] }];
    const { answer, queries, calls } = await countedCall("POST", "/dev/demo", {
      body: { ...demo, program: cafeProgram, locations },
    });

    expect(answer).toMatchObject({ status: 201 });
    expect(queries).toBeGreaterThan(0);
    expect(calls).toContain(`${REGISTRY}.applyConfig`);
  });
});

describe("rows written over HTTP", () => {
  test("a sale three, a redemption two and an alarm, a read or retry none", async () => {
    const world = await createWorld();
    const account = new TestAccount(world.tenant, world.ids.parseMember(world.member) ?? "", programPayload(1));
    const { till, member } = world;
    await till.must("POST", `/v1/redemptions/${world.redemption}/cancel`);
    const body = { ...saleOf({ id: member }), metadata: { table: "4" } };
    const sold = await countRows(account, () => till.must("POST", "/v1/sales", body));
    const retried = await countRows(account, () => till.must("POST", "/v1/sales", body));
    const identified = await countRows(account, () =>
      till.must("POST", "/v1/members/identify", { member: { id: member } }),
    );
    const held = await countRows(account, () =>
      till.must("POST", "/v1/redemptions", { member: { id: member }, reward: "rew_mug" }),
    );

    expect(sold.written).toBeLessThanOrEqual(3);
    expect(retried).toMatchObject({ written: 0, alarms: 0 });
    expect(identified).toMatchObject({ written: 0, alarms: 0 });
    expect(held.written + held.alarms).toBeLessThanOrEqual(3);
  });

  test("with every feature on: a sale three in one call, a redemption and a return no more than without", async () => {
    const world = await createWorld();
    await world.changeProgram(FULL_PROGRAM);
    const account = new TestAccount(world.tenant, world.ids.parseMember(world.member) ?? "", programPayload(1));
    const lines = [
      { sku: "FLAT-WHITE", category: "coffee", quantity: "3", amount: 1170, tax_rate: "9" },
      { sku: "APPELTAART", category: "bakery", quantity: "1", amount: 450, tax_rate: "9" },
      { sku: "SOEP", category: "lunch", quantity: "4", amount: 2900, tax_rate: "9" },
    ];
    const body = () => ({ ...saleOf({ id: world.member }), total: { amount: 4520, currency: "EUR" }, lines });
    await world.till.must("POST", "/v1/sales", body());
    const counted: Counted[] = [];
    const send = async (path: string, sent: object) => {
      const { written } = await countRows(account, async () => {
        counted.push(await count(world, "POST", path, sent));
      });
      return written;
    };
    const sold = await send("/v1/sales", body());
    const sale = Reflect.get(Object(counted[0]?.answer.body["sale"]), "id");
    const returned = await send("/v1/returns", { return_id: "1", sale: { id: sale } });
    const held = await send("/v1/redemptions", { member: { id: world.member }, unit: "credit:EUR", amount: 10 });

    expect(counted.map(({ answer, calls, queries }) => [answer.status, calls, queries])).toEqual(
      Array.from({ length: 3 }, () => [201, [`${ACCOUNT}.run`], 0]),
    );
    // A whole return frees the receipt's natural key, as it does without these features.
    expect({ sold, returned, held }).toEqual({ sold: 3, returned: 5, held: 2 });
  });
});

test("the bindings are those of the Worker", () => {
  expect(Object.keys(env)).toEqual(expect.arrayContaining([ACCOUNT, REGISTRY, "DB"]));
});
