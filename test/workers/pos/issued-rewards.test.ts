import { expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type Json } from "../../support/workerd/merchant.ts";
import { countedCall } from "./counting.ts";
import { listOf, text } from "./routes.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const DAY_MS = 86_400_000;
const cake = {
  id: "rew_cake",
  name: { nl: "taart", en: "cake" },
  cost: { unit: "points", amount: 500 },
  effect: { kind: "amount_off", amount: 300 },
  automatic: true,
  valid_for: { days: 30 },
};
const mug = {
  id: "rew_last_mug",
  name: { nl: "laatste mok", en: "last mug" },
  cost: { unit: "points", amount: 10 },
  effect: { kind: "product" },
  stock_max: 1,
};

async function shop() {
  const program = { ...cafeProgram, rewards: [...cafeProgram.rewards, cake, mug] };
  const merchant = await createTestMerchant({ program });
  const { till } = merchant;
  const made = await till.must("POST", "/v1/members", { name: "Anna" });
  const member = { id: text(made["member"]?.["id"]) };
  const open = async () => listOf((await till.must("GET", `/v1/members/${member.id}`))["issued_rewards"]);
  const points = (answer: Json) => listOf(answer["wallet"]?.["balances"])[0]?.["available"];
  return { merchant, till, member, card: text(made["card_token"]), open, points };
}

test("a gift with a message is on the member's card and is redeemed once, for nothing", async () => {
  const { till, member, open } = await shop();
  const body = { member, reward: "rew_two_euro", expires_on: "2099-12-31", message: "Dank je wel", staff: "c07" };
  const first = await till.call("POST", "/v1/gifts", { body, idem: "gift-1" });
  const again = await till.call("POST", "/v1/gifts", { body, idem: "gift-1" });

  expect(first.body["gift"]).toMatchObject({ object: "gift", message: "Dank je wel", unit: null });
  expect([again.body, again.headers.get("idempotency-replayed")]).toEqual([first.body, "true"]);
  const [issued] = await open();
  expect(issued).toMatchObject({ origin: "gift", message: "Dank je wel", expires_on: "2099-12-31", held: false });
  const issued_reward = text(issued?.["id"]);

  const redeem = (idem: string) => till.call("POST", "/v1/redemptions", { body: { member, issued_reward }, idem });
  const held = await redeem("a");
  expect(held.body["redemption"]).toMatchObject({ reward: "rew_two_euro", cost: { amount: 0 }, state: "held" });
  expect((await redeem("b")).body).toMatchObject({ status: 409, code: "issued_reward_held" });
  const redemptions = [text(held.body["redemption"]?.["id"])];
  const sold = await till.must("POST", "/v1/sales", { receipt: "R-1", member, total: eur(800), redemptions });
  expect(sold["issued_rewards"]).toEqual([]);
  expect((await redeem("c")).body).toMatchObject({ status: 409, code: "issued_reward_gone" });

  const other = await createTestMerchant();
  const stranger = { id: text((await other.till.must("POST", "/v1/members", {}))["member"]?.["id"]) };
  const stolen = { body: { member: stranger, issued_reward } };
  expect((await other.till.call("POST", "/v1/redemptions", stolen)).body).toMatchObject({
    code: "issued_reward_unknown",
  });
});

test("points given by hand are spent at once", async () => {
  const { till, member, points } = await shop();
  const given = await till.must("POST", "/v1/gifts", { member, unit: "points", amount: 40, message: "Hoera" });
  expect([points(given), listOf(given["entries"])[0]?.["type"]]).toEqual([40, "gifted"]);
  expect(listOf(given["explanation"])).toEqual(["+40 punten: cadeau"]);
  const held = await till.call("POST", "/v1/redemptions", { body: { member, reward: "rew_two_euro" } });
  expect(held.status).toBe(201);
});

test("a sale that reaches the threshold issues its reward; the return takes it back; its last day ends it", async () => {
  const { merchant, till, member, open, points } = await shop();
  const body = { receipt: "R-1", member, total: eur(110_000) };
  const { answer, calls } = await countedCall("POST", "/v1/sales", { key: till.key, body });
  expect(calls.filter((call) => !call.startsWith("MERCHANT_REGISTRY"))).toEqual(["MEMBER_ACCOUNT.run"]);
  expect([listOf(answer.body["issued_rewards"]).length, points(answer.body)]).toEqual([2, 100]);

  const back = { return_id: "T-1", sale: { id: text(answer.body["sale"]?.["id"]) }, total: eur(20_000) };
  const returned = await till.must("POST", "/v1/returns", back);
  expect([(await open()).length, points(returned)]).toEqual([1, 400]);

  await merchant.wait(32 * DAY_MS);
  expect(await open()).toEqual([]);
});

test("paid for now, collected later: the stock is taken when it is paid for, and comes back when it is cancelled", async () => {
  const { merchant, till, member, points } = await shop();
  await till.must("POST", "/v1/adjustments", { member, unit: "points", delta: 25, reason: "start" });
  const buy = () => till.call("POST", "/v1/issued-rewards", { body: { member, reward: mug.id } });
  const bought = await buy();
  expect([bought.status, points(bought.body)]).toEqual([201, 15]);
  expect((await buy()).body).toMatchObject({ status: 409, code: "out_of_stock" });

  const issued_reward = text(bought.body["issued_reward"]?.["id"]);
  const cancelled = await till.must("POST", `/v1/issued-rewards/${issued_reward}/cancel`);
  expect(points(cancelled)).toBe(25);
  await merchant.wait(DAY_MS);
  const second = await buy();
  const redeem = { member, issued_reward: text(second.body["issued_reward"]?.["id"]) };
  const held = await till.must("POST", "/v1/redemptions", redeem);
  await till.must("POST", `/v1/redemptions/${text(held["redemption"]?.["id"])}/capture`);
  await merchant.wait(DAY_MS);
  expect((await buy()).body).toMatchObject({ status: 409, code: "out_of_stock" });
});
