import { afterEach, describe, expect, test, vi } from "vitest";
import type { Command } from "../../../src/domain/ledger/command.ts";
import { Projector } from "../../../src/durable/member-account/projector.ts";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import { InsightsStore } from "../../../src/durable/merchant-insights/store.ts";
import {
  cafeProgram,
  coffee,
  grant,
  hold,
  line,
  programPayload,
  returnLine,
  returnOf,
  sale,
  type TestAccount,
} from "../../support/workerd/account.ts";
import { ledgerRows, newAccountId, randomFrom, TestShop } from "./support.ts";
import { eventually } from "../../support/eventually.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the accounts themselves say: balances, bookings and heads of their chains. */
async function truthOf(accounts: readonly TestAccount[]) {
  const liability: Record<string, number> = {};
  const bookings: string[] = [];
  const anchors: object[] = [];
  const budgets: Record<string, number> = {};
  let revenue = 0;
  let returned = 0;
  for (const account of accounts) {
    for (const { unit, available, pending, held } of (await account.view()).wallet.balances) {
      liability[unit] = (liability[unit] ?? 0) + available + pending + held;
    }
    for (const { body } of await account.bookings()) {
      bookings.push(`${account.id}:${body.seq}:${body.type}`);
      if (body.type === "sale" && body.sale.currency === "EUR") revenue += body.sale.total;
      if (body.type === "return") returned += body.amount;
      const uses = body.type === "sale" || body.type === "return" ? (body.budgets ?? []) : [];
      for (const { promotion, used } of uses) budgets[promotion] = (budgets[promotion] ?? 0) + used;
    }
    const head = (await account.chainRows()).at(-1);
    anchors.push({ account: account.id, seq: head?.seq, hash_hex: head?.hash_hex });
  }
  return { liability, bookings: bookings.sort(), anchors: anchors.sort(byAccount), revenue, returned, budgets };
}

/** The same as insights has it. */
async function projectedBy(shop: TestShop) {
  const { sum } = await shop.totals();
  const feed = await shop.feed();
  const anchors = await shop.insights.anchors({ after: "", limit: 500 });
  return {
    liability: sum.units,
    bookings: feed.map(({ account, seq, type }) => `${account}:${seq}:${type}`).sort(),
    anchors: [...anchors].sort(byAccount),
    revenue: sum.revenue,
    returned: sum.returned,
    budgets: Object.fromEntries((await shop.insights.budgets()).map(({ promotion, used }) => [promotion, used])),
  };
}

function byAccount(left: object, right: object): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

async function expectEqual(shop: TestShop): Promise<void> {
  const truth = await truthOf(shop.accounts);
  const { liability, ...projected } = await projectedBy(shop);
  const open = Object.fromEntries(Object.keys(truth.liability).map((unit) => [unit, liability[unit]?.open ?? 0]));
  expect({ liability: open, ...projected }).toEqual(truth);
}

/** Insights throws for everybody until the mocks are restored. */
function breakInsights(): void {
  vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(InsightsClient.prototype, "push").mockRejectedValue(new Error("insights is down"));
}

test("a sale is in the feed, the roll-ups and the baskets within a second, and nobody has waited for it", async () => {
  const shop = new TestShop();
  const account = await shop.account();
  const sold = await account.book(sale({ lines: [coffee("1", 2), line("2", 450, { sku: "CAKE", name: "Taart" })] }));

  await eventually(async () => expect(await shop.feed()).toHaveLength(2));

  const [item] = (await shop.insights.feed({ before: null, limit: 1, account: null, location: null, types: null }))
    .items;
  expect(item).toMatchObject({
    account: account.id,
    seq: sold.body.seq,
    type: "sale",
    location: "loc_0000000000000001",
    day: "2026-08-10",
    voided: false,
    facts: { sold: 1150, currency: "EUR", first_visit: true, units: { points: { given: 11, open: 11 } } },
  });
  expect(await shop.totals()).toMatchObject({
    days: expect.arrayContaining([
      {
        day: "2026-08-10",
        location: "loc_0000000000000001",
        tally: expect.objectContaining({ sales: 1, revenue: 1150, members_seen: 1 }),
      },
    ]),
    sum: { new_members: 1 },
  });
  expect(await shop.insights.baskets({ after: 0, limit: 10 })).toMatchObject([
    { account: account.id, lines: [{ sku: "COF", quantity_milli: 2000 }, { sku: "CAKE" }] },
  ]);
  await expectEqual(shop);
});

test("an account that takes a lost delivery for a delivered one is caught (negative control)", async () => {
  const shop = new TestShop();
  const account = await shop.account();
  await shop.settle();
  const { stub, name } = shop;
  let calls = 0;
  vi.spyOn(InsightsClient.prototype, "push").mockImplementation(async (message) => {
    calls += 1;
    const last = message.rows.at(-1);
    return calls % 3 === 1 && last !== undefined ? { seq: last.seq } : stub.push({ to: name, ...message });
  });
  await account.book(grant(100));
  await shop.settle();

  expect(calls).toBeGreaterThan(0);
  await expect(expectEqual(shop)).rejects.toThrow("to deeply equal");
});

