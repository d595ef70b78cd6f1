import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CLAIM_MS } from "../../../src/domain/tenancy/receipt-account.ts";
import { Projector } from "../../../src/durable/member-account/projector.ts";
import {
  cafeProgram,
  coffee,
  grant,
  hold,
  line,
  programPayload,
  returnOf,
  sale,
} from "../../support/workerd/account.ts";
import { ledgerRows, newAccountId, TestShop } from "./support.ts";
import { eventually } from "../../support/eventually.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

async function busyShop(size: number): Promise<TestShop> {
  const shop = new TestShop();
  for (let index = 0; index < size; index += 1) {
    const account = await shop.account();
    const sold = await account.book(sale({ lines: [coffee("1", 1 + (index % 4))] }));
    if (index % 5 === 0) await account.book(returnOf(sold.body));
  }
  await shop.settle();
  return shop;
}

/** Counts rows of a table that may not be there. */
function rowsIn(shop: TestShop, table: string): Promise<number | null> {
  return shop.inside(({ sql }) => {
    const there = sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", table).toArray();
    return there.length === 0 ? null : sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n;
  });
}

describe("a rebuild", () => {
  test("ends with the same, in other tables, and the old ones go", { timeout: 30_000 }, async () => {
    const shop = await busyShop(60);
    const before = await shop.snapshot();
    const rows = await rowsIn(shop, "booking_1");

    expect(await shop.insights.startWalk("rebuild")).toBe("started");
    await shop.finishWalk();

    expect(await shop.snapshot()).toEqual(before);
    expect(await rowsIn(shop, "booking_1")).toBe(null);
    expect(await rowsIn(shop, "booking_2")).toBe(rows);
    expect(await shop.insights.health()).toMatchObject({
      generation: 2,
      walk: null,
      rebuilt_at_ms: expect.any(Number),
    });
  });

  test("repairs what was damaged here", async () => {
    const shop = await busyShop(6);
    const before = await shop.snapshot();
    await shop.inside(({ sql }) => {
      sql.exec("UPDATE booking_1 SET facts = '{}', basket = NULL WHERE seq = 2");
      sql.exec("DELETE FROM booking_1 WHERE seq = 3");
    });
    expect(await shop.snapshot()).not.toEqual(before);

    await shop.insights.startWalk("rebuild");
    await shop.finishWalk();

    expect(await shop.snapshot()).toEqual(before);
  });

  test(
    "is read from as before and takes new bookings while it runs, step by step, through evictions",
    { timeout: 30_000 },
    async () => {
      const shop = await busyShop(120);
      const total = (await shop.totals()).sum.sales;
      // The alarm rings by itself; only this test shall take steps.
      await shop.insights.startWalk("rebuild");
      let steps = 0;
      let sold = 0;
      for (let round = 0; round < 200; round += 1) {
        const { walk } = await shop.insights.health();
        if (walk === null) break;
        expect((await shop.totals()).sum.sales).toBe(total + sold);
        await shop.accounts[(round * 37) % 120]?.book(sale());
        sold += 1;
        await eventually(async () => expect((await shop.totals()).sum.sales).toBe(total + sold));
        if (round % 2 === 0) await evictDurableObject(shop.stub);
        await runDurableObjectAlarm(shop.stub);
        steps += 1;
      }

      expect(steps).toBeGreaterThanOrEqual(2);
      expect(await shop.insights.health()).toMatchObject({ generation: 2, walk: null });
      await shop.settle();
      expect((await shop.totals()).sum.sales).toBe(total + sold);
    },
  );

  test("waits when an account cannot be reached, and goes on where it stopped", async () => {
    const shop = await busyShop(4);
    const before = await shop.snapshot();
    vi.spyOn(console, "log").mockReturnValue();
    const broken = vi.spyOn(env.MEMBER_ACCOUNT, "getByName").mockImplementation(() => {
      throw new Error("not now");
    });

    await shop.insights.startWalk("rebuild");
    await eventually(async () => expect((await shop.insights.health()).failed_steps).toBeGreaterThan(0));
    const alarm_ms = (await shop.inside((storage) => storage.getAlarm())) ?? 0;
    expect(alarm_ms - Date.now()).toBeGreaterThan(1_000);
    expect(await shop.snapshot()).toEqual(before);
    broken.mockRestore();

    await shop.finishWalk();
    expect(await shop.snapshot()).toEqual(before);
  });

  test("keeps what happened on accounts that are deleted, and what had lapsed", async () => {
    const shop = new TestShop();
    const member = await shop.account();
    const receipt = await shop.account("receipt");
    await member.book(grant(10));
    await receipt.book(sale({ total: 2000, card_no: null }));
    await shop.settle();
    expect((await shop.totals()).sum).toMatchObject({ sales: 1, units: { points: { open: 30 } } });

    const real = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => real() + CLAIM_MS + 60_000);
    await receipt.inside((_, object) => object.alarm());
    vi.restoreAllMocks();

    expect(await receipt.client.chain(0)).toMatchObject({ head_seq: 0 });
    expect((await shop.totals()).sum).toMatchObject({
      sales: 1,
      revenue: 2000,
      units: { points: { given: 30, open: 10 } },
    });
    const before = await shop.snapshot();
    await shop.insights.startWalk("rebuild");
    await shop.finishWalk();
    expect(await shop.snapshot()).toEqual(before);

    // The same receipt once more, after all that time: a new ledger under the old name.
    await receipt.open(null);
    await receipt.book(sale({ total: 500, card_no: null }));
    await receipt.inside((_, object) => object.alarm());
    expect((await shop.totals()).sum).toMatchObject({ sales: 2, revenue: 2500, units: { points: { open: 15 } } });
    expect(await shop.insights.health()).toMatchObject({ broken_chains: 0 });
  });

  test("finds the same hand-outs and the same stored value, which is what the ledgers hold", async () => {
    const credit = { top_up_bonus: [{ from: 1000, percent: 10 }] };
    const program = programPayload(1, { ...cafeProgram, credit });
    const shop = new TestShop();
    const accounts = await Promise.all([1, 2, 3].map(() => shop.account("member", newAccountId(), program)));
    const [anna, bram, cees] = accounts;
    if (anna === undefined || bram === undefined || cees === undefined) throw new Error("no accounts");
    const topUp = (amount: number) => sale({ lines: [line("t", amount, { kind: "top_up" })] });
    const first = await anna.book(topUp(5000));
    await bram.book(topUp(2000));
    await cees.book(topUp(1000));
    await anna.book(returnOf(first.body, { total: 1500 }));
    const pays = await bram.book(hold({ unit: "credit:EUR", amount: 900 }));
    await bram.book(sale({ lines: [coffee("1", 2)], holds: [pays.body.seq] }));
    for (const account of [anna, bram]) {
      await account.book(grant(250));
      const mug = await account.book(hold("rew_mug"));
      await account.book({ type: account === anna ? "capture" : "cancel", hold: mug.body.seq });
    }
    await anna.book({ type: "issue", origin: "claim", reward: "rew_mug", expires_on: null, card_no: null });
    await cees.book({ type: "erase" });
    await shop.settle();

    const handOuts = await shop.handOuts();
    expect(handOuts.map(({ state }) => state).toSorted()).toEqual(["cancelled", "handed_over", "open"]);
    const stored = await shop.storedValue();
    expect(stored).toMatchObject([
      { kind: "paid", sold: 8000, returned: 1500, lapsed: 1000, moved: 0 },
      { kind: "granted", granted: 800, lapsed: 100, moved: 0 },
    ]);
    for (const row of stored) {
      const { opening, sold, taken_over, granted, redeemed, returned, expired, lapsed, moved, closing } = row;
      expect(opening + sold + taken_over + granted - redeemed - returned - expired - lapsed + moved).toBe(closing);
    }
    const balances = await Promise.all([anna, bram].map((account) => account.balances()));
    const held = balances.reduce((sum, of) => sum + (of["credit:EUR"]?.available ?? 0), 0);
    expect(stored.reduce((sum, { closing }) => sum + closing, 0)).toBe(held);

    for (const account of shop.accounts) {
      await shop.insights.push({ account: account.id, rows: await ledgerRows(account), failed_attempts: 0 });
    }
    expect(await shop.storedValue()).toEqual(stored);
    await shop.insights.startWalk("rebuild");
    await shop.finishWalk();
    expect(await shop.storedValue()).toEqual(stored);
    const again = (await shop.handOuts()).map(({ place: _place, ...one }) => one);
    expect(again).toEqual(handOuts.map(({ place: _place, ...one }) => one));
  });

  test("an erased member's points are owed to nobody", async () => {
    const shop = new TestShop();
    const account = await shop.account();
    await account.book(grant(40));
    await account.book({ type: "erase" });
    await shop.settle();

    const { units } = (await shop.totals()).sum;
    expect(units["points"]).toEqual({ given: 40 });
  });

  test("only one at a time; a repair gives way", async () => {
    const shop = await busyShop(2);
    await shop.insights.startWalk("repair");
    expect(await shop.insights.startWalk("repair")).not.toBe("nothing_here");
    await shop.insights.startWalk("rebuild");
    expect(await shop.insights.startWalk("repair")).toMatch(/running|started/);
    await shop.finishWalk();
  });
});

