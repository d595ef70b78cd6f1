import { createExecutionContext, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import { addColleague, type SignedUp, signUpMerchant, text } from "../../support/workerd/browser.ts";
import { formatObjectName, insightsObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createApp } from "../../../src/workers/app.ts";
import { apiRequest, createTestMerchant, type Json, type TestTill, testTill } from "../../support/workerd/merchant.ts";
import { eventually } from "../../support/eventually.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

let shop: SignedUp;
let till: TestTill;

beforeAll(async () => {
  shop = await signUpMerchant();
  till = testTill(shop.till, shop.testKey);
});

const EUR = (amount: number) => ({ amount, currency: "EUR" });

async function member(name: string): Promise<string> {
  return text((await till.must("POST", "/v1/members", { name }))["member"]?.["id"]);
}

async function sell(id: string, receipt: string, amount = 900): Promise<string> {
  const line = { sku: "COF", name: "Koffie", category: "coffee", quantity: "2", amount };
  const sold = await till.must("POST", "/v1/sales", { receipt, member: { id }, total: EUR(amount), lines: [line] });
  return text(sold["sale"]?.["id"]);
}

function get(path: string): Promise<Json> {
  return shop.owner.must("GET", `${shop.path}/insights/${path}`);
}

function rows(page: Json, name = "data"): Json[] {
  const data: unknown = page[name];
  if (!Array.isArray(data)) throw new Error(`not a list: ${JSON.stringify(page)}`);
  return data;
}

test("what a till sells, the owner sees", async () => {
  const anna = await member("Anna");
  const sale = await sell(anna, "R-1");
  await till.must("POST", "/v1/returns", { return_id: "b-1", sale: { id: sale }, total: EUR(400) });

  const feed = await eventually(async () => {
    const found = rows(await get(`feed?mode=test&member=${anna}`));
    expect(found.map(({ type }) => type)).toEqual(["return", "sale", "opened"]);
    return found;
  });

  const today = new Date().toISOString().slice(0, 10);
  expect(feed[1]).toMatchObject({
    object: "activity",
    member: anna,
    sale,
    location: shop.location,
    till: shop.till,
    receipt: "R-1",
    amount: 900,
    currency: "EUR",
    voided: false,
  });
  expect(feed[0]).toMatchObject({ type: "return", sale, amount: 400 });
  const year = today.slice(0, 4);
  const totals = await get(`totals?mode=test&from=${year}-01-01&to=${year}-12-31`);
  expect(totals).toMatchObject({ sum: { sales: 1, revenue: 900, returns: 1, returned: 400, members_seen: 1 } });
  const wallet = await till.must("GET", `/v1/members/${anna}`);
  const balances: unknown = wallet["wallet"]?.["balances"];
  expect(balances).toEqual(
    expect.arrayContaining(
      Object.entries(totals["owed"] ?? {}).map(([unit, available]) => expect.objectContaining({ unit, available })),
    ),
  );
  expect(rows(await get("feed?mode=live"))).toEqual([]);
});

test("a page of the feed leads to the next", async () => {
  const bram = await member("Bram");
  for (let index = 0; index < 5; index += 1) await sell(bram, `P-${index}`);
  await eventually(async () => expect(rows(await get(`feed?mode=test&member=${bram}`))).toHaveLength(6));

  const seen: string[] = [];
  let cursor = "";
  for (let page = 0; page < 4; page += 1) {
    const found = await get(`feed?mode=test&member=${bram}&limit=2${cursor}`);
    seen.push(...rows(found).map(({ receipt }) => JSON.stringify(receipt)));
    if (found["next_cursor"] === null) break;
    cursor = `&cursor=${text(found["next_cursor"])}`;
  }
  expect(seen).toEqual(['"P-4"', '"P-3"', '"P-2"', '"P-1"', '"P-0"', "null"]);
});

test("a receipt on two cards is flagged, a manager of the shop decides, and it stands in the audit log", async () => {
  const [cees, dirk] = [await member("Cees"), await member("Dirk")];
  const sales = [await sell(cees, "R-2"), await sell(dirk, "R-2")];
  const flags = await eventually(async () => {
    const found = rows(await get("flags?mode=test&state=open"));
    expect(found).toHaveLength(1);
    return found;
  });
  const evidence: unknown = flags[0]?.["evidence"];
  expect(flags[0]).toMatchObject({ rule: "receipt_on_two_cards", resolved_at: null });
  expect(evidence).toEqual(
    expect.arrayContaining(sales.map((sale) => expect.objectContaining({ sale, receipt: "R-2" }))),
  );

  const manager = await addColleague(shop, [{ location: shop.location, role: "manager" }]);
  const path = `${shop.path}/insights/flags/${text(flags[0]?.["id"])}?mode=test`;
  const resolved = await manager.must("PATCH", path, { body: { state: "fine" } });

  expect(resolved).toMatchObject({ state: "fine", resolved_by: manager.staff });
  expect(rows(await get("flags?mode=test&state=open"))).toEqual([]);
  expect(rows(await get("audit?mode=test"))).toMatchObject([
    { who: manager.staff, role: "manager", location: shop.location, action: "flag.fine", subject: flags[0]?.["id"] },
  ]);
  const unknown = await manager.call("PATCH", `${shop.path}/insights/flags/flg_0?mode=test`, {
    body: { state: "fine" },
  });
  expect(unknown).toMatchObject({ status: 404, body: { code: "resource_unknown" } });
});

test.each([
  ["feed?cursor=bm90", 422, "validation_failed"],
  ["feed?member=mem_0000000000000000", 404, "member_unknown"],
  ["feed?type=gossip", 422, "validation_failed"],
  ["feed?limit=1000", 422, "validation_failed"],
  ["totals?from=2026-08-31&to=2026-08-01", 422, "validation_failed"],
  ["totals?from=2020-01-01&to=2026-08-01", 422, "validation_failed"],
  ["totals?from=yesterday&to=2026-08-01", 422, "validation_failed"],
  ["flags?cursor=%00", 422, "validation_failed"],
])("%s is refused plainly", async (path, status, code) => {
  const answer = await shop.owner.call("GET", `${shop.path}/insights/${path}`);

  expect(answer).toMatchObject({ status, body: { code } });
});

test("a member of another merchant is an unknown one", async () => {
  const other = await signUpMerchant();
  const stranger = text(
    (await testTill(other.till, other.testKey).must("POST", "/v1/members", { name: "Eva" }))["member"]?.["id"],
  );

  const answer = await shop.owner.call("GET", `${shop.path}/insights/feed?mode=test&member=${stranger}`);

  expect(answer).toMatchObject({ status: 404, body: { code: "member_unknown" } });
});

test("a rebuild goes on while everything is read, and says so", async () => {
  const before = rows(await get("feed?mode=test")).map(({ sale, type }) => [sale, type]);

  await shop.owner.must("POST", `${shop.path}/insights/rebuild?mode=test`, { body: {} });

  await eventually(async () => expect(await get("health?mode=test")).toMatchObject({ rebuilding: false }));
  expect((await get("health?mode=test"))["rebuilt_at"]).not.toBe(null);
  expect(rows(await get("feed?mode=test")).map(({ sale, type }) => [sale, type])).toEqual(before);
});

test("a card used more than is usual is flagged; deciding that it was misuse blocks it at the till", async () => {
  const canteen = await signUpMerchant();
  const changed = await canteen.owner.must("PATCH", canteen.path, { body: { watch: { card_uses_max: 1 } } });
  expect(changed["watch"]).toEqual({
    card_uses_max: 1,
    lone_redemptions_max: 3,
    own_card_uses_max: 0,
    outside_hours_minutes: 60,
  });
  const checkout = testTill(canteen.till, canteen.liveKey);
  const made = await checkout.must("POST", "/v1/members", { name: "Fien" });
  const [id, card] = [text(made["member"]?.["id"]), text(made["card_token"])];
  for (const receipt of ["U-1", "U-2"]) {
    await checkout.must("POST", "/v1/sales", { receipt, member: { card }, total: EUR(300) });
  }
  const list = `${canteen.path}/insights/flags`;
  const [flag] = await eventually(async () => {
    const found = rows(await canteen.owner.must("GET", `${list}?state=open`));
    expect(found).toHaveLength(1);
    return found;
  });
  expect(flag).toMatchObject({ rule: "card_used_often", usual: 1, blocked_cards: [] });
  expect(text(flag?.["explanation"]?.["nl"])).toContain("2 keer gebruikt; tot 1 keer is gewoon.");
  expect(text(flag?.["explanation"]?.["en"])).toContain("was used 2 times");
  const evidence: unknown = flag?.["evidence"];
  const piece = { type: "sale", member: id, card: expect.stringMatching(/^crd_/), redemption: null, amount: 300 };
  expect(evidence).toEqual([expect.objectContaining(piece), expect.objectContaining(piece)]);

  const path = `${list}/${text(flag?.["id"])}`;
  const fine = await canteen.owner.must("PATCH", path, { body: { state: "fine" } });
  expect(fine).toMatchObject({ state: "fine", blocked_cards: [] });
  await checkout.must("POST", "/v1/sales/preview", { receipt: "U-3", member: { card }, total: EUR(300) });
  const blocked = await canteen.owner.must("PATCH", path, { body: { state: "blocked" } });
  expect(blocked).toMatchObject({ state: "blocked", blocked_cards: [expect.stringMatching(/^crd_/)] });
  await canteen.owner.must("PATCH", path, { body: { state: "blocked" } });

  const refused = await checkout.call("POST", "/v1/sales", {
    body: { receipt: "U-3", member: { card }, total: EUR(300) },
  });
  expect(refused.body).toMatchObject({ code: "card_blocked" });
  // The balance stays, and so does the member.
  await checkout.must("POST", "/v1/sales", { receipt: "U-4", member: { id }, total: EUR(300) });
});

test("staff have a card of their own and a code; a stranger's card is no card", async () => {
  const made = await testTill(shop.till, shop.liveKey).must("POST", "/v1/members", { name: "Gijs" });
  const own_member = text(made["member"]?.["id"]);
  const body = { name: "Gijs", roles: [{ location: shop.location, role: "cashier" }], own_member, till_code: "c07" };

  const cashier = await shop.owner.must("POST", `${shop.path}/staff`, { body });
  expect(cashier).toMatchObject({ own_member, till_code: "c07" });
  const path = `${shop.path}/staff/${text(cashier["id"])}`;
  expect(await shop.owner.must("PATCH", path, { body: { till_code: null } })).toMatchObject({ own_member });
  expect(await shop.owner.must("PATCH", path, { body: { own_member: null } })).toMatchObject({ own_member: null });
  const other = await signUpMerchant();
  const theirs = await testTill(other.till, other.liveKey).must("POST", "/v1/members", { name: "Henk" });
  const stranger = await shop.owner.call("PATCH", path, { body: { own_member: text(theirs["member"]?.["id"]) } });
  expect(stranger).toMatchObject({ status: 404, body: { code: "member_unknown" } });
  const wrong = await shop.owner.call("PATCH", path, { body: { till_code: "a b" } });
  expect(wrong).toMatchObject({ status: 422, body: { code: "validation_failed" } });
});

test("a promotion ends by itself when its budget is used up, and goes on when it is raised", async () => {
  const gives = { kind: "addition", give: 5 };
  const promotion = { id: "prm_five", name: { nl: "Vijf extra", en: "Five more" }, gives };
  const programme = (points_max: number) => ({
    ...cafeProgram,
    promotions: [{ ...promotion, budget: { points_max } }],
  });
  const merchant = await createTestMerchant({ program: programme(10) });
  const eva = { id: text((await merchant.till.must("POST", "/v1/members", { name: "Eva" }))["member"]?.["id"]) };
  const insights = new InsightsClient(env.MERCHANT_INSIGHTS, merchant.tenant);
  const sellTo = async (receipt: string) => {
    const body = { receipt, member: eva, total: EUR(1000) };
    const previewed = await merchant.till.must("POST", "/v1/sales/preview", body);
    const sold = await merchant.till.must("POST", "/v1/sales", body);
    expect(previewed["warnings"]).toEqual(sold["warnings"]);
    return sold;
  };
  const extra = (sold: Json) => JSON.stringify(sold["explanation"]).includes("+ 5 (Vijf extra)");

  expect(extra(await sellTo("1"))).toBe(true);
  await eventually(async () => expect(await insights.budgets()).toMatchObject([{ used: 5, max: 10, used_up: false }]));
  const second = await sellTo("2");
  expect(extra(second)).toBe(true);
  await eventually(async () => expect(await insights.budgets()).toMatchObject([{ used: 10, used_up: true }]));
  merchant.forget();
  const third = await sellTo("3");
  expect(extra(third)).toBe(false);
  expect(third["warnings"]).toMatchObject([{ code: "promotion_budget_used_up" }]);

  // A return gives back what it took; once used up, the promotion stays over all the same.
  await merchant.till.must("POST", "/v1/returns", { return_id: "b", sale: { id: text(second["sale"]?.["id"]) } });
  await eventually(async () => expect(await insights.budgets()).toMatchObject([{ used: 5, used_up: true }]));
  merchant.forget();
  expect(extra(await sellTo("4"))).toBe(false);
  await insights.startWalk("rebuild");
  await eventually(async () => {
    await runDurableObjectAlarm(env.MERCHANT_INSIGHTS.getByName(formatObjectName(insightsObjectName(merchant.tenant))));
    expect(await insights.health()).toMatchObject({ generation: 2, walk: null });
  });
  expect(await insights.budgets()).toMatchObject([{ used: 5, max: 10, used_up: true }]);

  await merchant.changeProgram(programme(20));
  expect(extra(await sellTo("5"))).toBe(true);
});

test("what is still to be handed out: listed over all members, handed over by whom, cancelled, exported for partners", async () => {
  const priced = { cost: { unit: "points", amount: 10 }, cost_price: 850 };
  const film = { id: "rew_film", name: { nl: "Film", en: "Film" }, ...priced };
  const mug = { ...film, id: "rew_mug_out", name: { nl: "Mok", en: "Mug" }, effect: { kind: "product", sku: "MUG" } };
  const partner = { kind: "partner", partner: "Filmhuis", reference: "=LUM-1" };
  const rewards = [...cafeProgram.rewards, { ...film, effect: partner }, mug];
  const merchant = await createTestMerchant({ program: { ...cafeProgram, rewards } });
  const english = { "accept-language": "en" };
  const ask = async (path: string) => (await merchant.till.call("GET", path, { headers: english })).body;
  const member = async (name: string) => {
    const id = text((await merchant.till.must("POST", "/v1/members", { name }))["member"]?.["id"]);
    const body = { member: { id }, unit: "points", delta: 100, reason: "start" };
    await merchant.till.must("POST", "/v1/adjustments", body);
    return { id };
  };
  const [anna, bram] = [await member("Anna"), await member("Bram")];
  const claimed = await merchant.till.must("POST", "/v1/issued-rewards", { member: anna, reward: "rew_film" });
  const film_id = text(claimed["issued_reward"]?.["id"]);
  const second = await merchant.till.must("POST", "/v1/issued-rewards", { member: bram, reward: "rew_mug_out" });
  const mug_id = text(second["issued_reward"]?.["id"]);
  const open = await eventually(async () => {
    const found = rows(await ask("/v1/hand-outs?state=open"));
    expect(found).toHaveLength(2);
    return found;
  });
  expect(open.find(({ id }) => text(id) === film_id)).toMatchObject({
    name: "Film",
    member: anna.id,
    partner: { name: "Filmhuis", reference: "=LUM-1" },
    redemption: null,
    cost_price: 850,
  });
  expect(rows(await till.must("GET", "/v1/hand-outs"))).toEqual([]);
  const first = await ask("/v1/hand-outs?limit=1&order=asc");
  const next = await ask(`/v1/hand-outs?limit=1&order=asc&cursor=${text(first["next_cursor"])}`);
  expect([...rows(first), ...rows(next)].map(({ id }) => text(id))).toEqual([film_id, mug_id]);
  expect(next["next_cursor"]).toBeNull();

  const asked = { member: anna, issued_reward: film_id, staff: "c07" };
  const held = await merchant.till.must("POST", "/v1/redemptions", asked);
  const red = text(held["redemption"]?.["id"]);
  await merchant.till.must("POST", "/v1/sales", {
    receipt: "R-1",
    member: anna,
    total: EUR(500),
    redemptions: [red],
    staff: "c07",
  });
  await merchant.till.must("POST", `/v1/issued-rewards/${mug_id}/cancel`);
  await eventually(async () => expect(rows(await ask("/v1/hand-outs?state=open"))).toEqual([]));
  const [done] = rows(await ask("/v1/hand-outs?state=handed_over"));
  expect(done).toMatchObject({ id: film_id, redemption: red, handed_over: { staff: "c07", till: merchant.till.id } });
  expect(rows(await ask("/v1/hand-outs?kind=product"))).toMatchObject([
    { id: mug_id, state: "cancelled", cancelled: { reason: "cancelled" } },
  ]);

  const csv = await ask("/v1/hand-outs/export?from=2020-01-01");
  expect(rows(csv)).toMatchObject([{ id: film_id, kind: "partner" }]);
  expect(rows(await ask("/v1/hand-outs/export?to=2020-01-01"))).toEqual([]);
  const key = { key: merchant.till.key, headers: { accept: "text/csv" } };
  const request = apiRequest("GET", "/v1/hand-outs/export", key);
  const file = await createApp().fetch(request, env, createExecutionContext());
  expect(file.headers.get("content-type")).toContain("text/csv");
  const [header, line] = (await file.text()).split("\r\n");
  expect(header).toContain("partner,reference");
  expect(line).toContain(`"Filmhuis","'=LUM-1"`);

  const insights = new InsightsClient(env.MERCHANT_INSIGHTS, merchant.tenant);
  const day = { from: "2020-01-01", to_day: "2100-01-01", location: null };
  expect((await insights.totals(day)).sum.reward_costs).toBe(850);
});

test("the bookkeeper's statement: what was sold, given, spent and handed back, as a list and as a table", async () => {
  const program = { ...cafeProgram, credit: { vat: "single_purpose", top_up_bonus: [{ from: 1000, percent: 10 }] } };
  const merchant = await createTestMerchant({ program });
  const ask = async (path: string) =>
    (await merchant.till.call("GET", path, { headers: { "accept-language": "en" } })).body;
  const anna = text((await merchant.till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]);
  const lines = [{ id: "t", kind: "top_up", quantity: "1", amount: 5000 }];
  const sold = { receipt: "T-1", member: { id: anna }, total: EUR(5000), lines };
  const topUp = await merchant.till.must("POST", "/v1/sales", sold);
  await merchant.till.must("POST", "/v1/giftcards", { amount: EUR(2500), origin: "paid" });
  const pays = { member: { id: anna }, unit: "credit:EUR", amount: 800 };
  const held = await merchant.till.must("POST", "/v1/redemptions", pays);
  const spent = {
    receipt: "T-2",
    member: { id: anna },
    total: EUR(800),
    redemptions: [text(held["redemption"]?.["id"])],
  };
  await merchant.till.must("POST", "/v1/sales", spent);
  const back = { return_id: "b-1", sale: { id: text(topUp["sale"]?.["id"]) }, total: EUR(1000) };
  await merchant.till.must("POST", "/v1/returns", back);

  const credit = { unit: "credit:EUR", counted_in: "minor_units", vat_purpose: "single_purpose", moved: 0 };
  const [paid, granted] = await eventually(async () => {
    const periods: Json[] = rows(await ask("/v1/stored-value"), "periods");
    const found = rows(periods.at(-1) ?? {});
    expect(found).toMatchObject([
      { ...credit, kind: "paid", opening: 0, sold: 7500, redeemed: 300, returned: 1000, closing: 6200 },
      { ...credit, kind: "granted", granted: 500, redeemed: 500, closing: 0 },
    ]);
    return found;
  });
  expect([paid, granted].map((row) => row?.["name"])).toEqual(["credit", "credit"]);
  const early = rows(await ask("/v1/stored-value?from=2020-01-15&to=2020-03-01"), "periods");
  expect(early.map(({ from, to, data }) => [from, to, data])).toEqual([
    ["2020-01-15", "2020-01-31", []],
    ["2020-02-01", "2020-02-29", []],
    ["2020-03-01", "2020-03-01", []],
  ]);
  for (const wrong of [
    "from=2020-01-02&to=2020-01-01",
    "from=2000-01-01&to=2020-01-01",
    "by=week",
    "from=2020-02-30",
  ]) {
    expect(await ask(`/v1/stored-value?${wrong}`)).toMatchObject({ code: "validation_failed" });
  }
  const key = { key: merchant.till.key, headers: { accept: "text/csv" } };
  const request = apiRequest("GET", "/v1/stored-value?by=year", key);
  const file = await createApp().fetch(request, env, createExecutionContext());
  expect(file.headers.get("content-type")).toContain("text/csv");
  const [header, line] = (await file.text()).split("\r\n");
  expect(header).toBe(
    "from,to,unit,name,counted_in,vat_purpose,kind,opening,sold,taken_over,granted,redeemed,returned,expired,lapsed,moved,closing",
  );
  expect(line).toContain(`"single_purpose","paid",0,7500,0,0,300,1000,0,0,0,6200`);
});
