import { importJWK, compactVerify } from "jose";
import { describe, expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type Json, type TestMerchant, type TestTill } from "../../support/workerd/merchant.ts";
import { text } from "./routes.ts";

const EUR = (amount: number) => ({ amount, currency: "EUR" });

function results(answer: Json): { key: unknown; status: unknown }[] {
  return Object.values(answer["data"] ?? {}).map((result) => ({ key: result["key"], status: result["status"] }));
}

function statuses(answer: Json): unknown[] {
  return results(answer).map(({ status }) => status);
}

const sale = (key: string, member: object, changes: object = {}) => ({
  call: "createSale",
  key,
  body: { receipt: key, member, total: EUR(1000), ...changes },
});

const sync = (till: TestTill, items: readonly object[]) => till.must("POST", "/v1/sync", { items });

async function available(till: TestTill, member: string): Promise<unknown> {
  return (await till.must("GET", `/v1/members/${member}`))["wallet"]?.["balances"]?.[0]?.["available"];
}

test("a day's queue: a member made in the batch, sales, a redemption, its sale, a return", async () => {
  const { till } = await createTestMerchant();
  const items = [
    { call: "createMember", key: "m", body: { name: "Anna" } },
    sale("s1", { item: "m" }, { total: EUR(5000) }),
    { call: "createRedemption", key: "r", body: { member: { item: "m" }, reward: "rew_two_euro" } },
    sale("s2", { item: "m" }, { redemptions: ["item:r"] }),
    { call: "createReturn", key: "b", body: { return_id: "R", sale: { receipt: "s1" }, member: { item: "m" } } },
  ];
  const first = await sync(till, items);
  expect(statuses(first)).toEqual(["applied", "applied", "applied", "applied", "applied"]);
  const member = text(first["data"]?.[0]?.["answer"]?.["member"]?.["id"]);
  const left = await available(till, member);

  const again = await sync(till, items);
  expect(statuses(again)).toEqual(["replayed", "replayed", "replayed", "replayed", "replayed"]);
  const answers = (answer: Json) => Object.values(answer["data"] ?? {}).map((result) => result["answer"]);
  expect(answers(again)).toEqual(answers(first));
  expect(await available(till, member)).toBe(left);
});

test("whatever a till may do offline: a gift used, points given to another, an action, a reward paid for and taken back, a card blocked", async () => {
  const { till } = await createTestMerchant();
  const items = [
    { call: "createMember", key: "m", body: { name: "Anna", card: "0001000000112345" } },
    { call: "createMember", key: "o", body: {} },
    sale("s1", { item: "m" }, { total: EUR(6000) }),
    { call: "createGift", key: "g", body: { member: { item: "m" }, reward: "rew_two_euro", message: "Sorry" } },
    { call: "createRedemption", key: "r", body: { member: { item: "m" }, issued_reward: "item:g" } },
    sale("s2", { item: "m" }, { redemptions: ["item:r"] }),
    { call: "createAction", key: "a", body: { member: { item: "m" }, action: "act_friend", subject: "f1" } },
    { call: "createIssuedReward", key: "i", body: { member: { item: "m" }, reward: "rew_two_euro" } },
    { call: "cancelIssuedReward", key: "c", id: "item:i" },
    { call: "transferPoints", key: "t", id: "item:m", body: { to: { item: "o" }, unit: "points", amount: 15 } },
    { call: "blockCard", key: "b", body: { card: "0001000000112345", reason: "lost" } },
  ];
  const first = await sync(till, items);
  expect(statuses(first)).toEqual(items.map(() => "applied"));
  const [anna, other] = [0, 1].map((at) => text(first["data"]?.[at]?.["answer"]?.["member"]?.["id"]));
  expect(await available(till, anna ?? "")).toBe(60 + 10 + 25 - 15);
  expect(await available(till, other ?? "")).toBe(15);

  expect(statuses(await sync(till, items))).toEqual(items.map(() => "replayed"));
  expect(await available(till, anna ?? "")).toBe(60 + 10 + 25 - 15);
  const unknown = { call: "transferPoints", key: "x", id: "..", body: { to: { id: anna }, unit: "points", amount: 1 } };
  const refused = await sync(till, [unknown, { ...unknown, id: undefined }]);
  expect(refused["data"]?.[0]?.["problem"]).toMatchObject({ code: "member_unknown" });
  expect(refused["data"]?.[1]?.["problem"]).toMatchObject({ code: "validation_failed" });
});

