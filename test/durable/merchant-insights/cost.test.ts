import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import { generationTables } from "../../../src/durable/merchant-insights/migrations.ts";
import { cafeProgram, coffee, grant, hold, programPayload, returnOf, sale } from "../../support/workerd/account.ts";
import { TestShop } from "./support.ts";
import { eventually } from "../../support/eventually.ts";

// What the projection of a booking costs. The budget is a promise: three rows for a sale, in one call.

interface Cost {
  readonly written: number;
  readonly read: number;
  readonly alarms: number;
  readonly pushes: number;
}

/** Counts what insights reads and writes, and how often it is called, while `run` books and all of it arrives. */
async function countProjection(shop: TestShop, run: () => Promise<unknown>): Promise<Cost> {
  await shop.settle();
  const count = { written: 0, read: 0, alarms: 0 };
  const restore = await shop.inside((storage) => {
    const exec = storage.sql.exec.bind(storage.sql);
    const execSpy = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...bindings) => {
      const cursor = exec<never>(query, ...bindings);
      const toArray = cursor.toArray.bind(cursor);
      count.written += cursor.rowsWritten;
      cursor.toArray = () => {
        const rows = toArray();
        count.read += cursor.rowsRead;
        return rows;
      };
      return cursor;
    });
    const setAlarm = storage.setAlarm.bind(storage);
    const alarmSpy = vi.spyOn(storage, "setAlarm").mockImplementation((at) => {
      count.alarms += 1;
      return setAlarm(at);
    });
    return () => [execSpy, alarmSpy].forEach((spy) => spy.mockRestore());
  });
  const push = vi.spyOn(InsightsClient.prototype, "push");
  await run();
  const heads = new Map(
    await Promise.all(
      shop.accounts.map(async (account) => [account.id, (await account.chainRows()).at(-1)?.seq] as const),
    ),
  );
  await eventually(async () => {
    const anchors = await runInDurableObject(shop.stub, (object) =>
      object.anchors({ to: shop.name, after: "", limit: 500 }),
    );
    expect(new Map(anchors.map(({ account, seq }) => [account, seq]))).toEqual(heads);
  });
  const pushes = push.mock.calls.length;
  push.mockRestore();
  restore();
  return { ...count, pushes };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const five = { id: "prm_five", name: { en: "Five" }, gives: { kind: "addition", give: 5 } };
const underBudget = programPayload(2, {
  ...cafeProgram,
  promotions: [{ ...five, budget: { points_max: 1_000_000 } }],
});

async function openShop() {
  const shop = new TestShop();
  const account = await shop.account();
  await account.book(grant(1000));
  return { shop, account };
}

test("a sale is one call and three rows: itself, its place in its account's ledger, its receipt", async () => {
  const { shop, account } = await openShop();
  const lines = Array.from({ length: 50 }, (_, index) => coffee(`l${index}`));

  const cost = await countProjection(shop, () => account.book(sale({ lines })));

  expect(cost).toMatchObject({ written: 3, alarms: 0, pushes: 1 });
});

test("a sale that captures holds, after eviction, with a member's whole history, costs the same", async () => {
  const { shop, account } = await openShop();
  for (let index = 0; index < 40; index += 1) await account.book(sale());
  const held = await account.book(hold("rew_two_euro"));
  await account.evict();

  expect(await countProjection(shop, () => account.book(sale({ holds: [held.body.seq] })))).toMatchObject({
    written: 3,
    alarms: 0,
    pushes: 1,
  });
});

test("a sale under a promotion with a budget writes no row more", async () => {
  const { shop, account } = await openShop();
  await account.book(sale(), { programs: [underBudget] });

  const cost = await countProjection(shop, () => account.book(sale(), { programs: [underBudget] }));
  expect(cost).toMatchObject({ written: 3, alarms: 0, pushes: 1 });
});

