import { describe, expect, test } from "vitest";
import { nextDueAt, settle } from "../../../src/domain/ledger/due.ts";
import { walletOf } from "../../../src/domain/ledger/view.ts";
import type { ExpiryRule } from "../../../src/domain/program/lot-rules.ts";
import { startOfDay } from "../../../src/domain/time/calendar.ts";
import { DAY_MS, MINUTE_MS, NOW_MS, TODAY } from "../support/clock.ts";
import { adjust, byLine, holdOf, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, reward } from "../support/program.ts";

const ZONE = "Europe/Amsterdam";

function rules(expiry: ExpiryRule, pending_days?: number) {
  const points = { name: { en: "points" }, expiry, ...(pending_days === undefined ? {} : { pending_days }) };
  return program({ units: { points }, rewards: [reward({ id: "rew_points", cost: { unit: "points", amount: 10 } })] });
}

const tenDays: ExpiryRule = { kind: "rolling", after: { days: 10 }, to: "day" };

/** The last millisecond of a local date. */
const lastMoment = (date: string) => startOfDay(date, ZONE) + DAY_MS - 1;

describe("points that expire", () => {
  test("can be spent to the last minute of their last day and not a millisecond longer", () => {
    const ledger = new Ledger(rules(tenDays));
    ledger.must(sale(2500));
    ledger.now_ms = lastMoment("2026-06-26");
    expect(ledger.available()).toBe(25);
    ledger.now_ms += 1;
    expect(ledger.available()).toBe(0);
    expect(ledger.refuses(holdOf("rew_points"))).toMatchObject({ code: "insufficient_balance", available: 0 });
  });

  test("are booked out with the next write, dated, and by the alarm alike", () => {
    const byWrite = new Ledger(rules(tenDays));
    const byAlarm = new Ledger(rules(tenDays));
    for (const ledger of [byWrite, byAlarm]) {
      ledger.must(sale(2500));
      ledger.now_ms += 11 * DAY_MS;
    }
    const next = byWrite.must(sale(700, { receipt: "next" }));
    expect(next.entries[0]).toMatchObject({ delta: -25, why: { code: "expired", on: "2026-06-26" } });
    byAlarm.alarm();
    expect(byAlarm.bodies.at(-1)).toMatchObject({ type: "due", entries: [{ delta: -25 }] });
    byAlarm.must(sale(700, { receipt: "next" }));
    expect(byAlarm.balances()).toEqual(byWrite.balances());
    expect(byAlarm.state.units["points"]?.lifetime).toEqual({ added: 32, spent: 0, returned: 0, expired: 25 });
  });

  test("are spent soonest expiry first", () => {
    const ledger = new Ledger(rules(tenDays));
    ledger.must(sale(1000));
    ledger.now_ms += 3 * DAY_MS;
    ledger.must(sale(1500, { receipt: "second", occurred_at_ms: ledger.now_ms }));
    const held = ledger.must(holdOf("rew_points"));
    expect(held.type === "hold" && held.parts).toEqual([
      { from: { bucket: "available", class: "earned", expires_on: "2026-06-26", opens_on: null }, amount: 10 },
    ]);
    expect(walletOf(ledger.state, rules(tenDays), 0).balances[0]?.expiring).toEqual([{ amount: 15, on: "2026-06-29" }]);
  });

  test("do not expire while they are held, and do when the hold lets them go", () => {
    const ledger = new Ledger(rules(tenDays));
    ledger.must(sale(1000));
    ledger.now_ms = lastMoment("2026-06-26") - 5 * MINUTE_MS;
    const hold = ledger.must(holdOf("rew_points"));
    ledger.now_ms += 10 * MINUTE_MS;
    expect(ledger.held()).toBe(10);
    ledger.must({ type: "capture", hold: hold.seq });
    const other = new Ledger(rules(tenDays));
    other.must(sale(1000));
    other.now_ms = lastMoment("2026-06-26");
    other.must(holdOf("rew_points"));
    other.now_ms += 20 * MINUTE_MS;
    expect(other.balances()).toEqual({});
    other.alarm();
    expect(other.bodies.at(-1)?.entries.map(({ why }) => why.code)).toEqual(["released", "released", "expired"]);
  });

  test("keep their date when the rule changes", () => {
    const ledger = new Ledger(rules(tenDays));
    ledger.must(sale(1000));
    ledger.publish({ ...rules({ kind: "none" }), version: 2 });
    ledger.must(sale(1000, { receipt: "second" }));
    ledger.now_ms += 30 * DAY_MS;
    expect(ledger.available()).toBe(10);
  });

  test("call for an alarm at the first midnight after the last day, over the change of clocks too", () => {
    const ledger = new Ledger(rules({ kind: "fixed", dates: ["10-25"], at_least_days: 0 }));
    ledger.must(sale(1000));
    expect(nextDueAt(ledger.state)).toBe(Date.parse("2026-10-25T23:00:00Z"));
    expect(settle(ledger.state, Date.parse("2026-10-25T22:59:59.999Z")).due.entries).toEqual([]);
    expect(settle(ledger.state, Date.parse("2026-10-25T23:00:00Z")).due.entries).toHaveLength(1);
  });
});

