import { expect, test } from "vitest";
import { createTestMerchant, type Json, type TestTill } from "../../support/workerd/merchant.ts";
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
