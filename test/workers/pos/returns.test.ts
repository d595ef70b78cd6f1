import { describe, expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import type { Json } from "../../support/workerd/merchant.ts";
import { balances, createWorld, listOf, text, type World } from "./routes.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

/** Two coffees, a bread by weight and a discount on all: 7.00 + 3.50 − 0.50. */
const BASKET = {
  total: eur(1000),
  lines: [
    { id: "c", sku: "COF", category: "coffee", quantity: "2", amount: 700 },
    { id: "b", sku: "BREAD", quantity: "0.250", amount: 350 },
    { id: "d", kind: "discount", quantity: "1", amount: -50 },
  ],
};

async function sell({ till, member }: World, receipt: string, body: object = BASKET): Promise<Json> {
  const answer = await till.must("POST", "/v1/sales", { receipt, member: { id: member }, ...body });
  const { sale } = answer;
  if (sale === undefined) throw new Error("nothing was sold");
  return sale;
}

describe("POST /v1/returns", () => {
  test("a whole return gives everything back, and answers what it did", async () => {
    const world = await createWorld();
    const { till, member } = world;
    const before = await balances(world);
    const sold = await sell(world, "whole");
    const answer = await till.call("POST", "/v1/returns", {
      body: { return_id: "R-1", sale: { id: sold["id"] }, staff: "c07", metadata: { why: "cold" } },
      headers: { "accept-language": "en" },
    });

    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body["return"]).toEqual({
      object: "return",
      id: expect.stringMatching(/^ret_m/),
      created_at: expect.any(String),
      return_id: "R-1",
      sale: sold["id"],
      member,
      amount: eur(1000),
      lines: [],
      full: true,
      restored: [],
      metadata: { why: "cold" },
    });
    expect(listOf(answer.body["entries"])).toMatchObject([
      { type: "returned", unit: "points", delta: -10, metadata: { why: "cold" } },
      { type: "returned", unit: "stamps:stc_coffee", delta: -2 },
      { type: "returned", unit: "stamps:stc_visit", delta: -1 },
    ]);
    expect(answer.body["warnings"]).toEqual([]);
    expect(await balances(world)).toEqual(before);
    expect(await till.must("GET", `/v1/sales/${text(sold["id"])}`)).toMatchObject({
      returned: "fully",
      lines: [{ returned_quantity: "2" }, { returned_quantity: "0.25" }, { returned_quantity: "1" }],
    });
    const again = await till.call("POST", "/v1/returns", { body: { return_id: "R-2", sale: { id: sold["id"] } } });
    expect(again.body).toMatchObject({ status: 409, code: "already_returned" });
  });

  test("many small returns take what one large one takes, in lines or amounts", async () => {
    const [few, many, byAmount] = [await createWorld(), await createWorld(), await createWorld()];
    const sale = { id: (await sell(few, "a"))["id"] };
    await few.till.must("POST", "/v1/returns", { return_id: "1", sale, lines: [{ id: "c" }, { sku: "BREAD" }] });
    const small = { id: (await sell(many, "a"))["id"] };
    for (const [index, lines] of [
      [{ sku: "COF", quantity: "1" }],
      [{ id: "b", quantity: "0.125" }],
      [{ sku: "COF", quantity: "1" }],
      [{ id: "b" }],
    ].entries()) {
      await many.till.must("POST", "/v1/returns", { return_id: String(index), sale: small, lines });
    }
    const amounts = { id: (await sell(byAmount, "a"))["id"] };
    for (const amount of [1, 333, 666]) {
      await byAmount.till.must("POST", "/v1/returns", { return_id: String(amount), sale: amounts, total: eur(amount) });
    }

    expect(await balances(many)).toEqual(await balances(few));
    expect(await balances(byAmount)).toEqual(await balances(few));
  });

  test("more than was sold, an unknown line, and another merchant's rules of thumb", async () => {
    const world = await createWorld();
    const { till } = world;
    const sale = { id: (await sell(world, "a"))["id"] };
    const before = await balances(world);
    const table = [
      [{ lines: [{ id: "c", quantity: "2.001" }] }, 409, "return_exceeds_sale"],
      [
        {
          lines: [
            { id: "c", quantity: "1" },
            { id: "c", quantity: "1.5" },
          ],
        },
        409,
        "return_exceeds_sale",
      ],
      [{ lines: [{ id: "c", amount: 701 }] }, 409, "return_exceeds_sale"],
      [{ total: eur(1001) }, 409, "return_exceeds_sale"],
      [{ lines: [{ id: "nope" }] }, 422, "line_unknown"],
      [{ lines: [{ sku: "NOPE" }] }, 422, "line_unknown"],
      [{ lines: [{ id: "C" }] }, 422, "line_unknown"],
      [{ total: { amount: 100, currency: "USD" } }, 422, "validation_failed"],
    ] as const;
    for (const [what, status, code] of table) {
      const answer = await till.call("POST", "/v1/returns", { body: { return_id: "x", sale, ...what } });
      expect(answer.body).toMatchObject({ status, code });
    }
    expect(await balances(world)).toEqual(before);
  });

  test("one return id is one return, whatever the key; other content is refused", async () => {
    const world = await createWorld();
    const { till } = world;
    const sale = { id: (await sell(world, "a"))["id"] };
    const body = { return_id: "R-1", sale, lines: [{ id: "c", quantity: "1" }] };
    const first = await till.call("POST", "/v1/returns", { body });
    const second = await till.call("POST", "/v1/returns", { body });
    const byReceipt = await till.call("POST", "/v1/returns", {
      body: { ...body, sale: { receipt: "a" }, member: { phone: world.phone } },
    });
    const other = await till.call("POST", "/v1/returns", { body: { ...body, lines: [{ id: "c", quantity: "0.5" }] } });

    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(byReceipt.body).toEqual(first.body);
    expect(other.body).toMatchObject({ status: 409, code: "return_id_reused" });
  });

  test("by receipt from another till and location, narrowed by what the till knows", async () => {
    const world = await createWorld();
    const { till, otherTill, member, location, otherLocation } = world;
    const plain = { member: { id: member }, total: eur(100) };
    const make = async (at: typeof till, changes: object) =>
      text((await at.must("POST", "/v1/sales", { receipt: "7", ...plain, ...changes }))["sale"]?.["id"]);
    const here = await make(till, {});
    const yesterday = await make(till, { business_date: "2020-01-01" });
    const second = await make(till, { register: "2" });
    const there = await make(otherTill, {});
    const back = async (return_id: string, sale: object) =>
      (
        await otherTill.must("POST", "/v1/returns", {
          return_id,
          sale: { receipt: "7", ...sale },
          member: { id: member },
        })
      )["return"]?.["sale"];

    expect(await back("1", { business_date: "2020-01-01" })).toBe(yesterday);
    expect(await back("2", { register: "2" })).toBe(second);
    expect(await back("3", { location })).toBe(here);
    expect(await back("4", { location: otherLocation })).toBe(there);
    const none = await otherTill.call("POST", "/v1/returns", {
      body: { return_id: "5", sale: { receipt: "7", location: "loc_elsewhere" }, member: { id: member } },
    });
    expect(none.body).toMatchObject({ status: 422, errors: [{ path: "sale.location" }] });
  });

  test("the member, when named, must be the sale's", async () => {
    const world = await createWorld();
    const { till } = world;
    const sold = await sell(world, "a");
    const other = await till.must("POST", "/v1/members", {});
    const body = { return_id: "x", sale: { id: sold["id"] }, member: { id: other["member"]?.["id"] } };

    expect((await till.call("POST", "/v1/returns", { body })).body).toMatchObject({
      status: 404,
      code: "sale_unknown",
    });
    expect(await till.call("POST", "/v1/returns", { body: { ...body, member: { phone: world.phone } } })).toMatchObject(
      {
        status: 201,
      },
    );
  });

  test("a full return gives the redeemed reward back", async () => {
    const world = await createWorld();
    const { till, redemption } = world;
    const before = await balances(world);
    const sold = await sell(world, "with reward", { total: eur(800), redemptions: [redemption] });
    const returned = await till.must("POST", "/v1/returns", { return_id: "x", sale: { id: sold["id"] } });

    expect(returned["return"]?.["restored"]).toEqual([{ redemption, reward: "rew_two_euro" }]);
    expect(await balances(world)).toEqual({ ...before, points: Number(before["points"]) + 20 });
  });

  test("points that are spent already are written off, and the answer says so", async () => {
    const world = await createWorld();
    const { till, member } = world;
    const sold = await sell(world, "spent", { total: eur(9900) });
    const { points } = await balances(world);
    await till.must("POST", "/v1/adjustments", {
      member: { id: member },
      unit: "points",
      delta: -Number(points),
      reason: "x",
    });
    const returned = await till.call("POST", "/v1/returns", {
      body: { return_id: "x", sale: { id: sold["id"] } },
      headers: { "accept-language": "en" },
    });

    expect(returned.body["warnings"]).toEqual([
      { code: "written_off", detail: "99 points had already been spent and were written off." },
    ]);
    expect((await balances(world))["points"]).toBe(0);
  });

  test("the rules of the day of the sale count, whatever the programme says now", async () => {
    const world = await createWorld();
    await world.till.must("POST", `/v1/redemptions/${world.redemption}/cancel`);
    const before = await balances(world);
    const sold = await sell(world, "old rules");
    const earning = [{ id: "ear_spend", kind: "spend", give: 90, per: 100 }];
    await world.changeProgram({ ...cafeProgram, credit: {}, earning });
    await world.wait(30 * 86_400_000);
    await world.till.must("POST", "/v1/returns", { return_id: "x", sale: { id: sold["id"] } });

    expect(await balances(world)).toEqual(before);
  });

  test("of a sale in another currency the answer speaks that currency", async () => {
    const world = await createWorld();
    const before = await balances(world);
    const sold = await sell(world, "usd", { total: { amount: 700, currency: "USD" } });
    const answer = await world.till.must("POST", "/v1/returns", { return_id: "x", sale: { id: sold["id"] } });

    expect(answer["return"]?.["amount"]).toEqual({ amount: 700, currency: "USD" });
    expect(await balances(world)).toEqual(before);
  });
});

