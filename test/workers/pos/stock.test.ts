import { expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { countedCall } from "./counting.ts";
import { text } from "./routes.ts";

const MINUTE_MS = 60_000;
const mug = {
  id: "rew_last_mug",
  name: { nl: "laatste mok", en: "last mug" },
  cost: { unit: "points", amount: 1 },
  effect: { kind: "product", sku: "MUG" },
};

async function shopWith(stock_max: number) {
  const rewards = [...cafeProgram.rewards, { ...mug, stock_max }];
  const merchant = await createTestMerchant({ program: { ...cafeProgram, rewards } });
  const { till } = merchant;
  const newMember = async () => {
    const id = text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]);
    await till.must("POST", "/v1/adjustments", { member: { id }, unit: "points", delta: 500, reason: "start" });
    return { id };
  };
  const member = await newMember();
  const ask = (idem?: string, of: object = member) =>
    till.call("POST", "/v1/redemptions", {
      body: { member: of, reward: mug.id },
      ...(idem === undefined ? {} : { idem }),
    });
  return { ...merchant, merchant, member, newMember, ask };
}

test("of 100 asking for the last one at once exactly one gets it", async () => {
  const { ask, member, newMember } = await shopWith(1);
  const other = await newMember();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => ask(undefined, index % 2 === 0 ? member : other)),
  );
  const codes = answers.map(({ status, body }) => (status === 201 ? "held" : text(body["code"])));

  expect(codes.filter((code) => code === "held")).toHaveLength(1);
  expect(codes.filter((code) => code === "out_of_stock")).toHaveLength(99);
}, 30_000);

test("what is cancelled or expires is free again; a retry hears the same whatever has become of the stock", async () => {
  const { ask, till, merchant } = await shopWith(1);
  const first = await ask("first");
  const id = text(first.body["redemption"]?.["id"]);
  expect((await ask()).body).toMatchObject({ status: 409, code: "out_of_stock" });
  await till.must("POST", `/v1/redemptions/${id}/cancel`);

  const second = await ask("second");
  expect(second.status).toBe(201);
  const again = await ask("first");
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);

  await merchant.wait(20 * MINUTE_MS);
  const third = await ask("third");
  expect(third.status).toBe(201);
  await till.must("POST", `/v1/redemptions/${text(third.body["redemption"]?.["id"])}/capture`);
  await merchant.wait(60 * MINUTE_MS);
  expect((await ask()).body).toMatchObject({ code: "out_of_stock" });
});

test("only a reward with a stock costs a call of its guard; a sale that captures it costs none", async () => {
  const { member, till } = await shopWith(5);
  const call = (reward: string) => countedCall("POST", "/v1/redemptions", { key: till.key, body: { member, reward } });
  await call(mug.id);

  expect((await call("rew_two_euro")).calls).toEqual(["MEMBER_ACCOUNT.run"]);
  const held = await call(mug.id);
  expect(held.calls).toEqual(["MERCHANT_GUARD.reserveStock", "MEMBER_ACCOUNT.run"]);
  const redemptions = [text(held.answer.body["redemption"]?.["id"])];
  const body = { receipt: "R-1", member, total: { amount: 500, currency: "EUR" }, redemptions };
  expect((await countedCall("POST", "/v1/sales", { key: till.key, body })).calls).toEqual(["MEMBER_ACCOUNT.run"]);
});

test("what is left is told, for a reward with a stock and one without", async () => {
  const { ask, till } = await shopWith(3);
  const left = async (id: string) => (await till.must("GET", `/v1/rewards/${id}/stock`))["left"];
  expect(await left(mug.id)).toBe(3);
  const held = await ask();
  expect(await left(mug.id)).toBe(2);
  await till.must("POST", `/v1/redemptions/${text(held.body["redemption"]?.["id"])}/capture`);
  expect([await left(mug.id), await left("rew_mug")]).toEqual([2, null]);
  const { body } = await till.call("GET", "/v1/rewards/rew_none/stock");
  expect(body).toMatchObject({ code: "reward_unknown" });
});