describe("points that wait", () => {
  test("cannot be spent before their day, and can from its first moment", () => {
    const ledger = new Ledger(rules({ kind: "none" }, 14));
    ledger.must(sale(2500));
    const balance = () =>
      walletOf(settle(ledger.state, ledger.now_ms).state, rules({ kind: "none" }, 14), ledger.now_ms).balances[0];
    expect(balance()).toMatchObject({ available: 0, pending: 25 });
    ledger.now_ms = startOfDay("2026-06-30", ZONE) - 1;
    expect(balance()).toMatchObject({ available: 0, pending: 25 });
    ledger.now_ms += 1;
    expect(balance()).toMatchObject({ available: 25, pending: 0 });
  });

  test("are taken first by a return, whatever else there is", () => {
    const ledger = new Ledger(rules({ kind: "none" }, 14));
    ledger.must(adjust(100));
    const sold = ledger.must(sale([line("a", 1000), line("b", 500)]));
    ledger.must(refund(sold.seq, [byLine("b")]));
    expect(ledger.available()).toBe(100);
    expect(ledger.bodies.at(-1)?.entries).toMatchObject([{ delta: -5, lot: { bucket: "pending" } }]);
  });

  test("that opened and expired while nobody looked are gone", () => {
    const ledger = new Ledger(rules({ kind: "rolling", after: { days: 2 }, to: "day" }, 3));
    ledger.must(sale(2500));
    ledger.now_ms += 30 * DAY_MS;
    expect(ledger.balances()).toEqual({});
    ledger.alarm();
    expect(ledger.bodies.at(-1)?.entries.map(({ why }) => why.code)).toEqual([
      "became_available",
      "became_available",
      "expired",
    ]);
  });
});

describe("sliding expiry", () => {
  const sliding: ExpiryRule = { kind: "sliding", after: { months: 6 } };

  test("is put off by every sale, for everything", () => {
    const ledger = new Ledger(rules(sliding));
    ledger.must(sale(1000));
    ledger.now_ms += 100 * DAY_MS;
    ledger.must(sale(500, { receipt: "second", occurred_at_ms: ledger.now_ms }));
    const lots = ledger.state.units["points"]?.lots;
    expect(lots).toEqual([
      { bucket: "available", class: "earned", expires_on: "2027-03-24", opens_on: null, amount: 15 },
    ]);
    ledger.now_ms = lastMoment("2027-03-24");
    expect(ledger.available()).toBe(15);
  });

  test("is never brought nearer by a sale that comes in late", () => {
    const ledger = new Ledger(rules(sliding));
    ledger.must(sale(1000));
    ledger.must(sale(500, { receipt: "late", occurred_at_ms: NOW_MS - 6 * DAY_MS }));
    expect(ledger.state.units["points"]?.lots.map((lot) => lot.expires_on)).toEqual(["2026-12-10", "2026-12-16"]);
  });
});

describe("a return", () => {
  test("gives a spent reward back with its old date, and a week at the least", () => {
    const ledger = new Ledger(rules(tenDays));
    ledger.must(sale(1000));
    ledger.now_ms += 9 * DAY_MS;
    const hold = ledger.must(holdOf("rew_points"));
    const sold = ledger.must(sale(0, { receipt: "second", holds: [hold.seq], occurred_at_ms: ledger.now_ms }));
    ledger.now_ms += 10 * DAY_MS;
    ledger.must(refund(sold.seq, "all"));
    expect(ledger.state.units["points"]?.lots).toMatchObject([{ expires_on: "2026-07-12", amount: 10 }]);
  });

  test("takes the sale's own lot before one that expires sooner", () => {
    const ledger = new Ledger(rules(tenDays));
    ledger.must(sale(1000));
    ledger.now_ms += 3 * DAY_MS;
    const sold = ledger.must(sale(500, { receipt: "second", occurred_at_ms: ledger.now_ms }));
    ledger.must(refund(sold.seq, "all"));
    expect(ledger.state.units["points"]?.lots).toMatchObject([{ expires_on: "2026-06-26", amount: 10 }]);
    expect(TODAY).toBe("2026-06-16");
  });
});