test("one bad item is rejected with its problem and the others go on", async () => {
  const { till } = await createTestMerchant();
  const member = text((await till.must("POST", "/v1/members", {}))["member"]?.["id"]);
  const answer = await sync(till, [
    sale("a", { id: member }),
    sale("b", { id: member }, { total: { amount: 9.5, currency: "EUR" } }),
    sale("c", { phone: "06 99999999" }),
    sale("d", { item: "nobody" }),
    { call: "captureRedemption", key: "e" },
    { call: "createReturn", key: "f", body: { return_id: "R", sale: { receipt: "zz" }, member: { id: member } } },
    sale("g", { id: member }),
  ]);
  expect(statuses(answer)).toEqual(["applied", "rejected", "rejected", "rejected", "rejected", "retry", "applied"]);
  const codes = [1, 2, 3, 4, 5].map((index) => answer["data"]?.[index]?.["problem"]?.["code"]);
  expect(codes).toEqual([
    "validation_failed",
    "member_unknown",
    "validation_failed",
    "validation_failed",
    "sale_not_known_yet",
  ]);
  expect(await available(till, member)).toBe(20);
});

test("two tills that send the same hundred sales at the same time book each of their own once", async () => {
  const { till, otherTill } = await createTestMerchant();
  const member = text((await till.must("POST", "/v1/members", {}))["member"]?.["id"]);
  const items = Array.from({ length: 100 }, (_, index) => sale(`s${index}`, { id: member }));
  const answers = await Promise.all([sync(till, items), sync(otherTill, items), sync(till, items)]);
  const counts = answers.map((answer) => statuses(answer).filter((status) => status === "applied").length);
  expect((counts[0] ?? 0) + (counts[2] ?? 0)).toBe(100);
  expect(counts[1]).toBe(100);
  expect(await available(till, member)).toBe(2000);
});

test("a sale says when it happened; the item's time serves when it does not", async () => {
  const { till } = await createTestMerchant();
  const member = text((await till.must("POST", "/v1/members", {}))["member"]?.["id"]);
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000).toISOString();
  const answer = await sync(till, [{ ...sale("a", { id: member }), occurred_at: yesterday }]);
  expect(answer["data"]?.[0]?.["answer"]?.["sale"]?.["occurred_at"]).toBe(yesterday);
});

test("each item needs the scopes of its own call", async () => {
  const merchant = await createTestMerchant();
  const member = text((await merchant.till.must("POST", "/v1/members", {}))["member"]?.["id"]);
  const seller = await merchant.newKey({ scopes: ["sell"] });
  const answer = await sync(seller, [
    { call: "createMember", key: "m", body: {} },
    sale("a", { id: member }),
    { call: "createAdjustment", key: "x", body: { member: { id: member }, unit: "points", delta: 5, reason: "no" } },
  ]);
  expect(statuses(answer)).toEqual(["rejected", "applied", "rejected"]);
  expect(answer["data"]?.[0]?.["problem"]?.["code"]).toBe("scope_missing");
});

test("a batch holds 1 to 100 items and one mebibyte", async () => {
  const { till } = await createTestMerchant();
  const many = Array.from({ length: 101 }, (_, index) => sale(`s${index}`, { id: "mem_x" }));
  for (const items of [[], many]) {
    const answer = await till.call("POST", "/v1/sync", { body: { items } });
    expect(answer.body).toMatchObject({ code: "validation_failed" });
  }
  const large = sale("a", { id: "mem_x" }, { metadata: { note: "x".repeat(500 * 1024) } });
  expect((await till.call("POST", "/v1/sync", { body: { items: [large] } })).status).toBe(200);
  const tooLarge = await till.call("POST", "/v1/sync", { body: { items: [large, large, large] } });
  expect(tooLarge.body).toMatchObject({ code: "body_too_large" });
});

test("an id that no path can hold names no redemption, and the batch goes on", async () => {
  const { till } = await createTestMerchant();
  const ids = ["\ud83d", ".", "..", "", "a/../../sales"];
  const items = ids.map((id, index) => ({ call: "cancelRedemption", key: `k${index}`, id }));
  const answer = await sync(till, [...items, { call: "createMember", key: "m", body: {} }]);
  expect(statuses(answer)).toEqual([...ids.map(() => "rejected"), "applied"]);
  for (const index of ids.keys()) {
    expect(answer["data"]?.[index]?.["problem"]).toMatchObject({ code: "redemption_unknown", status: 404 });
  }
});

