import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { IdCodec } from "../../../src/domain/tenancy/ids.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";
import { balances, text } from "./routes.ts";
import { eventually } from "../../support/eventually.ts";

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

describe("a gift card in a sale of a member", () => {
  const english = { "accept-language": "en" };
  const sellGift = async ({ till }: Shop) => {
    const sold = await till.must("POST", "/v1/giftcards", { amount: EUR(2500) });
    return text(sold["giftcard"]?.["code"]);
  };
  const hold = async ({ till }: Shop, card: string, amount: number) => {
    const held = await till.must("POST", "/v1/redemptions", { member: { card }, unit: "credit:EUR", amount });
    return text(held["redemption"]?.["id"]);
  };
  const story = async ({ till }: Shop, code: string) => {
    const found = await till.call("GET", `/v1/giftcards/${code}`, { headers: english });
    const { giftcard, history } = JSON.parse(JSON.stringify(found.body));
    const lines: string[] = history.map(({ explanation }: { explanation: string }) => explanation);
    return { balance: giftcard.balance.amount, held: giftcard.held.amount, history, lines };
  };
  /** Until the gift card has heard of it. */
  const balance = (world: Shop, code: string, amount: number) =>
    eventually(async () => expect((await story(world, code)).balance).toBe(amount));

  test("pays its part, earns on the rest alone, and has its share of what comes back, after a merge too", async () => {
    const world = await shop();
    const { till, member } = world;
    const code = await sellGift(world);
    const id = await hold(world, code, 1000);
    const body = { receipt: "G-1", member: { id: member }, total: EUR(2500), redemptions: [id] };
    const seen = await till.call("POST", "/v1/sales/preview", { body, headers: english });
    expect(await story(world, code)).toMatchObject({ balance: 1500, held: 1000 });
    const sold = await till.call("POST", "/v1/sales", { body, idem: "gift-sale", headers: english });
    expect(sold.status).toBe(201);
    expect(sold.body).toEqual({ ...seen.body, sale: sold.body["sale"], entries: sold.body["entries"] });
    expect(sold.body["sale"]).toMatchObject({
      paid_with_credit: EUR(1000),
      redemptions: [{ redemption: id, reward: null, effect: { kind: "payment", pays: EUR(1000) } }],
    });
    expect(sold.body["explanation"]).toContain("€10.00 was paid with a gift card, which earns nothing.");
    expect(await balances({ till, member })).toMatchObject({ points: 15 });
    await balance(world, code, 1500);
    const { held, history, lines } = await story(world, code);
    expect({ held, paid: lines[0], source: history[0].source }).toEqual({
      held: 0,
      paid: "−€10.00 credit: redeemed for payment with credit, receipt G-1",
      source: text(sold.body["sale"]?.["id"]),
    });
    const again = await till.call("POST", "/v1/sales", { body, idem: "gift-sale", headers: english });
    expect(again.body).toEqual(sold.body);

    const sale = { id: text(sold.body["sale"]?.["id"]) };
    const part = { return_id: "R1", sale, total: EUR(500) };
    const back = await till.call("POST", "/v1/returns", { body: part, headers: english });
    expect(back.body["explanation"]).toContain("€2.00 goes back to the gift card.");
    await balance(world, code, 1700);
    const heir = text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]);
    const from = { from: { id: member } };
    const merging = await till.must("POST", `/v1/members/${heir}/merge/preview`, from);
    await till.must("POST", `/v1/members/${heir}/merge`, { ...from, token: text(merging["token"]) });
    const whole = await till.must("POST", "/v1/returns", { return_id: "R2", sale });
    expect(whole["return"]).toMatchObject({ full: true, restored: [{ redemption: id, reward: null }] });
    expect(whole["explanation"]).toContain("€ 8,00 gaat terug naar de cadeaukaart.");
    await balance(world, code, 2500);
    expect((await story(world, code)).lines[0]).toBe("+€8.00 credit: given back after a return, receipt G-1");
  });

  test("a wrong member, another card, a cancellation: the hold goes where it is asked for, once", async () => {
    const world = await shop();
    const { till, member } = world;
    const bram = text((await till.must("POST", "/v1/members", { name: "Bram" }))["member"]?.["id"]);
    const code = await sellGift(world);
    const id = await hold(world, code, 1000);
    const body = (who: object, more: object = {}) => ({
      receipt: receipt(),
      member: who,
      total: EUR(400),
      redemptions: [id],
      ...more,
    });
    const tender = [{ kind: "gift_card", amount: 500 }];
    const short = await till.call("POST", "/v1/sales", { body: body({ id: member }, { tender }) });
    expect(short.body).toMatchObject({ status: 409, code: "tender_not_covered" });
    const shown = await till.call("POST", "/v1/sales/preview", { body: body({ id: bram }) });
    expect(shown.body["sale"]).toMatchObject({ paid_with_credit: EUR(400) });
    await till.must("POST", "/v1/sales", body({ id: bram }));
    await balance(world, code, 2100);
    for (const who of [{ id: member }, { card: code }]) {
      for (const path of ["/v1/sales", "/v1/sales/preview"]) {
        expect((await till.call("POST", path, { body: body(who) })).body).toMatchObject({
          code: "redemption_captured",
        });
      }
    }

    const second = await hold(world, code, 500);
    const wrong = { ...body({ id: member }, { tender: [{ kind: "gift_card", amount: 501 }] }), redemptions: [second] };
    await till.call("POST", "/v1/sales", { body: wrong });
    const own = { ...body({ card: code }), total: EUR(100), redemptions: [second] };
    const previewed = await till.call("POST", "/v1/sales/preview", { body: own });
    expect(previewed.body["sale"]).toMatchObject({ paid_with_credit: EUR(100) });
    await till.call("POST", "/v1/sales", { body: wrong });
    await till.must("POST", `/v1/redemptions/${second}/cancel`);
    expect(await story(world, code)).toMatchObject({ balance: 2100, held: 0 });
    expect((await till.call("POST", "/v1/sales", { body: { ...own, member: { id: member } } })).body).toMatchObject({
      code: "redemption_cancelled",
    });
    expect(await balances({ till, member })).not.toHaveProperty("points", 1);
  });

  test("of another merchant, of the other mode, or of another member: unknown, and nothing is booked", async () => {
    const [world, other] = [await shop(), await shop()];
    const foreign = await hold(other, await sellGift(other), 100);
    const ref = world.ids.parseBooking("red", await hold(world, await sellGift(world), 100));
    if (ref === null) throw new Error("no redemption");
    const { idMac } = readSecrets(env);
    const elsewhere = new IdCodec(idMac, { ...world.tenant, mode: "live" }).booking("red", ref);
    const bram = text((await world.till.must("POST", "/v1/members", { name: "Bram" }))["member"]?.["id"]);
    const top = { receipt: receipt(), member: { id: bram }, total: EUR(500), lines: [line("top_up", 500)] };
    await world.till.must("POST", "/v1/sales", top);
    const asked = { member: { id: bram }, unit: "credit:EUR", amount: 100 };
    const brams = text((await world.till.must("POST", "/v1/redemptions", asked))["redemption"]?.["id"]);
    for (const id of [foreign, elsewhere, brams]) {
      const body = { receipt: receipt(), member: { id: world.member }, total: EUR(400), redemptions: [id] };
      expect((await world.till.call("POST", "/v1/sales", { body })).body).toMatchObject({ code: "redemption_unknown" });
    }
    expect(await balances({ till: world.till, member: world.member })).not.toHaveProperty("points", 4);
  });

  test("is taken from a queue: the hold and the sale in one batch, and a hold that is over is rejected", async () => {
    const world = await shop();
    const code = await sellGift(world);
    const items = (amount: number, key: string) => [
      { key: `${key}h`, call: "createRedemption", body: { member: { card: code }, unit: "credit:EUR", amount } },
      {
        key: `${key}s`,
        call: "createSale",
        body: { receipt: `Q-${key}`, member: { id: world.member }, total: EUR(1200), redemptions: [`item:${key}h`] },
      },
    ];
    const send = async (body: object) => {
      const { data } = JSON.parse(JSON.stringify(await world.till.must("POST", "/v1/sync", body)));
      return data.map(({ status, problem }: { status: string; problem: { code: string } | null }) =>
        problem === null ? status : `${status} ${problem.code}`,
      );
    };
    expect(await send({ items: items(1000, "a") })).toEqual(["applied", "applied"]);
    expect(await send({ items: items(1000, "a") })).toEqual(["replayed", "replayed"]);
    await balance(world, code, 1500);
    const over = await hold(world, code, 500);
    await world.till.must("POST", `/v1/redemptions/${over}/cancel`);
    const late = { receipt: receipt(), member: { id: world.member }, total: EUR(1200), redemptions: [over] };
    expect(await send({ items: [{ key: "late", call: "createSale", body: late }] })).toEqual([
      "rejected redemption_cancelled",
    ]);
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
