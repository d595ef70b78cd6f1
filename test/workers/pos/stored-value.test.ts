import { describe, expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";
import { balances, text } from "./routes.ts";

interface Shop extends TestMerchant {
  readonly member: string;
}

const credit = { top_up_bonus: [{ from: 2000, percent: 10 }] };
const EUR = (amount: number) => ({ amount, currency: "EUR" });
let receipts = 0;
const receipt = () => `S-${(receipts += 1)}`;

async function shop(changes: object = {}): Promise<Shop> {
  const merchant = await createTestMerchant({ program: { ...cafeProgram, credit, ...changes } });
  const made = await merchant.till.must("POST", "/v1/members", { name: "Anna" });
  return { ...merchant, member: text(made["member"]?.["id"]) };
}

const line = (kind: string, amount: number, more: object = {}) => ({ kind, quantity: "1", amount, ...more });

describe("credit", () => {
  test("is bought, pays a part of a sale and comes back with the goods", async () => {
    const { till, member } = await shop();
    const top = { receipt: receipt(), member: { id: member }, total: EUR(5000), lines: [line("top_up", 5000)] };
    const headers = { "accept-language": "en" };
    const { body: seen } = await till.call("POST", "/v1/sales/preview", { body: top, headers });
    expect(await balances({ till, member })).toMatchObject({ "credit:EUR": 0 });
    const topped = await till.call("POST", "/v1/sales", { body: top, headers });
    expect(topped.status).toBe(201);
    expect(topped.body["wallet"]).toEqual(seen["wallet"]);
    expect(topped.body["explanation"]).toEqual(
      expect.arrayContaining(["+€50.00 credit: top-up", "+€5.00 credit: 10% on top of top-up"]),
    );
    const find = (wallet: object | undefined) =>
      JSON.parse(JSON.stringify(wallet)).balances.find(({ unit }: { unit: string }) => unit === "credit:EUR");
    expect(find(topped.body["wallet"])).toMatchObject({ kind: "credit", available: 5500, paid: 5000, granted: 500 });

    const ask = { member: { id: member }, unit: "credit:EUR", amount: 2000, sale_total: EUR(1250) };
    const held = await till.must("POST", "/v1/redemptions", ask);
    expect(held["redemption"]?.["effect"]).toMatchObject({ kind: "payment", pays: EUR(1250), discount: EUR(0) });
    const id = text(held["redemption"]?.["id"]);
    const goods = { receipt: receipt(), member: { id: member }, total: EUR(1250), redemptions: [id] };
    const sold = await till.must("POST", "/v1/sales", goods);
    expect(sold["sale"]).toMatchObject({ total: EUR(1250), paid_with_credit: EUR(1250) });
    expect(sold["receipt_lines"]).toEqual(expect.arrayContaining(["tegoed: € 42,50 (-€ 12,50)"]));
    expect(find(sold["wallet"])).toMatchObject({ available: 4250, held: 0, paid: 4250, granted: 0 });

    const sale = { id: text(sold["sale"]?.["id"]) };
    const back = await till.must("POST", "/v1/returns", { return_id: "R1", sale, total: EUR(250) });
    expect(find(back["wallet"])).toMatchObject({ available: 4500, paid: 4500 });
    const all = await till.must("POST", "/v1/returns", { return_id: "R2", sale });
    expect(find(all["wallet"])).toMatchObject({ available: 5500, paid: 5000, granted: 500 });
  });

  test("a top-up of nobody is booked, gives nothing and says so", async () => {
    const { till } = await shop();
    const merchant = await createTestMerchant({
      program: { ...cafeProgram, credit },
      claims: true,
    });
    const body = { receipt: receipt(), total: EUR(5000), lines: [line("top_up", 5000)] };
    expect((await merchant.till.must("POST", "/v1/sales", body))["warnings"]).toMatchObject([
      { code: "top_up_not_credited" },
    ]);
    expect((await till.call("POST", "/v1/sales", { body })).body["warnings"]).toMatchObject([
      { code: "member_missing" },
    ]);
  });

  test("an opening balance may be paid, anything else by hand may not; it is never transferred", async () => {
    const { till, member } = await shop({ transfers: { points: true } });
    const opening = { member: { id: member }, unit: "credit:EUR", delta: 1000, kind: "opening", reason: "from before" };
    await till.must("POST", "/v1/adjustments", { ...opening, origin: "paid" });
    const wrong = { ...opening, kind: "correction", origin: "paid" };
    expect((await till.call("POST", "/v1/adjustments", { body: wrong })).body).toMatchObject({
      code: "validation_failed",
      errors: [{ path: "origin" }],
    });
    const taken = { ...opening, kind: "correction", delta: -1 };
    expect((await till.call("POST", "/v1/adjustments", { body: taken })).body).toMatchObject({
      code: "insufficient_balance",
    });
    expect(await balances({ till, member })).toMatchObject({ "credit:EUR": 1000 });
  });

  test("goes along with its origin when two cards become one", async () => {
    const { till, member } = await shop();
    const other = text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]);
    const top = { receipt: receipt(), member: { id: other }, total: EUR(3000), lines: [line("top_up", 3000)] };
    await till.must("POST", "/v1/sales", top);
    const from = { from: { id: other } };
    const shown = await till.must("POST", `/v1/members/${member}/merge/preview`, from);
    await till.must("POST", `/v1/members/${member}/merge`, { ...from, token: text(shown["token"]) });
    const found = await till.must("GET", `/v1/members/${member}`);
    expect(JSON.stringify(found["wallet"])).toContain('"paid":3000,"granted":300');
  });
});

