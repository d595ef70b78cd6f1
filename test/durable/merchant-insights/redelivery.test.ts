import { expect, test, vi } from "vitest";
import { Projector } from "../../../src/durable/member-account/projector.ts";
import { GenerationStore } from "../../../src/durable/merchant-insights/generation-store.ts";
import { coffee, grant, hold, returnOf, sale } from "../../support/workerd/account.ts";
import { ledgerRows, randomFrom, TestShop } from "./support.ts";

test("an insights that forgets how far it has come is caught (negative control)", async () => {
  vi.spyOn(Projector.prototype, "note").mockReturnValue();
  const shop = new TestShop();
  const account = await shop.account();
  await account.book(grant(40));
  const rows = await ledgerRows(account);
  const deliver = () => shop.insights.push({ account: account.id, rows, failed_attempts: 0 });
  await deliver();
  const once = { feed: (await shop.feed()).length, sum: (await shop.totals()).sum };
  await deliver();
  expect({ feed: (await shop.feed()).length, sum: (await shop.totals()).sum }).toEqual(once);

  await shop.inside(({ sql }) => sql.exec("DROP INDEX booking_1_account"));
  vi.spyOn(GenerationStore.prototype, "anchor").mockReturnValue(null);
  await deliver();
  expect((await shop.feed()).length).toBeGreaterThan(once.feed);
  expect((await shop.totals()).sum).not.toEqual(once.sum);
  vi.restoreAllMocks();
});

test.for([1, 2, 3, 4, 5])(
  "every booking delivered %i times over, in any order, is projected as if it had come once",
  async (times) => {
    vi.spyOn(Projector.prototype, "note").mockReturnValue();
    const shop = new TestShop();
    const account = await shop.account();
    await account.book(grant(40));
    const sold = await account.book(sale({ lines: [coffee("a", 2)] }));
    await account.book(hold("rew_two_euro"));
    await account.book(returnOf(sold.body, { total: 100 }));
    await account.book(sale({ total: 500 }));
    const rows = await ledgerRows(account);
    const random = randomFrom(times);
    const deliveries = Array.from({ length: times }, () => rows)
      .flat()
      .map((row) => ({ row, at: random(1_000_000) }))
      .toSorted((left, right) => left.at - right.at)
      .map(({ row }) => row);

    // What comes too early is not taken: the answer names the place, and the account brings it again from there.
    let arrived = 0;
    for (const row of deliveries) {
      const { seq } = await shop.insights.push({ account: account.id, rows: [row], failed_attempts: 0 });
      expect(seq === arrived || seq === arrived + 1).toBe(true);
      arrived = seq;
    }
    for (let turn = 0; turn < times; turn += 1) {
      await shop.insights.push({ account: account.id, rows: rows.slice(arrived), failed_attempts: 0 });
    }
    expect((await shop.feed()).map(({ seq, type }) => [seq, type])).toEqual(
      rows.map(({ seq, body }) => [seq, JSON.parse(body).type]).toReversed(),
    );
    const { sum } = await shop.totals();
    await shop.insights.startWalk("rebuild");
    await shop.finishWalk();
    expect((await shop.totals()).sum).toEqual(sum);
    expect(await shop.insights.health()).toMatchObject({ broken_chains: 0 });
    vi.restoreAllMocks();
  },
);