test("a day's sums: sales, returns, rewards, members once each", async () => {
  const shop = new TestShop();
  const [anna, bram] = [await shop.account(), await shop.account()];
  await anna.book(grant(100));
  const first = await anna.book(sale({ total: 1000 }));
  const reward = await anna.book(hold("rew_two_euro", { sale_total: 500 }));
  await anna.book(sale({ total: 300, holds: [reward.body.seq] }));
  await bram.book(sale({ total: 2000 }));
  await bram.book(sale({ total: 700, currency: "USD" }));
  await anna.book(returnOf(first.body, { total: 400 }));
  await shop.settle();

  const { sum, days } = await shop.totals();
  expect(sum).toEqual({
    sales: 4,
    revenue: 3300,
    foreign_sales: 1,
    returns: 1,
    returned: 400,
    discounts: 200,
    reward_costs: 0,
    // Each on the day of the sales, and Anna again today, when she brought something back.
    members_seen: 3,
    new_members: 2,
    rewards: { rew_two_euro: 1 },
    units: expect.objectContaining({ points: { given: 133, redeemed: 20, taken_back: 4, open: 109 } }),
  });
  expect(days.find(({ day }) => day === "2026-08-10")?.tally).toMatchObject({ sales: 4, members_seen: 2 });
  await expectEqual(shop);
});

describe("however bookings arrive", () => {
  test("duplicates are passed over, reordered ones wait for what is missing, gaps are named", async () => {
    // Nothing but what this test brings.
    vi.spyOn(Projector.prototype, "note").mockReturnValue();
    const shop = new TestShop();
    const account = await shop.account();
    for (let index = 0; index < 5; index += 1) await account.book(sale());
    const rows = await ledgerRows(account);
    const push = (from: number, to: number) =>
      shop.insights.push({ account: account.id, rows: rows.slice(from, to), failed_attempts: 0 });

    expect(await push(3, 5)).toEqual({ seq: 0 });
    expect(await push(0, 3)).toEqual({ seq: 3 });
    expect(await push(0, 2)).toEqual({ seq: 3 });
    expect(await push(2, 6)).toEqual({ seq: 6 });
    expect(await push(0, 6)).toEqual({ seq: 6 });
    expect(await push(0, 0)).toEqual({ seq: 6 });
    await expectEqual(shop);
  });

  test("an account that died between its commit and its delivery sends it with its next booking", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    breakInsights();
    await account.book(sale());
    await account.book(sale());
    await account.evict();
    vi.restoreAllMocks();

    await account.book(sale());

    await eventually(async () => expect(await shop.feed()).toHaveLength(4));
    await expectEqual(shop);
  });

  test("and without another booking, when its alarm rings", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    await account.ring();
    breakInsights();
    await account.book(sale());
    await account.evict();
    vi.restoreAllMocks();

    expect(await account.ring()).toBe(true);
    await expectEqual(shop);
    expect(await account.inside((storage) => storage.getAlarm())).toBe(null);
  });

  test("a backlog of hundreds arrives in pages", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    breakInsights();
    for (let index = 0; index < 150; index += 1) await account.book(grant(1));
    vi.restoreAllMocks();
    const push = vi.spyOn(InsightsClient.prototype, "push");

    await account.inside((_, object) => object.alarm());

    expect(push.mock.calls.filter(([{ rows }]) => rows.length > 0).length).toBeLessThanOrEqual(3);
    await expectEqual(shop);
  });
});

describe("insights out of order", () => {
  test("the sale goes on, the failure is logged and counted, the alarm waits longer and longer", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    await account.ring();
    const log = vi.spyOn(console, "log").mockReturnValue();
    breakInsights();

    await account.book(sale());

    await eventually(() => expect(log.mock.calls.flat().join("\n")).toContain("projection_failed"));
    const waits: number[] = [];
    const real = Date.now;
    let passed_ms = 0;
    vi.spyOn(Date, "now").mockImplementation(() => real() + passed_ms);
    for (let round = 0; round < 12; round += 1) {
      await account.inside((_, object) => object.alarm());
      const at = await account.inside((storage) => storage.getAlarm());
      waits.push((at ?? 0) - Date.now());
      passed_ms += Math.max(0, (at ?? 0) - Date.now());
    }
    expect(waits[0]).toBeGreaterThan(3_000);
    expect(waits.every((wait, index) => index < 4 || wait > 15_000)).toBe(true);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15 * 60_000 * 1.25 + 1);
    expect(waits.at(-1)).toBeGreaterThan(10 * 60_000);
    vi.restoreAllMocks();

    await account.inside((_, object) => object.alarm());

    await expectEqual(shop);
    const health = await shop.insights.health();
    expect(health).toMatchObject({ late_deliveries: 1 });
    expect(health.failed_attempts).toBeGreaterThanOrEqual(13);
  });

  test("an alarm that fails for a reason of its own is set again before the platform forgets it", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    await shop.settle();
    vi.spyOn(console, "log").mockReturnValue();
    vi.spyOn(Projector.prototype, "drain").mockRejectedValue(new Error("a bug"));
    vi.spyOn(InsightsStore.prototype, "meta").mockImplementation(() => {
      throw new Error("a bug");
    });
    const ring = (object: { alarm(info: AlarmInvocationInfo): Promise<void> }, retryCount: number) =>
      object.alarm({ isRetry: true, retryCount, scheduledTime: 0 }).then(() => "set again", String);

    for (const inside of [account, shop]) {
      expect(await inside.inside((_: unknown, object) => ring(object, 1))).toBe("Error: a bug");
      expect(await inside.inside((_: unknown, object) => ring(object, 5))).toBe("set again");
      const at_ms = (await inside.inside((storage) => storage.getAlarm())) ?? 0;
      expect(at_ms - Date.now()).toBeGreaterThan(14 * 60_000);
    }
  });

  test("sales during an outage set no more alarms than the outage needs", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    await account.ring();
    vi.spyOn(console, "log").mockReturnValue();
    breakInsights();
    const alarms = await account.inside((storage) => {
      const spy = vi.spyOn(storage, "setAlarm");
      return () => spy.mock.calls.length;
    });

    for (let index = 0; index < 20; index += 1) await account.book(sale());

    // The net of the first sale, and at most one earlier retry.
    expect(alarms()).toBeLessThanOrEqual(2);
  });
});