describe("a return before its sale", () => {
  const body = (world: World, changes: object = {}) => ({
    return_id: "early",
    sale: { receipt: "later" },
    member: { phone: world.phone },
    lines: [{ sku: "COF", quantity: "1" }],
    metadata: { why: "spilt" },
    ...changes,
  });

  test("waits, and is carried out when the sale arrives; the same key then hears so", async () => {
    const world = await createWorld();
    const { till } = world;
    const idem = crypto.randomUUID();
    const early = await till.call("POST", "/v1/returns", { idem, body: body(world) });
    const still = await till.call("POST", "/v1/returns", { idem, body: body(world) });

    expect(early.body).toMatchObject({ status: 409, code: "sale_not_known_yet", retryable: true });
    expect(early.headers.get("retry-after")).toMatch(/^\d+$/);
    expect({ ...still.body, request_id: "" }).toEqual({ ...early.body, request_id: "" });
    const mismatch = await till.call("POST", "/v1/returns", { idem, body: body(world, { lines: undefined }) });
    expect(mismatch.body).toMatchObject({ status: 422, code: "idempotency_mismatch" });
    const before = await balances(world);
    const sold = await sell(world, "later");
    const late = await till.call("POST", "/v1/returns", { idem, body: body(world) });
    const twin = await till.call("POST", "/v1/returns", { body: body(world) });

    expect(late).toMatchObject({ status: 201 });
    expect(late.headers.get("idempotency-replayed")).toBe("true");
    expect(late.body["return"]).toMatchObject({
      return_id: "early",
      sale: sold["id"],
      lines: [{ id: "c", quantity: "1", amount: 350 }],
      metadata: { why: "spilt" },
    });
    expect(twin.body).toEqual(late.body);
    // Ten points and two coffees, less three and a half points and one coffee.
    const after = await balances(world);
    expect(after["stamps:stc_coffee"]).toBe(Number(before["stamps:stc_coffee"]) + 1);
    const entries = await till.must("GET", `/v1/members/${world.member}/entries?limit=1`);
    expect(listOf(entries["data"])).toMatchObject([{ type: "returned", metadata: { why: "spilt" } }]);
  });

  test("that turns out impossible leaves its refusal under its key", async () => {
    const world = await createWorld();
    const { till } = world;
    const idem = crypto.randomUUID();
    const wrong = body(world, { lines: [{ sku: "COF", quantity: "3" }] });
    await till.call("POST", "/v1/returns", { idem, body: wrong });
    await sell(world, "later");
    const heard = await till.call("POST", "/v1/returns", { idem, body: wrong });

    expect(heard.body).toMatchObject({ status: 409, code: "return_exceeds_sale" });
    expect(heard.headers.get("idempotency-replayed")).toBe("true");
  });

  test("of an unknown member does not wait for anything", async () => {
    const world = await createWorld();
    const answer = await world.till.call("POST", "/v1/returns", {
      body: body(world, { member: { phone: "+31600000009" } }),
    });

    expect(answer.body).toMatchObject({ status: 404, code: "member_unknown" });
  });
});