describe("a gift card", () => {
  const sell = async ({ till }: Shop, more: object = {}) => {
    const sold = await till.must("POST", "/v1/giftcards", { amount: EUR(2500), ...more });
    return text(sold["giftcard"]?.["code"]);
  };
  const read = async ({ till }: Shop, code: string) => (await till.must("GET", `/v1/giftcards/${code}`))["giftcard"];

  test("is sold once, however often it is asked, and its code is on the receipt", async () => {
    const { till } = await shop();
    const body = { amount: EUR(2500), message: "Gefeliciteerd!" };
    const first = await till.call("POST", "/v1/giftcards", { body, idem: "g1" });
    expect(first.status).toBe(201);
    expect(first.body["giftcard"]).toMatchObject({
      code: expect.stringMatching(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/),
      balance: EUR(2500),
      origin: "paid",
      message: "Gefeliciteerd!",
      expires_on: null,
    });
    expect(first.body["receipt_lines"]).toContain(first.body["giftcard"]?.["code"]);
    expect((await till.call("POST", "/v1/giftcards", { body, idem: "g1" })).body).toEqual(first.body);
    const other = { ...body, amount: EUR(1) };
    expect((await till.call("POST", "/v1/giftcards", { body: other, idem: "g1" })).body).toMatchObject({
      code: "idempotency_mismatch",
    });
  });

  test("pays a sale of its own, typed as people type; the sale earns nothing and gives it back", async () => {
    const world = await shop();
    const { till } = world;
    const code = await sell(world);
    const typed = code.toLowerCase().replaceAll("-", " ");
    const ask = { member: { card: typed }, unit: "credit:EUR", amount: 2500, sale_total: EUR(1000) };
    const held = await till.must("POST", "/v1/redemptions", ask);
    expect(held["redemption"]).toMatchObject({ member: null, effect: { pays: EUR(1000) } });
    const id = text(held["redemption"]?.["id"]);
    const body = { receipt: receipt(), member: { card: code }, total: EUR(1200), redemptions: [id] };
    const sold = await till.must("POST", "/v1/sales", body);
    expect(sold["sale"]).toMatchObject({ member: null, paid_with_credit: EUR(1200) });
    expect(JSON.stringify(sold["entries"])).not.toContain("earned");
    expect(await read(world, code)).toMatchObject({ balance: EUR(1300), held: EUR(0) });
    const back = { return_id: "R1", sale: { id: text(sold["sale"]?.["id"]) } };
    expect((await till.must("POST", "/v1/returns", back))["return"]).toMatchObject({ member: null });
    expect(await read(world, code)).toMatchObject({ balance: EUR(2500) });
  });

  test("has a history, and pays nothing once blocked", async () => {
    const world = await shop();
    const code = await sell(world);
    const ask = { member: { card: code }, unit: "credit:EUR", amount: 500 };
    const held = await world.till.must("POST", "/v1/redemptions", ask);
    await world.till.must("POST", `/v1/redemptions/${text(held["redemption"]?.["id"])}/capture`);
    const story = await world.till.must("GET", `/v1/giftcards/${code}`);
    expect(JSON.stringify(story["history"])).toContain("+€ 25,00 tegoed: cadeaukaart");
    const blocked = await world.till.must("POST", "/v1/cards/block", { card: code, reason: "stolen" });
    expect(blocked).toMatchObject({ member: null, card: { state: "blocked" } });
    expect(await read(world, code)).toMatchObject({ state: "blocked", balance: EUR(2000) });
    expect((await world.till.call("POST", "/v1/redemptions", { body: ask })).body).toMatchObject({
      code: "card_blocked",
    });
  });

  test.each([
    ["sold, for less than two years", "paid", "2028-01-01", "expiry_not_allowed"],
    ["given, beyond the rule", "granted", "2099-01-01", "expiry_not_allowed"],
    ["sold, without credit in the programme", "paid", undefined, "unit_unknown"],
  ])("is refused: %s", async (what, origin, expires_on, code) => {
    const granted = { expiry: { kind: "rolling", after: { days: 30 } } };
    const { till } = await shop({ credit: what.includes("without") ? undefined : { granted } });
    const body = { amount: EUR(100), origin, ...(expires_on === undefined ? {} : { expires_on }) };
    expect((await till.call("POST", "/v1/giftcards", { body })).body).toMatchObject({ code });
  });

  test("is no member: its code is unknown where a person is meant", async () => {
    const world = await shop();
    const code = await sell(world);
    const body = { member: { card: code }, unit: "points", delta: 5, reason: "x" };
    for (const [path, asked] of [
      ["/v1/adjustments", body],
      ["/v1/members/identify", { member: { card: code } }],
      [`/v1/members/${world.member}/transfer`, { to: { card: code }, amount: 1 }],
    ] as const) {
      expect((await world.till.call("POST", path, { body: asked })).body).toMatchObject({ code: "card_unknown" });
    }
  });
});