/** Commands of every kind; sequences are guessed, so some hit. */
function commandOf(random: (below: number) => number, index: number): Command {
  const seq = Math.max(1, index - random(12));
  const lines = [coffee("1", 1 + random(3)), line("2", 100 * random(40))];
  const commands: readonly (() => Command)[] = [
    () => sale({ receipt: `R-${index}`, lines, card_no: null }),
    () => sale({ receipt: `R-${index}`, total: 37 * random(200), card_no: null }),
    () => sale({ receipt: `R-${index}`, total: 900, holds: [seq], card_no: null }),
    () => sale({ receipt: `R-${random(index + 1)}`, total: 500, card_no: null }),
    () => grant(random(120) - 20),
    () => hold("rew_two_euro", { card_no: null }),
    () => hold({ unit: "points", amount: 1 + random(50) }, { card_no: null, sale_total: 1000 }),
    () => ({ type: (["capture", "cancel", "renew"] as const)[random(3)] ?? "renew", hold: seq }),
    () => returnOf({ seq }, { return_id: `T-${index}`, lines: [returnLine("1", 1000)] }),
    () => returnOf(`R-${index + random(4)}`, { return_id: `T-${index}`, total: random(600) }),
    () => returnOf(`R-${Math.max(0, index - random(5))}`, { return_id: `T-${index}` }),
    () => ({ type: "issue_card", card_kind: "digital", replaces: null }),
  ];
  return (commands[random(commands.length)] ?? (() => grant(1)))();
}

/** Bad luck of every kind, in an order that the seed decides. */
async function mishap(shop: TestShop, random: (below: number) => number): Promise<void> {
  const account = shop.accounts[random(shop.accounts.length)];
  if (account === undefined) return;
  const mishaps: readonly (() => Promise<unknown>)[] = [
    async () => vi.restoreAllMocks(),
    async () => vi.restoreAllMocks(),
    async () => breakInsights(),
    async () => {
      await account.view();
      await account.evict();
    },
    () => shop.evict(),
    async () => {
      const rows = await ledgerRows(account);
      const from = random(rows.length);
      const part = rows.slice(from, from + 1 + random(4));
      await shop.insights.push({ account: account.id, rows: part, failed_attempts: 0 }).catch(() => null);
    },
    () => account.ring(),
    () => shop.insights.startWalk(random(2) === 0 ? "rebuild" : "repair"),
    () => shop.inside((_, object) => object.alarm()),
    () => shop.insights.budgets(),
  ];
  await mishaps[random(mishaps.length)]?.();
}

const underBudget = programPayload(1, {
  ...cafeProgram,
  promotions: [
    { id: "prm_five", name: { en: "Five" }, gives: { kind: "addition", give: 5 }, budget: { points_max: 1_000_000 } },
  ],
});

test.for([1, 2, 3, 4, 5])(
  "after any interleaving of sales, evictions, outages, duplicates and rebuilds it equals the accounts (seed %i)",
  { timeout: 60_000 },
  async (seed) => {
    const random = randomFrom(seed);
    const shop = new TestShop();
    const join = () => shop.account("member", newAccountId(), underBudget);
    for (let index = 0; index < 3; index += 1) await join();
    for (let index = 0; index < 60; index += 1) {
      const account = shop.accounts[random(shop.accounts.length)];
      await account?.send(commandOf(random, index), { request_hash: "00" });
      if (random(3) === 0) await mishap(shop, random);
      if (index % 20 === 19) await join();
    }
    vi.restoreAllMocks();
    await shop.settle();
    await shop.finishWalk();

    await expectEqual(shop);
    const before = await shop.snapshot();
    expect(await shop.insights.startWalk("rebuild")).toBe("started");
    await shop.finishWalk();
    expect(await shop.snapshot()).toEqual(before);
    expect((await shop.insights.health()).broken_chains).toBe(0);
  },
);
