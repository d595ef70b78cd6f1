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

test("a sale gives a coupon for the next one: previewed, printed, used once, taken back with the sale that gave it", async () => {
  const coupon = { id: "rew_next", name: { nl: "10% korting", en: "10% off" }, valid_for: { days: 30 } };
  const promotion = { id: "prm_next", name: { en: "See you" }, minimum_spend: 2000 };
  const merchant = await createTestMerchant({
    program: {
      ...cafeProgram,
      promotions: [{ ...promotion, gives: { kind: "issue", reward: "rew_next" } }],
      rewards: [...cafeProgram.rewards, { ...coupon, effect: { kind: "percent_off", percent: 10 } }],
    },
  });
  const { till } = merchant;
  const english = { "accept-language": "en" };
  const member = { id: text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]) };
  const sale = { receipt: "R-1", member, total: { amount: 2000, currency: "EUR" } };
  const previewed = await till.call("POST", "/v1/sales/preview", { body: sale, headers: english });
  const { body: sold } = await till.call("POST", "/v1/sales", { body: sale, headers: english });
  for (const key of ["explanation", "receipt_lines", "wallet"]) expect(previewed.body[key]).toEqual(sold[key]);
  expect(listOf(previewed.body["issued_rewards"])).toHaveLength(1);
  const [issued] = listOf(sold["issued_rewards"]);
  expect(issued).toMatchObject({ reward: "rew_next", origin: "promotion", held: false });
  expect(JSON.stringify(sold["explanation"])).toContain("10% off: for another visit, until ");
  expect(JSON.stringify(sold["receipt_lines"])).toContain("10% off");

  const ask = { member, issued_reward: text(issued?.["id"]) };
  expect((await till.call("POST", "/v1/redemptions", { body: { member, reward: "rew_next" } })).body).toMatchObject({
    code: "reward_only_issued",
  });
  const held = await till.must("POST", "/v1/redemptions", ask);
  const used = { receipt: "R-2", member, total: { amount: 900, currency: "EUR" } };
  const second = { ...used, redemptions: [text(held["redemption"]?.["id"])] };
  expect((await till.must("POST", "/v1/sales", second))["issued_rewards"]).toEqual([]);

  const back = { return_id: "T-1", sale: { id: text(sold["sale"]?.["id"]) } };
  expect((await till.must("POST", "/v1/returns", back))["warnings"]).toMatchObject([{ code: "coupon_gone" }]);
  const third = await till.must("POST", "/v1/sales", { ...sale, receipt: "R-3" });
  expect(listOf(third["issued_rewards"])).toHaveLength(1);
  const again = { return_id: "T-2", sale: { id: text(third["sale"]?.["id"]) } };
  const { body: returned } = await till.call("POST", "/v1/returns", { body: again, headers: english });
  expect(returned["warnings"]).toEqual([]);
  expect(JSON.stringify(returned["explanation"])).toContain("10% off was taken back, because the sale was returned");
  const shown = await till.must("POST", "/v1/members/identify", { member });
  expect(shown["issued_rewards"]).toEqual([]);
});
