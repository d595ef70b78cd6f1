import { expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type Json } from "../../support/workerd/merchant.ts";
import { listOf, text } from "./routes.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const DAY_MS = 86_400_000;

const cake = {
  id: "rew_cake",
  name: { nl: "taart", en: "cake" },
  cost: { unit: "points", amount: 10 },
  effect: { kind: "product", sku: "CAKE" },
  cost_price: 120,
};
const rewards = [
  ...cafeProgram.rewards,
  { ...cake, limit: { per_day: 1 }, minimum_spend: 500 },
  { ...cake, id: "rew_over", valid_until: "2020-01-01" },
];

test("a level pays its own price for a reward, and some rewards are for a level alone", async () => {
  const gold = { id: "tir_gold", name: { nl: "Goud", en: "Gold" }, from: 10_000 };
  const { till } = await createTestMerchant({
    program: {
      ...cafeProgram,
      tiers: { basis: "spend", window: { kind: "rolling", months: 12 }, levels: [gold] },
      rewards: [
        ...cafeProgram.rewards,
        { ...cake, cost: { unit: "points", amount: 100 }, tier_prices: [{ tier: "tir_gold", amount: 80 }] },
        { ...cake, id: "rew_gold", tiers: ["tir_gold"] },
      ],
    },
  });
  const english = { "accept-language": "en" };
  const member = { id: text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]) };
  await till.must("POST", "/v1/adjustments", { member, unit: "points", delta: 90, reason: "start" });
  const shown = async (id: string) => {
    const { body } = await till.call("POST", "/v1/members/identify", { body: { member }, headers: english });
    return listOf(body["rewards"]).find((reward) => text(reward["id"]) === id);
  };
  const ask = (reward: string) => till.call("POST", "/v1/redemptions", { body: { member, reward }, headers: english });

  expect(await shown("rew_cake")).toMatchObject({ cost: { amount: 100 }, regular_amount: null, available: false });
  expect(await shown("rew_gold")).toMatchObject({
    available: false,
    unavailable_because: "reward_not_for_tier",
    tiers: [{ id: "tir_gold", name: "Gold" }],
  });
  expect((await ask("rew_gold")).body).toMatchObject({ status: 409, code: "reward_not_for_tier" });

  await till.must("POST", "/v1/sales", { receipt: "R-gold", member, total: eur(10_000) });
  expect(await shown("rew_cake")).toMatchObject({ cost: { amount: 80 }, regular_amount: 100, available: true });
  const { body } = await ask("rew_cake");
  expect(body).toMatchObject({ redemption: { cost: { unit: "points", amount: 80 } } });
  expect(listOf(body["explanation"])[0]).toContain("the price for Gold instead of 100");
  const id = text(body["redemption"]?.["id"]);
  const sold = await till.must("POST", "/v1/sales", { receipt: "R-1", member, total: eur(1000), redemptions: [id] });
  const back = { return_id: "T-1", sale: { id: text(sold["sale"]?.["id"]) } };
  const returned = await till.must("POST", "/v1/returns", back);
  expect(JSON.stringify(returned["entries"])).toContain('"delta":80');
  expect((await ask("rew_gold")).status).toBe(201);
});

test("conditions on a reward hold at the till, and say what to do", async () => {
  const merchant = await createTestMerchant({ program: { ...cafeProgram, rewards } });
  const { till } = merchant;
  const english = { "accept-language": "en" };
  const member = { id: text((await till.must("POST", "/v1/members", { name: "Anna" }))["member"]?.["id"]) };
  await till.must("POST", "/v1/adjustments", { member, unit: "points", delta: 500, reason: "start" });
  const ask = (body: object) => till.call("POST", "/v1/redemptions", { body: { member, ...body }, headers: english });

  expect((await ask({ reward: "rew_over" })).body).toMatchObject({
    status: 409,
    code: "reward_closed",
    detail: "rew_over can be had up to and including 1 January 2020.",
  });
  expect((await ask({ reward: "rew_cake", sale_total: eur(499) })).body).toMatchObject({
    code: "minimum_spend_not_met",
  });

  const held = await ask({ reward: "rew_cake" });
  const id = text(held.body["redemption"]?.["id"]);
  expect((await till.call("POST", `/v1/redemptions/${id}/capture`)).body).toMatchObject({ code: "sale_required" });
  const sold = (total: number) =>
    till.call("POST", "/v1/sales", {
      body: { receipt: `R-${total}`, member, total: eur(total), redemptions: [id] },
    });
  expect((await sold(499)).body).toMatchObject({ status: 409, code: "minimum_spend_not_met" });
  expect((await sold(500)).status).toBe(201);

  expect((await ask({ reward: "rew_cake", sale_total: eur(800) })).body).toMatchObject({
    code: "reward_limit_reached",
    detail: "The member has had rew_cake once today, which is the most.",
  });
  const shown = async () => listOf((await till.must("POST", "/v1/members/identify", { member }))["rewards"]);
  const status = (all: readonly Json[]) => all.find((reward) => text(reward["id"]) === "rew_cake");
  expect(status(await shown())).toMatchObject({ available: false, unavailable_because: "reward_limit_reached" });

  await merchant.wait(DAY_MS);
  expect(status(await shown())).toMatchObject({ available: true, unavailable_because: null });
  expect((await ask({ reward: "rew_cake", sale_total: eur(800) })).status).toBe(201);
});
