import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { activityOf, lapsedMove, type UnitMove } from "../../../src/domain/insights/activity.ts";
import { storedValue, type StoredValueDay, type StoredValueStep } from "../../../src/domain/insights/stored-value.ts";
import { addTallies, NO_TALLY, tallyOf } from "../../../src/domain/insights/tally.ts";
import type { CompiledProgram } from "../../../src/domain/program/compile.ts";
import { isPrepaid } from "../../../src/domain/program/credit.ts";
import { localDate } from "../../../src/domain/time/local-date.ts";
import { sumParts } from "../../../src/domain/ledger/lot.ts";
import { anyProgram, anyStory, PATIENCE_MS, runs, type Step } from "../support/arbitraries.ts";
import { DAY_MS } from "../support/clock.ts";
import { byLine, holdOf, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { play } from "../support/play.ts";
import { program } from "../support/program.ts";

// Many runs in one test; a busy machine must not fail them.
vi.setConfig({ testTimeout: PATIENCE_MS });

const CREDIT = "credit:EUR";

/** What insight keeps of every booking, day by day, as its roll-ups do. */
function daysOf(ledger: Ledger): StoredValueDay[] {
  return ledger.bodies.map((body) => {
    const { units } = tallyOf(activityOf(body)) ?? NO_TALLY;
    return { day: localDate(body.at_ms, "Europe/Amsterdam"), units };
  });
}

const ALWAYS = { from: "2026-01-01", to_day: "2027-12-31" } as const;

function whole(ledger: Ledger) {
  const [period] = storedValue(daysOf(ledger), { ...ALWAYS, by: "whole" });
  return period?.rows ?? [];
}

/** A row without what is zero. */
function said(row: object | undefined): object {
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== 0));
}

function ledgerOf(): Ledger {
  const credit = { top_up_bonus: [{ from: 1000, percent: 10 }], granted: { expiry: DAYS } };
  return new Ledger(program({ credit, earning: [] }));
}
const DAYS = { kind: "rolling", after: { days: 3 }, to: "day" } as const;

const topUp = (amount: number, receipt: string) => sale([line("top", amount, { kind: "top_up" })], { receipt });

describe("what the bookkeeper reads of stored value", () => {
  test("sold and given apart", () => {
    const ledger = ledgerOf();
    ledger.must(topUp(5000, "R1"));
    expect(whole(ledger).map(said)).toEqual([
      { unit: CREDIT, kind: "paid", sold: 5000, closing: 5000 },
      { unit: CREDIT, kind: "granted", granted: 500, closing: 500 },
    ]);
  });

  test("redeemed, what was given first; a return of the sale gives it back", () => {
    const ledger = ledgerOf();
    ledger.must(topUp(5000, "R1"));
    ledger.must(holdOf("", { ask: { unit: CREDIT, amount: 1200 } }));
    const { seq } = ledger.must(sale([line("a", 600), line("b", 600)], { receipt: "R2", holds: [ledger.state.seq] }));
    expect(whole(ledger).map(said)).toEqual([
      { unit: CREDIT, kind: "paid", sold: 5000, redeemed: 700, closing: 4300 },
      { unit: CREDIT, kind: "granted", granted: 500, redeemed: 500 },
    ]);
    ledger.must(refund(seq, [byLine("a")]));
    expect(said(whole(ledger)[0])).toMatchObject({ redeemed: 100, closing: 4900 });
  });

  test("a top-up that is handed back: sold and returned, with its bonus", () => {
    const ledger = ledgerOf();
    const { seq } = ledger.must(topUp(5000, "R1"));
    ledger.must(refund(seq, "all"));
    expect(whole(ledger).map(said)).toEqual([
      { unit: CREDIT, kind: "paid", sold: 5000, returned: 5000 },
      { unit: CREDIT, kind: "granted", granted: 500, returned: 500 },
    ]);
  });

  test("expired on its last day but one, and the day after", () => {
    const ledger = ledgerOf();
    ledger.must(topUp(5000, "R1"));
    ledger.now_ms += 3 * DAY_MS;
    ledger.alarm();
    expect(said(whole(ledger)[1])).toMatchObject({ closing: 500 });
    ledger.now_ms += DAY_MS;
    ledger.alarm();
    expect(said(whole(ledger)[1])).toEqual({ unit: CREDIT, kind: "granted", granted: 500, expired: 500 });
  });

  test("opening balances are neither sold nor given", () => {
    const ledger = ledgerOf();
    ledger.must({ type: "opening", unit: CREDIT, delta: 800, card_no: null, origin: "paid" });
    ledger.must({ type: "opening", unit: CREDIT, delta: 300, card_no: null });
    expect(whole(ledger).map(said)).toEqual([
      { unit: CREDIT, kind: "paid", taken_over: 800, closing: 800 },
      { unit: CREDIT, kind: "granted", taken_over: 300, closing: 300 },
    ]);
  });

  test("points are no stored value, and nothing at all has no rows", () => {
    const ledger = new Ledger(program());
    ledger.must(sale(5000));
    expect(whole(ledger)).toEqual([]);
    expect(storedValue([], { ...ALWAYS, by: "whole" })).toEqual([{ from: ALWAYS.from, to: ALWAYS.to_day, rows: [] }]);
  });

  const cuts: [by: StoredValueStep, from: string, to_day: string, periods: string[]][] = [
    ["month", "2028-02-10", "2028-03-01", ["2028-02-10 2028-02-29", "2028-03-01 2028-03-01"]],
    ["month", "2027-12-31", "2028-01-01", ["2027-12-31 2027-12-31", "2028-01-01 2028-01-01"]],
    [
      "quarter",
      "2027-02-01",
      "2027-07-01",
      ["2027-02-01 2027-03-31", "2027-04-01 2027-06-30", "2027-07-01 2027-07-01"],
    ],
    ["year", "2027-02-01", "2028-12-31", ["2027-02-01 2027-12-31", "2028-01-01 2028-12-31"]],
    ["whole", "2027-02-01", "2028-12-31", ["2027-02-01 2028-12-31"]],
  ];
  test.each(cuts)("by %s from %s to %s", (by, from, to_day, periods) => {
    expect(storedValue([], { from, to_day, by }).map((one) => `${one.from} ${one.to}`)).toEqual(periods);
  });
});

