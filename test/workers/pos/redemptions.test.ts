import { describe, expect, test } from "vitest";
import type { ApiAnswer, Json } from "../../support/workerd/merchant.ts";
import { balances, createWorld, listOf, text, type World } from "./routes.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const MINUTE_MS = 60_000;

function ask({ till, member }: World, body: object): Promise<ApiAnswer> {
  return till.call("POST", "/v1/redemptions", { body: { member: { id: member }, ...body } });
}

function redemptionOf({ body }: ApiAnswer): Json {
  const { redemption } = body;
  if (redemption === undefined) throw new Error(`no redemption: ${JSON.stringify(body)}`);
  return redemption;
}

describe("POST /v1/redemptions", () => {
  test("holds the cost and answers the effect per line and VAT rate", async () => {
    const world = await createWorld();
    const { till, member } = world;
    const before = Number((await balances(world))["points"]);
    const held = await till.call("POST", "/v1/redemptions", {
      body: {
        member: { card: world.token },
        reward: "rew_ten_percent",
        lines: [
          { id: "a", sku: "A", quantity: "1", amount: 1001, tax_rate: "9" },
          { id: "b", sku: "B", quantity: "3", amount: 999, tax_rate: "21" },
          { id: "t", kind: "tip", quantity: "1", amount: 500 },
        ],
        metadata: { table: "9" },
      },
      headers: { "accept-language": "en" },
    });

    expect(held).toMatchObject({ status: 201 });
    expect(held.body["redemption"]).toEqual({
      object: "redemption",
      id: expect.stringMatching(/^red_m/),
      created_at: expect.any(String),
      member,
      state: "held",
      reward: "rew_ten_percent",
      name: "10% off",
      cost: { unit: "points", amount: 50 },
      effect: {
        kind: "percent_off",
        discount: eur(200),
        percent: 10,
        amount: null,
        item: null,
        lines: [
          { line: "a", discount: 101 },
          { line: "b", discount: 99 },
        ],
        by_tax_rate: [
          { tax_rate: "9", discount: 101 },
          { tax_rate: "21", discount: 99 },
        ],
        pays: null,
        final: true,
      },
      expires_at: expect.any(String),
      resolved_at: null,
      metadata: { table: "9" },
    });
    const { created_at, expires_at } = redemptionOf(held);
    expect(Date.parse(text(expires_at)) - Date.parse(text(created_at))).toBeLessThanOrEqual(15 * MINUTE_MS);
    expect(listOf(held.body["wallet"]?.["balances"])[0]).toMatchObject({ available: before - 50, held: 70 });
    const id = text(redemptionOf(held)["id"]);
    const read = await till.call("GET", `/v1/redemptions/${id}`, { headers: { "accept-language": "en" } });
    expect(read.body).toEqual(held.body["redemption"]);
  });

  test("a free item is the cheapest that fits; points pay as money", async () => {
    const world = await createWorld();
    await world.till.must("POST", "/v1/adjustments", {
      member: { id: world.member },
      unit: "stamps:stc_coffee",
      delta: 10,
      reason: "x",
    });
    const free = await ask(world, {
      reward: "rew_free_coffee",
      lines: [
        { id: "big", sku: "BIG", category: "coffee", quantity: "2", amount: 900 },
        { id: "tea", category: "tea", quantity: "1", amount: 100 },
        { id: "small", sku: "SMALL", name: "Espresso", category: "coffee", quantity: "1", amount: 250 },
      ],
    });
    const paid = await ask(world, { unit: "points", amount: 150, sale_total: eur(100) });

    expect(redemptionOf(free)["effect"]).toMatchObject({
      discount: eur(250),
      item: { line: "small", sku: "SMALL", name: "Espresso" },
    });
    expect(redemptionOf(paid)).toMatchObject({
      reward: null,
      cost: { unit: "points", amount: 150 },
      effect: { discount: eur(100), amount: eur(150), final: false },
    });
  });

  test.each([
    ["an unknown reward", { reward: "rew_none" }, 422, "reward_unknown"],
    ["a unit nobody has", { unit: "stamps:stc_none", amount: 1 }, 422, "unit_unknown"],
    ["stamps as money", { unit: "stamps:stc_visit", amount: 1 }, 409, "pay_with_points_off"],
    ["more than there is", { unit: "points", amount: 1_000_000 }, 409, "insufficient_balance"],
    ["a full card that is not full", { reward: "rew_free_coffee" }, 409, "insufficient_balance"],
    ["too small a sale", { reward: "rew_ten_percent", sale_total: eur(499) }, 409, "minimum_spend_not_met"],
    [
      "nothing that fits",
      { reward: "rew_free_coffee", lines: [{ category: "tea", quantity: "1", amount: 100 }] },
      409,
      "no_eligible_item",
    ],
    ["another currency", { reward: "rew_mug", sale_total: { amount: 900, currency: "USD" } }, 422, "validation_failed"],
  ])("%s: refused, and nothing is held", async (what, body, status, code) => {
    const world = await createWorld();
    if (what === "nothing that fits") {
      const adjust = { member: { id: world.member }, unit: "stamps:stc_coffee", delta: 10, reason: "x" };
      await world.till.must("POST", "/v1/adjustments", adjust);
    }
    const before = await balances(world);
    const refused = await ask(world, body);

    expect(refused.body).toMatchObject({ status, code, retryable: false });
    expect(text(refused.body["detail"]).length).toBeGreaterThan(10);
    expect(await balances(world)).toEqual(before);
  });

  test("twenty may be open at a time", async () => {
    const world = await createWorld();
    for (let count = 1; count < 20; count += 1)
      expect(await ask(world, { reward: "rew_two_euro" })).toMatchObject({ status: 201 });
    const refused = await ask(world, { reward: "rew_two_euro" });

    expect(refused.body).toMatchObject({ status: 409, code: "too_many_holds" });
    await world.till.must("POST", `/v1/redemptions/${world.redemption}/cancel`);
    expect(await ask(world, { reward: "rew_two_euro" })).toMatchObject({ status: 201 });
  });
});

