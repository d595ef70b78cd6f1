import { beforeAll, describe, expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { createWorld, listOf, text, type World } from "./routes.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld({
    items: [{ sku: "FLAT", name: "Flat white", category: "coffee", price: 350, tax_rate: "9" }],
  });
});

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const eur = (amount: number) => ({ amount, currency: "EUR" });

let receipts = 0;
function saleBody(changes: object = {}): Record<string, unknown> {
  receipts += 1;
  return { receipt: `S-${receipts}`, member: { id: world.member }, total: eur(1050), ...changes };
}

async function points(of: World, unit = 0): Promise<unknown> {
  const read = await of.till.must("GET", `/v1/members/${of.member}`);
  return read["wallet"]?.["balances"]?.[unit]?.["available"];
}

describe("POST /v1/sales", () => {
  test("answers the sale, what it did and why; later reads agree", async () => {
    const fresh = await createWorld();
    const { till, member, location } = fresh;
    const sold = await till.call("POST", "/v1/sales", {
      body: {
        receipt: "2026-000123",
        register: "2",
        business_date: "2026-03-14",
        member: { id: member },
        total: eur(1075),
        lines: [
          { sku: "FLAT", name: "Flat white", category: "coffee", quantity: "2", amount: 700, tax_rate: "9" },
          { id: "x", name: "Brood", quantity: "0.250", amount: 350, unit_price: 1400, tax_rate: "5.5" },
          { kind: "tip", quantity: "1", amount: 25 },
        ],
        tender: [
          { kind: "cash", amount: 2000 },
          { kind: "change", amount: -925 },
        ],
        staff: "c07",
        metadata: { table: "4" },
      },
      headers: { "accept-language": "en" },
    });

    expect(sold).toMatchObject({ status: 201 });
    expect(sold.body["sale"]).toEqual({
      object: "sale",
      id: expect.stringMatching(/^sal_m/),
      created_at: TIME,
      occurred_at: TIME,
      business_date: "2026-03-14",
      receipt: "2026-000123",
      register: "2",
      location,
      till: till.id,
      staff: "c07",
      member,
      total: eur(1075),
      lines: [
        {
          id: "l1",
          kind: "item",
          sku: "FLAT",
          name: "Flat white",
          category: "coffee",
          quantity: "2",
          amount: 700,
          unit_price: null,
          tax_rate: "9",
          returned_quantity: "0",
        },
        {
          id: "x",
          kind: "item",
          sku: null,
          name: "Brood",
          category: null,
          quantity: "0.25",
          amount: 350,
          unit_price: 1400,
          tax_rate: "5.5",
          returned_quantity: "0",
        },
        {
          id: "l3",
          kind: "tip",
          sku: null,
          name: null,
          category: null,
          quantity: "1",
          amount: 25,
          unit_price: null,
          tax_rate: null,
          returned_quantity: "0",
        },
      ],
      tender: [
        { kind: "cash", amount: 2000 },
        { kind: "change", amount: -925 },
      ],
      redemptions: [],
      paid_with_credit: { amount: 0, currency: "EUR" },
      returned: "no",
      metadata: { table: "4" },
    });
    // 12.50 from before leave 50 cents; with 10.50 that makes 11 points. The tip earns nothing.
    expect(listOf(sold.body["entries"])).toMatchObject([
      { type: "earned_spend", unit: "points", delta: 11, bucket: "available", metadata: { table: "4" } },
      { type: "earned_units", unit: "stamps:stc_coffee", delta: 2 },
      { type: "earned_visit", unit: "stamps:stc_visit", delta: 1 },
    ]);
    expect(listOf(sold.body["explanation"])).toEqual([
      "+11 points: 1 per €1.00 on €10.50, with €0.50 from before",
      "+2 stamps coffee card: 2 each for 2 items".replace("2 each", "1 each"),
      "+1 stamp visit card: 1 per visit",
    ]);
    expect(sold.body["warnings"]).toEqual([]);
    expect(listOf(sold.body["receipt_lines"]).every((line) => [...text(line)].length <= 32)).toBe(true);
    const id = text(sold.body["sale"]?.["id"]);
    expect(await till.must("GET", `/v1/sales/${id}`)).toEqual(sold.body["sale"]);
    const read = await till.call("GET", `/v1/members/${member}`, { headers: { "accept-language": "en" } });
    expect(read.body["wallet"]).toEqual(sold.body["wallet"]);
    expect(read.body["rewards"]).toEqual(sold.body["rewards"]);
    const entries = await till.call("GET", `/v1/members/${member}/entries?order=desc&limit=3`, {
      headers: { "accept-language": "en" },
    });
    expect(listOf(entries.body["data"]).toReversed()).toEqual(sold.body["entries"]);
  });

  test("without lines the whole total earns", async () => {
    const sold = await world.till.must("POST", "/v1/sales", saleBody({ total: eur(250_000) }));

    expect(listOf(sold["entries"])[0]).toMatchObject({ unit: "points", delta: 2500 });
  });

  test("without a member nothing is booked when claims are off, and the answer says so", async () => {
    const { till } = await createTestMerchant();
    const anonymous = await till.call("POST", "/v1/sales", { body: { receipt: "anon", total: eur(500) } });

    expect(anonymous).toMatchObject({ status: 200 });
    expect(anonymous.body).toEqual({
      sale: null,
      entries: [],
      wallet: null,
      rewards: [],
      issued_rewards: [],
      offers: [],
      claim: null,
      explanation: [],
      receipt_lines: [],
      warnings: [{ code: "member_missing", detail: expect.any(String) }],
    });
  });

  test("what the till leaves out of a line comes from the item list", async () => {
    const sold = await world.till.must(
      "POST",
      "/v1/sales",
      saleBody({ total: eur(350), lines: [{ sku: "FLAT", quantity: "1", amount: 350 }] }),
    );

    expect(listOf(sold["sale"]?.["lines"])).toMatchObject([{ name: "Flat white", category: "coffee", tax_rate: "9" }]);
    expect(listOf(sold["entries"]).map((entry) => entry["unit"])).toContain("stamps:stc_coffee");
  });

  test.each([
    ["too little in the lines", 1050, 1000, 50],
    ["too much in the lines", 1000, 1050, -50],
  ])("%s becomes an unallocated line and a warning, never a refusal", async (_what, total, amount, difference) => {
    const sold = await world.till.must(
      "POST",
      "/v1/sales",
      saleBody({ total: eur(total), lines: [{ id: "a", quantity: "1", amount }] }),
    );

    expect(sold["warnings"]).toMatchObject([{ code: "total_differs" }]);
    expect(listOf(sold["sale"]?.["lines"]).slice(1)).toMatchObject([
      { id: "unallocated", kind: "unallocated", amount: difference },
    ]);
  });

  test("a line of the till's own that is called unallocated keeps its name", async () => {
    const sold = await world.till.must(
      "POST",
      "/v1/sales",
      saleBody({ total: eur(900), lines: [{ id: "unallocated", sku: "CAKE", quantity: "1", amount: 400 }] }),
    );
    const ids = listOf(sold["sale"]?.["lines"]).map((line) => line["id"]);

    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toBe("unallocated");
  });

  test("another currency is stored, earns nothing and says so", async () => {
    const before = await points(world);
    const sold = await world.till.must("POST", "/v1/sales", saleBody({ total: { amount: 99_900, currency: "USD" } }));

    expect(sold["sale"]?.["total"]).toEqual({ amount: 99_900, currency: "USD" });
    expect(sold["warnings"]).toMatchObject([{ code: "foreign_currency", detail: expect.stringContaining("USD") }]);
    expect(sold["entries"]).toEqual([]);
    expect(await points(world)).toBe(before);
  });

  test.each([
    ["an hour ago", -3_600_000, false],
    ["six days ago", -6 * 86_400_000, false],
    ["eight days ago", -8 * 86_400_000, true],
    ["four minutes ahead", 240_000, false],
    ["an hour ahead", 3_600_000, true],
  ])("occurred %s", async (_when, offset_ms, clamped) => {
    const occurred_at = new Date(Math.floor((Date.now() + offset_ms) / 1000) * 1000).toISOString();
    const sold = await world.till.must("POST", "/v1/sales", saleBody({ occurred_at }));
    const { occurred_at: booked, created_at } = sold["sale"] ?? {};

    expect(listOf(sold["warnings"]).map(({ code }) => code)).toEqual(clamped ? ["occurred_at_clamped"] : []);
    expect(Math.abs(Date.parse(text(booked)) - Date.parse(clamped ? text(created_at) : occurred_at))).toBeLessThan(
      5_000,
    );
  });

  test("with the backfill scope any past time is kept, and the business day is that of the location", async () => {
    const importer = await world.newKey({ scopes: ["sell", "backfill"] });
    for (const [occurred_at, business_date] of [
      ["2010-12-01T23:30:00Z", "2010-12-02"],
      ["2024-07-01T00:10:00+02:00", "2024-07-01"],
      ["0001-01-01T12:00:00Z", "0001-01-01"],
      ["1969-12-31T23:59:59.999999999Z", "1970-01-01"],
    ]) {
      const sold = await importer.must("POST", "/v1/sales", saleBody({ occurred_at }));
      expect(sold["sale"]).toMatchObject({ business_date, occurred_at: new Date(occurred_at ?? "").toISOString() });
      expect(sold["warnings"]).toEqual([]);
    }
    const future = await importer.must("POST", "/v1/sales", saleBody({ occurred_at: "9999-12-31T23:59:59-23:59" }));
    expect(future["warnings"]).toMatchObject([{ code: "occurred_at_clamped" }]);
  });

  test("one receipt is one sale, whatever the key; other content is refused", async () => {
    const body = saleBody({ lines: [{ sku: "FLAT", quantity: "3", amount: 1050 }] });
    const first = await world.till.call("POST", "/v1/sales", { body });
    // What a till may send differently on a retry.
    const second = await world.till.call("POST", "/v1/sales", {
      body: { ...body, member: { phone: world.phone }, staff: "c09", metadata: { retry: "1" }, tender: [] },
    });
    const third = await world.till.call("POST", "/v1/sales", { body: { ...body, total: eur(1051) } });

    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(third.body).toMatchObject({ status: 409, code: "receipt_reused", retryable: false });
    for (const other of [{ register: "2" }, { business_date: "2020-01-01" }]) {
      expect(await world.till.call("POST", "/v1/sales", { body: { ...body, ...other } })).toMatchObject({
        status: 201,
      });
    }
    const elsewhere = await world.otherTill.call("POST", "/v1/sales", { body });
    expect(elsewhere).toMatchObject({ status: 201 });
    expect(elsewhere.headers.has("idempotency-replayed")).toBe(false);
    expect(elsewhere.body["sale"]?.["location"]).toBe(world.otherLocation);
  });

  test("receipts may hold any character", async () => {
    for (const receipt of [
      "a|b",
      "a%7Cb",
      "Ж\u{1f956}é",
      "e\u0301",
      "\u00e9",
      "\u202etxt",
      " 1 ",
      "'; DROP TABLE--",
      "|||",
      "\u0000".replace("\u0000", "~"),
    ]) {
      const sold = await world.till.must("POST", "/v1/sales", saleBody({ receipt }));
      expect(sold["sale"]?.["receipt"]).toBe(receipt);
      const back = await world.till.must("POST", "/v1/returns", {
        return_id: receipt,
        sale: { receipt },
        member: { id: world.member },
      });
      expect(back["return"]).toMatchObject({ sale: sold["sale"]?.["id"], return_id: receipt, full: true });
    }
  });

  test("an exchange returns the old line and sells the new one in one go", async () => {
    const shop = await createWorld();
    const { till, member } = shop;
    const first = await till.must("POST", "/v1/sales", {
      receipt: "first",
      member: { id: member },
      total: eur(5000),
      lines: [{ id: "shirt", sku: "SHIRT", quantity: "2", amount: 5000 }],
    });
    const sale = text(first["sale"]?.["id"]);
    const before = Number(await points(shop));
    const body = {
      receipt: "swap",
      member: { id: member },
      total: eur(-500),
      lines: [
        { kind: "item", quantity: "1", amount: -2500, returns: { sale, line: "shirt" } },
        { sku: "HAT", quantity: "1", amount: 2000 },
      ],
    };
    const swapped = await till.call("POST", "/v1/sales", { body });

    expect(swapped).toMatchObject({ status: 201 });
    expect(await points(shop)).toBe(before - 5);
    expect(await till.must("GET", `/v1/sales/${sale}`)).toMatchObject({
      returned: "partly",
      lines: [{ id: "shirt", returned_quantity: "1" }],
    });
    expect((await till.call("POST", "/v1/sales", { body })).body).toEqual(swapped.body);
    // Another till uses the same receipt number for an exchange of the other piece.
    const again = await shop.otherTill.call("POST", "/v1/sales", { body });
    expect(again).toMatchObject({ status: 201 });
    expect(await till.must("GET", `/v1/sales/${sale}`)).toMatchObject({ returned: "fully" });
    expect(await points(shop)).toBe(before - 10);
    const third = await till.call("POST", "/v1/sales", { body: { ...body, receipt: "third" } });
    expect(third.body).toMatchObject({ status: 409, code: "already_returned" });
    const foreign = { ...body, receipt: "usd", total: { amount: -500, currency: "USD" } };
    expect((await till.call("POST", "/v1/sales", { body: foreign })).body).toMatchObject({
      status: 422,
      errors: [{ path: "total.currency" }],
    });
  });
});

