import { expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "./routes.ts";

const tasting = {
  id: "rew_tasting",
  name: { nl: "proeverij", en: "tasting" },
  cost: { unit: "points", amount: 20 },
  effect: { kind: "event", starts_at: "2099-03-14T19:30:00+01:00" },
  stock_max: 1,
  limit: { total: 1 },
};

test("a seat at an event is signed up for once, and checked in by scanning the card", async () => {
  const program = { ...cafeProgram, rewards: [...cafeProgram.rewards, tasting] };
  const { till } = await createTestMerchant({ program });
  const join = async () => {
    const made = await till.must("POST", "/v1/members", {});
    const member = { id: text(made["member"]?.["id"]) };
    await till.must("POST", "/v1/adjustments", { member, unit: "points", delta: 100, reason: "start" });
    return { member, card: text(made["card_token"]) };
  };
  const [anna, bram] = [await join(), await join()];
  const signUp = (member: object) => till.call("POST", "/v1/issued-rewards", { body: { member, reward: tasting.id } });

  const seat = await signUp(anna.member);
  expect(seat.status).toBe(201);
  expect((await signUp(anna.member)).body).toMatchObject({ status: 409 });
  expect((await signUp(bram.member)).body).toMatchObject({ status: 409, code: "out_of_stock" });

  const issued_reward = text(seat.body["issued_reward"]?.["id"]);
  const held = await till.must("POST", "/v1/redemptions", { member: { card: anna.card }, issued_reward });
  expect(held["redemption"]).toMatchObject({ effect: { kind: "event", discount: { amount: 0 }, final: true } });
  const id = text(held["redemption"]?.["id"]);
  const checkedIn = await till.must("POST", `/v1/redemptions/${id}/capture`);
  expect(checkedIn["redemption"]).toMatchObject({ state: "captured", reward: tasting.id });
  expect((await till.call("POST", `/v1/redemptions/${id}/capture`)).body).toMatchObject({
    code: "redemption_captured",
  });
});
