import { expect, test } from "vitest";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "./routes.ts";

test("a till sells, the balance is right, a reward is redeemed and given back with the return", async () => {
  const { till } = await createTestMerchant();
  const made = await till.call("POST", "/v1/members", { body: { name: "Anna de Vries", phone: "06 12345678" } });
  expect(made).toMatchObject({ status: 201 });
  const sold = await till.call("POST", "/v1/sales", {
    body: {
      receipt: "1001",
      member: { phone: "0612345678" },
      total: { amount: 2550, currency: "EUR" },
      lines: [{ sku: "CAKE", category: "bakery", quantity: "1", amount: 2550, tax_rate: "9" }],
    },
  });
  expect(sold).toMatchObject({ status: 201 });
  expect(sold.body["wallet"]?.["balances"]?.[0]).toMatchObject({ unit: "points", available: 25 });
  const held = await till.call("POST", "/v1/redemptions", {
    body: { member: { phone: "0612345678" }, reward: "rew_two_euro" },
  });
  expect(held).toMatchObject({ status: 201 });
  const second = await till.call("POST", "/v1/sales", {
    body: {
      receipt: "1002",
      member: { phone: "0612345678" },
      total: { amount: 800, currency: "EUR" },
      lines: [
        { sku: "TEA", category: "tea", quantity: "2", amount: 1000, tax_rate: "9" },
        { kind: "discount", quantity: "1", amount: -200 },
      ],
      redemptions: [held.body["redemption"]?.["id"]],
    },
  });
  expect(second).toMatchObject({ status: 201 });
  const returned = await till.call("POST", "/v1/returns", {
    body: { return_id: "R1", sale: { id: second.body["sale"]?.["id"] } },
  });
  expect(returned).toMatchObject({ status: 201 });
  const read = await till.call("GET", `/v1/members/${text(made.body["member"]?.["id"])}`);
  expect(read.status).toBe(200);
  expect(read.body["wallet"]?.["balances"]?.[0]).toMatchObject({ unit: "points", available: 25, held: 0 });
  const entries = await till.call("GET", `/v1/members/${text(made.body["member"]?.["id"])}/entries`);
  expect(entries.status).toBe(200);
});