describe("POST /v1/sales/preview", () => {
  test("answers what the sale would answer, and writes nothing", async () => {
    const shop = await createWorld();
    const { till, member } = shop;
    const before = await till.must("GET", `/v1/members/${member}`);
    const body = { receipt: "p", member: { id: member }, total: eur(1234), redemptions: [shop.redemption] };
    const preview = await till.call("POST", "/v1/sales/preview", { idem: null, body });

    expect(preview).toMatchObject({ status: 200 });
    expect(preview.body["sale"]?.["id"]).toBeNull();
    expect(await till.must("GET", `/v1/members/${member}`)).toEqual(before);
    const sold = await till.call("POST", "/v1/sales", { body });
    for (const same of ["wallet", "rewards", "explanation", "receipt_lines", "warnings"]) {
      expect(preview.body[same]).toEqual(sold.body[same]);
    }
    expect(preview.body["sale"]?.["redemptions"]).toEqual(sold.body["sale"]?.["redemptions"]);
  });

  test("a refusal leaves nothing behind: the sale may come later", async () => {
    const shop = await createWorld();
    const body = { receipt: "p", member: { id: shop.member }, total: eur(500), redemptions: [shop.redemption] };
    await shop.till.must("POST", `/v1/redemptions/${shop.redemption}/cancel`);
    const refused = await shop.till.call("POST", "/v1/sales/preview", { body });

    expect(refused.body).toMatchObject({ status: 409, code: "redemption_cancelled" });
    const { redemptions: _none, ...plain } = body;
    expect(await shop.till.call("POST", "/v1/sales", { body: plain })).toMatchObject({ status: 201 });
  });
});