describe("whatever happens", () => {
  const story = [anyProgram(1, { automatic: true, debt: true, gifts: true }), anyStory] as const;
  const steps = fc.constantFrom<StoredValueStep>("month", "quarter", "year", "whole");
  const played = (given: CompiledProgram, happens: readonly Step[]) => {
    const ledger = new Ledger(given);
    happens.forEach((step, index) => play(ledger, step, index));
    return ledger;
  };

  test("opening and what moved make up closing, period after period, and what closes last is what the ledger holds", () => {
    fc.assert(
      fc.property(...story, steps, (given, happens, by) => {
        const ledger = played(given, happens);
        const periods = storedValue(daysOf(ledger), { ...ALWAYS, by });
        const standing = new Map<string, number>();
        for (const { rows } of periods) {
          for (const row of rows) {
            const key = `${row.unit} ${row.kind}`;
            expect(row.opening).toBe(standing.get(key) ?? 0);
            const { sold, taken_over, granted, redeemed, returned, expired, lapsed } = row;
            const moved = sold + taken_over + granted - redeemed - returned - expired - lapsed;
            expect(row.opening + moved).toBe(row.closing);
            expect([row.moved, row.sold >= 0, row.expired >= 0]).toEqual([0, true, true]);
            standing.set(key, row.closing);
          }
        }
        for (const [unit, { lots }] of Object.entries(ledger.state.units)) {
          if (!isPrepaid(unit)) continue;
          const paid = sumParts(lots.filter((lot) => lot.class === "paid"));
          expect(standing.get(`${unit} paid`) ?? 0).toBe(paid);
          expect(standing.get(`${unit} granted`) ?? 0).toBe(sumParts(lots) - paid);
        }
      }),
      runs(120),
    );
  });

  test("days in any order, and cut in any way, come to the same", () => {
    fc.assert(
      fc.property(...story, fc.nat(), (given, happens, turn) => {
        const days = daysOf(played(given, happens));
        const turned = [...days.slice(turn % days.length), ...days.slice(0, turn % days.length)];
        const rolledUp = new Map<string, StoredValueDay>();
        for (const { day, units } of turned) {
          const before = { ...NO_TALLY, units: rolledUp.get(day)?.units ?? {} };
          rolledUp.set(day, { day, units: addTallies(before, { ...NO_TALLY, units }).units });
        }
        const range = { ...ALWAYS, by: "month" } as const;
        expect(storedValue([...rolledUp.values()], range)).toEqual(storedValue(days, range));
      }),
      runs(60),
    );
  });

  test("a member who is erased leaves nothing outstanding, and it is said what lapsed", () => {
    const open: UnitMove = { open: 700, paid_open: 500 };
    const days = [
      { day: "2026-06-16", units: { [CREDIT]: { given: 700, sold: 500, ...open } } },
      { day: "2026-07-01", units: { [CREDIT]: lapsedMove(CREDIT, open) } },
    ];
    const [, july] = storedValue(days, { from: "2026-06-01", to_day: "2026-07-31", by: "month" });
    expect(july?.rows.map(said)).toEqual([
      { unit: CREDIT, kind: "paid", opening: 500, lapsed: 500 },
      { unit: CREDIT, kind: "granted", opening: 200, lapsed: 200 },
    ]);
  });
});