describe("how a redemption ends", () => {
  test("captured, cancelled, renewed: once", async () => {
    const world = await createWorld();
    const { till } = world;
    const points = Number((await balances(world))["points"]);
    const captured = text(redemptionOf(await ask(world, { reward: "rew_two_euro" }))["id"]);
    const cancelled = text(redemptionOf(await ask(world, { reward: "rew_two_euro" }))["id"]);
    const done = await till.must("POST", `/v1/redemptions/${captured}/capture`);
    const undone = await till.must("POST", `/v1/redemptions/${cancelled}/cancel`);

    expect(done["redemption"]).toMatchObject({ state: "captured", resolved_at: expect.any(String) });
    expect(undone["redemption"]).toMatchObject({ state: "cancelled", resolved_at: expect.any(String) });
    expect(await till.must("GET", `/v1/redemptions/${captured}`)).toEqual(done["redemption"]);
    expect(await till.must("GET", `/v1/redemptions/${cancelled}`)).toEqual(undone["redemption"]);
    expect((await balances(world))["points"]).toBe(points - 20);
    for (const action of ["capture", "cancel", "renew"]) {
      expect((await till.call("POST", `/v1/redemptions/${captured}/${action}`)).body).toMatchObject({
        status: 409,
        code: "redemption_captured",
      });
      expect((await till.call("POST", `/v1/redemptions/${cancelled}/${action}`)).body).toMatchObject({
        status: 409,
        code: "redemption_cancelled",
      });
    }
  });

  test("a sale captures it with the rest, or is refused whole", async () => {
    const world = await createWorld();
    const { till, member, redemption } = world;
    const other = await till.must("POST", "/v1/members", {});
    const sale = { receipt: "s", total: eur(700), redemptions: [redemption, redemption] };
    const foreign = await till.call("POST", "/v1/sales", {
      body: { ...sale, member: { id: other["member"]?.["id"] } },
    });
    expect(foreign.body).toMatchObject({ status: 404, code: "redemption_unknown" });
    const sold = await till.must("POST", "/v1/sales", { ...sale, member: { id: member } });

    expect(sold["sale"]?.["redemptions"]).toMatchObject([
      { redemption, reward: "rew_two_euro", effect: { discount: eur(200), final: true } },
    ]);
    expect(await till.must("GET", `/v1/redemptions/${redemption}`)).toMatchObject({ state: "captured" });
    const before = await balances(world);
    const again = await till.call("POST", "/v1/sales", { body: { ...sale, receipt: "t", member: { id: member } } });
    expect(again.body).toMatchObject({ status: 409, code: "redemption_captured" });
    expect(await balances(world)).toEqual(before);
  });

  test("expires after fifteen minutes, unless renewed; the member has everything back", async () => {
    const world = await createWorld();
    const { till, redemption } = world;
    const points = Number((await balances(world))["points"]);
    const renewed = text(redemptionOf(await ask(world, { reward: "rew_two_euro" }))["id"]);
    await world.wait(10 * MINUTE_MS);
    const longer = await till.must("POST", `/v1/redemptions/${renewed}/renew`);
    await world.wait(6 * MINUTE_MS);

    expect(await till.must("GET", `/v1/redemptions/${renewed}`)).toEqual(longer["redemption"]);
    const expired = await till.must("GET", `/v1/redemptions/${redemption}`);
    expect(expired).toMatchObject({ state: "expired", resolved_at: expired["expires_at"] });
    expect((await balances(world))["points"]).toBe(points);
    for (const action of ["capture", "cancel", "renew"]) {
      expect((await till.call("POST", `/v1/redemptions/${redemption}/${action}`)).body).toMatchObject({
        status: 409,
        code: "redemption_expired",
      });
    }
    const sale = { receipt: "s", member: { id: world.member }, total: eur(700), redemptions: [redemption] };
    expect((await till.call("POST", "/v1/sales", { body: sale })).body).toMatchObject({ code: "redemption_expired" });
    await till.must("POST", `/v1/redemptions/${renewed}/capture`);
    expect((await till.must("GET", `/v1/redemptions/${renewed}`))["expires_at"]).toBe(
      longer["redemption"]?.["expires_at"],
    );
  });
});

