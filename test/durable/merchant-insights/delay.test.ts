import { expect, test } from "vitest";
import { sale } from "../../support/workerd/account.ts";
import { TestShop } from "./support.ts";

// No timed promise: a busy machine is slow. It prints what it measured, and fails only when nothing arrives.

async function measure(accounts: number, sales: number, pause_ms: number): Promise<string> {
  const shop = new TestShop();
  for (let index = 0; index < accounts; index += 1) await shop.account();
  await shop.settle();
  await shop.evict();
  for (let index = 0; index < sales; index += 1) {
    await shop.accounts[index % accounts]?.book(sale());
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
  await shop.settle();
  const { delay } = await shop.insights.health();
  return `p50 ${delay.p50} ms, p99 ${delay.p99} ms, ${delay.count} deliveries of ${sales} sales`;
}

test("how long bookings take to arrive", { timeout: 60_000 }, async () => {
  const lone = await measure(20, 60, 30);
  const hot = await measure(1, 200, 0);

  expect(lone).not.toContain(" 0 deliveries");
  expect(hot).not.toContain(" 0 deliveries");
  console.log(`projection delay, one sale at a time: ${lone}`);
  console.log(`projection delay, one hot account: ${hot}`);
});
