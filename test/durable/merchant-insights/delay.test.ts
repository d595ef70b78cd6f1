import { expect, test } from "vitest";
import { sale } from "../../support/workerd/account.ts";
import { TestShop } from "./support.ts";

// No timed promise: a busy machine is slow.
test("says how long bookings took to arrive", async () => {
  const shop = new TestShop();
  for (let index = 0; index < 20; index += 1) await (await shop.account()).book(sale());
  await shop.settle();

  const { delay } = await shop.insights.health();
  expect(delay.count).toBeGreaterThan(0);
  expect(delay.p50).toBeGreaterThanOrEqual(0);
  expect(delay.p99).toBeGreaterThanOrEqual(delay.p50 ?? 0);
});