describe("a repair", () => {
  test("fetches what no account has brought", async () => {
    const note = vi.spyOn(Projector.prototype, "note").mockReturnValue();
    const shop = new TestShop();
    const account = await shop.account();
    await shop.settle();
    await account.book(sale());
    await account.book(sale());
    note.mockRestore();
    expect(await shop.feed()).toHaveLength(1);

    expect(await shop.insights.startWalk("repair")).toBe("started");
    await shop.finishWalk();

    expect(await shop.feed()).toHaveLength(3);
    expect(await shop.insights.health()).toMatchObject({ repaired_bookings: 2, repaired_at_ms: expect.any(Number) });
  });
});

test("baskets go after 13 months, the roll-ups and the feed stay", async () => {
  const shop = await busyShop(3);
  const { sum } = await shop.totals();
  const feed = (await shop.feed()).length;
  const later = (days: number) => {
    const real = Date.now;
    vi.restoreAllMocks();
    vi.spyOn(Date, "now").mockImplementation(() => real() + days * 86_400_000);
  };

  later(397);
  await shop.inside((_, object) => object.alarm());
  expect(await shop.insights.baskets({ after: 0, limit: 10 })).toHaveLength(3);
  vi.restoreAllMocks();
  later(401);
  await shop.inside((_, object) => object.alarm());

  expect(await shop.insights.baskets({ after: 0, limit: 10 })).toEqual([]);
  expect((await shop.totals()).sum).toEqual(sum);
  expect(await shop.feed()).toHaveLength(feed);
});