test("strips are bought, pay for the cheapest coffee and come back with it", async () => {
  const card = { id: "stp_coffee", name: { nl: "Tienrittenkaart" }, size: 10, items: { categories: ["coffee"] } };
  const { till, member } = await shop({ strip_cards: [card] });
  const lines = [line("strip_card", 2500, { sku: "stp_coffee" })];
  const sold = await till.must("POST", "/v1/sales", {
    receipt: receipt(),
    member: { id: member },
    total: EUR(2500),
    lines,
  });
  expect(sold["explanation"]).toContain("+10 strippen Tienrittenkaart: Tienrittenkaart");
  const coffees = [
    line("item", 400, { id: "a", category: "coffee", tax_rate: "9" }),
    line("item", 300, { id: "b", category: "coffee", tax_rate: "9" }),
  ];
  const ask = { member: { id: member }, unit: "strip:stp_coffee", amount: 1, lines: coffees };
  const held = await till.must("POST", "/v1/redemptions", ask);
  expect(held["redemption"]?.["effect"]).toMatchObject({
    kind: "free_items",
    discount: EUR(300),
    lines: [{ line: "b", discount: 300 }],
    by_tax_rate: [{ tax_rate: "9", discount: 300 }],
  });
  const redemptions = [text(held["redemption"]?.["id"])];
  const paid = [...coffees, line("discount", -300)];
  const body = { receipt: receipt(), member: { id: member }, total: EUR(400), lines: paid, redemptions };
  const bought = await till.must("POST", "/v1/sales", body);
  expect(await balances({ till, member })).toMatchObject({ "strip:stp_coffee": 9 });
  await till.must("POST", "/v1/returns", { return_id: "R1", sale: { id: text(bought["sale"]?.["id"]) } });
  expect(await balances({ till, member })).toMatchObject({ "strip:stp_coffee": 10 });
});