describe("GET /v1/redemptions", () => {
  test("pages a member's redemptions in both orders, stable under inserts", async () => {
    const world = await createWorld();
    const { till, member, redemption } = world;
    const ids = [redemption];
    for (let count = 0; count < 4; count += 1)
      ids.push(text(redemptionOf(await ask(world, { reward: "rew_two_euro" }))["id"]));
    await till.must("POST", `/v1/redemptions/${ids[1] ?? ""}/capture`);
    const page = (query: string) => till.must("GET", `/v1/redemptions?member=${member}&${query}`);
    const first = await page("limit=2");
    await ask(world, { reward: "rew_two_euro" });
    const second = await page(`limit=2&cursor=${text(first["next_cursor"])}`);
    const third = await page(`limit=2&cursor=${text(second["next_cursor"])}`);

    const idsOf = (answer: Json) => listOf(answer["data"]).map(({ id }) => id);
    expect([first, second, third].flatMap(idsOf)).toEqual(ids.toReversed());
    expect(third["next_cursor"]).toBeNull();
    expect(idsOf(await page("order=asc&limit=5"))).toEqual(ids);
    expect(listOf((await page("order=asc"))["data"]).map(({ state }) => state)).toEqual([
      "held",
      "captured",
      "held",
      "held",
      "held",
      "held",
    ]);
    const noneYet = await till.must("POST", "/v1/members", {});
    expect(await till.must("GET", `/v1/redemptions?member=${text(noneYet["member"]?.["id"])}`)).toEqual({
      data: [],
      next_cursor: null,
    });
  });
});