describe("other bookings", () => {
  test("a return writes two rows, and one more when it takes a whole sale back", async () => {
    const { shop, account } = await openShop();
    const sold = await account.book(sale({ total: 1000 }));

    expect(
      await countProjection(shop, () => account.book(returnOf(sold.body, { return_id: "a", total: 100 }))),
    ).toMatchObject({ written: 2 });
    expect(await countProjection(shop, () => account.book(returnOf(sold.body, { return_id: "b" })))).toMatchObject({
      written: 3,
    });
  });

  test("a hold of what must be handed over writes four rows, a kept refusal two", async () => {
    const { shop, account } = await openShop();

    // The booking and its index entry, and the same on the list of what is still to be handed out.
    expect(await countProjection(shop, () => account.book(hold("rew_mug")))).toMatchObject({ written: 4, pushes: 1 });
    expect(await countProjection(shop, () => account.send(hold("rew_free_coffee")))).toMatchObject({ written: 2 });
  });

  test("replays, previews and reads are not projected", async () => {
    const { shop, account } = await openShop();
    const command = sale();
    await account.book(command, { key: "k" });

    const nothing = { written: 0, alarms: 0, pushes: 0 };
    expect(await countProjection(shop, () => account.book(command, { key: "k" }))).toMatchObject(nothing);
    expect(await countProjection(shop, () => account.preview(sale()))).toMatchObject(nothing);
    expect(await countProjection(shop, () => account.view())).toMatchObject(nothing);
  });
});

test("sales that follow each other at once travel together", async () => {
  const { shop, account } = await openShop();

  const cost = await countProjection(shop, async () => {
    for (let index = 0; index < 20; index += 1) await account.book(sale());
  });

  expect(cost.written).toBe(60);
  expect(cost.pushes).toBeLessThanOrEqual(5);
});

test("the first sale of a day folds the day before: one row per location and day, and one to remember it", async () => {
  const { shop, account } = await openShop();
  for (let index = 0; index < 10; index += 1) await account.book(sale());
  await shop.settle();
  const before = await shop.totals();
  const real = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => real() + 26 * 3_600_000);

  const cost = await countProjection(shop, () => account.book(sale({ total: 100 })));

  // The sale's three, the roll-ups of the two days that had bookings, the place they are folded up to, the zones.
  expect(cost.written).toBeLessThanOrEqual(3 + 2 + 1 + 1);
  const { sum } = await shop.totals();
  expect(sum).toMatchObject({ sales: before.sum.sales + 1, revenue: before.sum.revenue + 100 });
  expect(await countProjection(shop, () => account.book(sale()))).toMatchObject({ written: 3 });
  // A booking that comes so late that its time is folded already is added to its day at once.
  const late = await shop.inside((storage) => storage.sql.exec("SELECT day, location FROM day_1").toArray());
  expect(late.length).toBe(2);
});

test("what a promotion has given is the same after its day was folded, for a sale that comes late, and after sleep", async () => {
  const { shop, account } = await openShop();
  const late = await shop.account();
  const sell = (by = account) => by.book(sale(), { programs: [underBudget] });
  const given = async () => {
    await shop.settle();
    const awake = await shop.insights.budgets();
    await shop.evict();
    expect(await shop.insights.budgets()).toEqual(awake);
    return awake[0]?.used;
  };
  for (let index = 0; index < 3; index += 1) await sell();
  expect(await given()).toBe(15);

  const real = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => real() + 26 * 3_600_000);
  await sell();
  expect(await given()).toBe(20);
  expect(await shop.inside((storage) => storage.sql.exec("SELECT used FROM budget").toArray())).toEqual([{ used: 15 }]);

  vi.restoreAllMocks();
  await sell(late);
  expect(await given()).toBe(25);
  expect(await shop.inside((storage) => storage.sql.exec("SELECT used FROM budget").toArray())).toEqual([{ used: 20 }]);
});

test("reads write nothing", async () => {
  const { shop, account } = await openShop();
  await account.book(sale());

  const cost = await countProjection(shop, async () => {
    await shop.feed();
    await shop.totals();
    await shop.insights.flags({ state: null, behind: null, limit: 10 });
    await shop.insights.audit({ before: null, location: null, limit: 10 });
    await shop.insights.sightings("mem_x");
    await shop.insights.baskets({ after: 0, limit: 10 });
    await shop.insights.anchors({ after: "", limit: 10 });
    await shop.insights.health();
  });

  expect(cost).toMatchObject({ written: 0, alarms: 0, pushes: 0 });
});

test("asking before anything was projected makes nothing", async () => {
  const shop = new TestShop();

  expect(await shop.feed()).toEqual([]);
  expect(await shop.totals()).toMatchObject({ days: [] });
  expect(await shop.insights.startWalk("repair")).toBe("nothing_here");
  expect(await shop.insights.health()).toMatchObject({ exists: false });
  expect(await shop.insights.push({ account: "m00000000000000a", rows: [], failed_attempts: 0 })).toEqual({ seq: 0 });
  const tables = await shop.inside((storage) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
  );
  expect(tables).toEqual([]);
});

test("a generation has two indexes and no more: each would be billed per sale", () => {
  expect(generationTables(1).match(/CREATE (UNIQUE )?INDEX/g)).toHaveLength(2);
});