describe("a reward handed out without a connection", () => {
  const HOUR_MS = 3_600_000;
  const offlineProgram = { ...cafeProgram, limits: { offline_redemption: { amount: 400, snapshot_days: 2 } } };

  interface Counter extends TestMerchant {
    readonly member: string;
    /** The signed balance: 50 points. */
    readonly snapshot: string;
  }

  async function counter(program: object = offlineProgram): Promise<Counter> {
    const merchant = await createTestMerchant({ program });
    const { till } = merchant;
    const member = text((await till.must("POST", "/v1/members", { phone: "0612345678" }))["member"]?.["id"]);
    await till.must("POST", "/v1/sales", { receipt: "before", member: { id: member }, total: EUR(5000) });
    const found = await till.must("POST", "/v1/members/identify", { member: { id: member } });
    return { ...merchant, member, snapshot: text(found["snapshot"]?.["text"]) };
  }

  /** €2 off for 20 points. */
  const handedOut = (key: string, { member, snapshot }: Counter, at_ms = Date.now(), changes: object = {}) => ({
    call: "createRedemption",
    key,
    occurred_at: new Date(at_ms).toISOString(),
    body: { member: { id: member }, reward: "rew_two_euro", offline: { snapshot, ...changes } },
  });
  const problems = (answer: Json) => Object.values(answer["data"] ?? {}).map((one) => one["problem"]?.["code"] ?? null);

  test("is verified by the till alone: the snapshot is a JWS under a published key", async () => {
    const { till, member, snapshot, locator } = await counter();
    const { keys } = await till.must("GET", "/v1/snapshot-keys");
    const kid = text(JSON.parse(atob(snapshot.split(".")[0] ?? ""))["kid"]);
    const jwk = Object.values(keys ?? {}).find((key) => text(key["kid"]) === kid);
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: text(jwk?.["x"]) }, "EdDSA");
    const { payload } = await compactVerify(snapshot, key);
    const seen = JSON.parse(new TextDecoder().decode(payload));
    expect(seen).toMatchObject({ merchant: locator, mode: "test", member, allowance: EUR(400) });
    expect(seen.balances).toMatchObject({ points: 50 });
    expect(seen.exp - seen.iat).toBe(2 * 24 * 3600);
  });

  test("is booked once: the same batch again, or the same hand-out under another key, changes nothing", async () => {
    const shop = await counter();
    const at_ms = Date.now();
    const items = [handedOut("r1", shop, at_ms), sale("s1", { id: shop.member })];
    const first = await sync(shop.till, items);
    expect(statuses(first)).toEqual(["applied", "applied"]);
    const { redemption } = first["data"]?.[0]?.["answer"] ?? {};
    expect(redemption).toMatchObject({
      state: "captured",
      reward: "rew_two_euro",
      offline: { value: 200, shortfall: 0, shortfall_is: null },
    });
    expect(statuses(await sync(shop.till, items))).toEqual(["replayed", "replayed"]);
    const queueLost = await sync(shop.till, [handedOut("r9", shop, at_ms)]);
    expect(statuses(queueLost)).toEqual(["replayed"]);
    expect(queueLost["data"]?.[0]?.["answer"]?.["redemption"]).toEqual(redemption);
    expect(await available(shop.till, shop.member)).toBe(50 - 20 + 10);
    expect(await shop.till.must("GET", `/v1/redemptions/${text(redemption?.["id"])}`)).toEqual(redemption);
    const list = await shop.till.must("GET", `/v1/redemptions?member=${shop.member}`);
    expect(list["data"]?.[0]).toEqual(redemption);
  });

  test("two tills that honour the same points: both are taken, what is not there is written off and told", async () => {
    const shop = await counter();
    await shop.till.must("POST", "/v1/adjustments", {
      member: { id: shop.member },
      unit: "points",
      delta: -25,
      reason: "x",
    });
    const [one, two] = await Promise.all([
      sync(shop.till, [handedOut("r1", shop)]),
      sync(shop.otherTill, [handedOut("r1", shop)]),
    ]);
    expect([...statuses(one), ...statuses(two)]).toEqual(["applied", "applied"]);
    const shortfalls = [one, two].map((answer) =>
      Number(answer["data"]?.[0]?.["answer"]?.["redemption"]?.["offline"]?.["shortfall"]),
    );
    expect(shortfalls.toSorted((left, right) => left - right)).toEqual([0, 15]);
    expect(await available(shop.till, shop.member)).toBe(0);
    const third = await sync(shop.otherTill, [handedOut("r2", shop)]);
    expect(problems(third)).toEqual(["offline_allowance_exceeded"]);
  });

  test("out of order: the reward arrives before the sale that earned it, and what is owed is paid then", async () => {
    const shop = await counter({ ...offlineProgram, returns: { spent_points: "debt" } });
    await shop.till.must("POST", "/v1/adjustments", {
      member: { id: shop.member },
      unit: "points",
      delta: -50,
      reason: "x",
    });
    const answer = await sync(shop.till, [
      handedOut("r1", shop),
      sale("s1", { id: shop.member }, { total: EUR(3000) }),
    ]);
    expect(answer["data"]?.[0]?.["answer"]?.["redemption"]?.["offline"]).toMatchObject({
      shortfall: 20,
      shortfall_is: "debt",
    });
    expect(await available(shop.till, shop.member)).toBe(10);
  });

  test("with a snapshot that is old, forged, another member's or another merchant's is rejected, item by item", async () => {
    const [shop, other] = await Promise.all([counter(), counter()]);
    const stranger = text((await shop.till.must("POST", "/v1/members", {}))["member"]?.["id"]);
    const [head, body, signature] = shop.snapshot.split(".");
    const richer = btoa(
      atob((body ?? "").replaceAll("-", "+").replaceAll("_", "/")).replace('"points":50', '"points":99'),
    );
    const forged = [head, richer.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""), signature].join(".");
    const now = Date.now();
    const answer = await sync(shop.till, [
      handedOut("late", shop, now + HOUR_MS),
      handedOut("early", shop, now - HOUR_MS),
      handedOut("forged", { ...shop, snapshot: forged }),
      handedOut("none", { ...shop, snapshot: "x.y.z" }),
      handedOut("unsigned", {
        ...shop,
        snapshot: `${btoa('{"alg":"none","kid":"c2"}').replaceAll("=", "")}.${body}.AA`,
      }),
      handedOut("theirs", { ...shop, snapshot: other.snapshot }),
      handedOut("hers", { ...shop, member: stranger }),
      handedOut("mine", shop),
    ]);
    expect(problems(answer)).toEqual([
      "snapshot_expired",
      "snapshot_expired",
      ...Array.from({ length: 5 }, () => "snapshot_invalid"),
      null,
    ]);
    await shop.wait(3 * 24 * HOUR_MS);
    const expired = handedOut("expired", shop, now + 3 * 24 * HOUR_MS);
    expect(problems(await sync(shop.till, [expired]))).toEqual(["snapshot_expired"]);
    // What was handed out in time may arrive late.
    expect(problems(await sync(shop.till, [handedOut("queued", shop, now + 24 * HOUR_MS)]))).toEqual([null]);
  });

  test("stays with a member who has gone up in another meanwhile", async () => {
    const shop = await counter();
    const kept = text((await shop.till.must("POST", "/v1/members", {}))["member"]?.["id"]);
    const from = { from: { id: shop.member } };
    const { token } = await shop.till.must("POST", `/v1/members/${kept}/merge/preview`, from);
    await shop.till.must("POST", `/v1/members/${kept}/merge`, { ...from, token });
    for (const [key, member] of [
      ["r1", shop.member],
      ["r2", kept],
    ] as const) {
      expect(problems(await sync(shop.till, [handedOut(key, { ...shop, member })]))).toEqual([null]);
    }
    expect(await available(shop.till, kept)).toBe(10);
  });

  test("needs the merchant's leave: without it there is no snapshot, and none is taken", async () => {
    const shop = await counter();
    const silent = await createTestMerchant();
    const found = await silent.till.must("POST", "/v1/members", {});
    const id = text(found["member"]?.["id"]);
    expect((await silent.till.must("GET", `/v1/members/${id}`))["snapshot"]).toBeUndefined();
    await shop.changeProgram(cafeProgram);
    await shop.wait(2 * HOUR_MS);
    const later = handedOut("r1", shop, Date.now() + HOUR_MS);
    expect(problems(await sync(shop.till, [later]))).toEqual(["offline_redemption_off"]);
  });
});
