import { describe, expect, test, vi } from "vitest";
import { grant, sale } from "../../support/workerd/account.ts";
import { TestShop } from "./support.ts";

async function soldTo(shop: TestShop) {
  const account = await shop.account();
  await account.book(grant(20));
  await account.book(sale());
  await shop.settle();
  return account;
}

async function verify(shop: TestShop) {
  expect(await shop.insights.startWalk("verify")).toBe("started");
  await shop.finishWalk();
  return shop.insights.flags({ state: "open", behind: null, limit: 10 });
}

describe("every night the ledgers that were written to are added up again", () => {
  test("those that hold raise nothing", async () => {
    const shop = new TestShop();
    await soldTo(shop);

    expect((await verify(shop)).flags).toEqual([]);
    expect((await shop.insights.health()).verified_at_ms).toBeGreaterThan(0);
  });

  test.for([
    ["a changed byte", `UPDATE booking SET body = replace(body, '"delta":20', '"delta":21') WHERE seq = 2`, 2],
    ["a changed hash", "UPDATE booking SET hash = zeroblob(32) WHERE seq = 3", 3],
    ["a missing booking", "DELETE FROM booking WHERE seq = 2", 3],
    ["a lost end", "DELETE FROM booking WHERE seq = 3", 3],
  ] as const)("%s is flagged at its booking", async ([_what, sql, seq]) => {
    vi.spyOn(console, "error").mockReturnValue();
    const shop = new TestShop();
    await soldTo(shop);
    const account = await soldTo(shop);
    await account.inside((storage) => void storage.sql.exec(sql));

    expect((await verify(shop)).flags).toMatchObject([
      { rule: "chain_broken", subject: account.id, evidence: [{ account: account.id, seq }] },
    ]);
    vi.restoreAllMocks();
  });

  test("a ledger that was rewritten with its whole chain is not what was seen", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const shop = new TestShop();
    const account = await soldTo(shop);
    // As good a forgery as can be made: only what insights has seen tells.
    await shop.inside(({ sql }) => void sql.exec("UPDATE booking_1 SET hash = zeroblob(32) WHERE seq = 2"));

    expect((await verify(shop)).flags).toMatchObject([{ rule: "chain_broken", subject: account.id }]);
    vi.restoreAllMocks();
  });

  test("a repair takes the place of a verification, and not the other way round", async () => {
    const shop = new TestShop();
    await soldTo(shop);
    await shop.insights.startWalk("verify");
    expect(await shop.insights.startWalk("repair")).toBe("started");
    expect(await shop.insights.startWalk("verify")).toBe("running");
    await shop.finishWalk();
  });
});