test("the version of the programme is chosen by when the sale occurred", async () => {
  const shop = await createWorld();
  const { till, member } = shop;
  const occurred_at = new Date().toISOString();
  await shop.changeProgram({ ...cafeProgram, earning: [{ id: "ear_spend", kind: "spend", give: 10, per: 100 }] });
  const late = await till.must("POST", "/v1/sales", {
    receipt: "late",
    member: { id: member },
    total: eur(1000),
    occurred_at,
  });
  const now = await till.must("POST", "/v1/sales", { receipt: "now", member: { id: member }, total: eur(1000) });

  expect(listOf(late["entries"])[0]).toMatchObject({ unit: "points", delta: 10 });
  expect(listOf(now["entries"])[0]).toMatchObject({ unit: "points", delta: 100 });
});

test("a merchant without points has stamps alone", async () => {
  const { till } = await createTestMerchant({
    program: {
      ...cafeProgram,
      units: {},
      earning: [],
      actions: [],
      rewards: cafeProgram.rewards.slice(3),
      pay_with_points: undefined,
    },
  });
  const made = await till.must("POST", "/v1/members", {});
  const id = text(made["member"]?.["id"]);
  const sold = await till.must("POST", "/v1/sales", { receipt: "1", member: { id }, total: eur(300) });

  expect(listOf(sold["wallet"]?.["balances"]).map(({ unit }) => unit)).toEqual([
    "stamps:stc_coffee",
    "stamps:stc_visit",
  ]);
});
