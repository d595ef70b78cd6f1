import { describe, expect, test } from "vitest";
import { explainOutcome } from "../../../src/domain/ledger/explain.ts";
import type { SaleEvent } from "../../../src/domain/ledger/booking.ts";
import { DAY_MS, MINUTE_MS, NOW_MS } from "../support/clock.ts";
import { byLine, line, refund, sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, program, type ProgramInput, spendRule, visitRule } from "../support/program.ts";

let receipts = 0;

/** Sells at an instant and gives the points it earned. */
function sell(ledger: Ledger, what: Parameters<typeof sale>[0], at_ms = NOW_MS): number {
  receipts += 1;
  const answer = ledger.must(sale(what, { receipt: `S${receipts}`, occurred_at_ms: at_ms }));
  return points(answer);
}

function points(body: { readonly type: string }): number {
  return outcome(body).amount;
}

function outcome(body: object): SaleEvent["outcomes"][number] {
  if (!("outcomes" in body) || !Array.isArray(body.outcomes)) throw new Error("no sale");
  return body.outcomes[0];
}

function schemes(changes: Partial<ProgramInput>): Ledger {
  return new Ledger(program(changes));
}

const capped = (caps: NonNullable<ReturnType<typeof spendRule>["caps"]>) => ({
  units: { points: { name: { nl: "punten", en: "points" }, caps } },
});

/** Amsterdam, summer time. */
const at = (local: string) => Date.parse(`${local}:00+02:00`);
const atWinter = (local: string) => Date.parse(`${local}:00+01:00`);

describe("a cap", () => {
  const table: [string, Partial<ProgramInput>, [at_ms: number, amount: number, earned: number][]][] = [
    ["of a sale leaves what fits", capped({ sale: 5 }), [[NOW_MS, 700, 5]]],
    ["of a sale that is just reached takes nothing", capped({ sale: 5 }), [[NOW_MS, 500, 5]]],
    [
      "of a day counts sales together",
      capped({ day: 5 }),
      [
        [NOW_MS, 300, 3],
        [NOW_MS, 300, 2],
        [NOW_MS, 300, 0],
      ],
    ],
    [
      "of a day ends at midnight where the programme is",
      capped({ day: 5 }),
      [
        [at("2026-06-16T23:59"), 500, 5],
        [at("2026-06-16T23:59"), 500, 0],
        [at("2026-06-17T00:00"), 500, 5],
      ],
    ],
    [
      "of a day lasts 25 hours when the clocks go back",
      capped({ day: 5 }),
      [
        [at("2026-10-25T00:30"), 500, 5],
        [atWinter("2026-10-25T23:30"), 500, 0],
        [atWinter("2026-10-26T00:00"), 500, 5],
      ],
    ],
    [
      "of a week begins on Monday",
      capped({ week: 5 }),
      [
        [at("2026-06-21T12:00"), 500, 5],
        [at("2026-06-15T12:00"), 500, 0],
        [at("2026-06-22T12:00"), 500, 5],
      ],
    ],
    [
      "of a month has 29 days in a leap February",
      capped({ month: 5 }),
      [
        [atWinter("2028-02-29T12:00"), 500, 5],
        [atWinter("2028-02-01T12:00"), 500, 0],
        [atWinter("2028-03-01T12:00"), 500, 5],
      ],
    ],
    [
      "of a rule counts that rule",
      { earning: [spendRule({ caps: { day: 4 } })] },
      [
        [NOW_MS, 300, 3],
        [NOW_MS, 300, 1],
      ],
    ],
    [
      "of a rule lets another take over",
      { earning: [spendRule({ caps: { day: 4 } }), visitRule({ give: 2 })] },
      [
        [NOW_MS, 400, 4],
        [NOW_MS, 400, 2],
      ],
    ],
  ];
  test.each(table)("%s", (_, changes, sales) => {
    const ledger = schemes(changes);
    for (const [when, amount, earned] of sales) {
      ledger.now_ms = Math.max(ledger.now_ms, when);
      expect(sell(ledger, amount, when)).toBe(earned);
    }
  });

  test("makes room again when a sale comes back", () => {
    const ledger = schemes(capped({ day: 5 }));
    const first = ledger.must(sale(500, { receipt: "A" }));
    ledger.must(refund(first.seq, "all"));

    expect(sell(ledger, 500)).toBe(5);
    expect(ledger.available()).toBe(5);
  });

  test("counts by the sale's own room when part of it comes back", () => {
    const ledger = schemes(capped({ day: 5 }));
    sell(ledger, 200);
    const second = ledger.must(sale(900, { receipt: "B" }));
    expect(points(second)).toBe(3);

    ledger.must(refund(second.seq, 600, "T1"));
    expect(ledger.available()).toBe(5);
    ledger.must(refund(second.seq, 100, "T2"));
    expect(ledger.available()).toBe(4);
  });

  test("is explained", () => {
    const body = schemes(capped({ day: 5 })).must(sale(700));
    const reader = { currency: "EUR", unitName: () => ({ nl: "punten", en: "points" }) };

    expect(explainOutcome({ ...reader, locale: "nl" }, outcome(body))).toBe(
      "+5 punten: 1 per € 1,00 over € 7,00; 2 minder, want er is een maximum van 5 per dag",
    );
    expect(explainOutcome({ ...reader, locale: "en" }, outcome(body))).toBe(
      "+5 points: 1 per €1.00 on €7.00; 2 less, because the most is 5 a day",
    );
  });
});

describe("a cooldown", () => {
  const ledger = () => schemes({ earning: [visitRule({ cooldown_minutes: 60 })] });
  const table: [string, number, number][] = [
    ["one minute before its end gives nothing", 59, 0],
    ["at its end gives again", 60, 1],
    ["holds for a sale that comes late from an hour before", -59, 0],
  ];
  test.each(table)("%s", (_, minutes, earned) => {
    const visits = ledger();
    expect(sell(visits, 500)).toBe(1);
    visits.now_ms += DAY_MS;
    expect(sell(visits, 500, NOW_MS + minutes * MINUTE_MS)).toBe(earned);
  });

  test("does not begin with a sale that gave nothing", () => {
    const visits = ledger();
    sell(visits, 500);
    sell(visits, 500, NOW_MS + 30 * MINUTE_MS);

    expect(sell(visits, 500, NOW_MS + 60 * MINUTE_MS)).toBe(1);
  });
});

describe("larger baskets", () => {
  const steps = {
    earning: [
      spendRule({
        steps: [
          { from: 5000, give: 2 },
          { from: 10_000, give: 3 },
        ],
      }),
    ],
  };
  test.each([
    [4999, 49],
    [5000, 100],
    [9999, 199],
    [10_000, 300],
  ])("of %i cents earn %i", (amount, earned) => {
    expect(sell(schemes(steps), amount)).toBe(earned);
  });

  test("that come back below a step earn by the step that is left", () => {
    const ledger = schemes(steps);
    const { seq } = ledger.must(sale(5000));
    ledger.must(refund(seq, 100));
    expect(ledger.available()).toBe(49);
  });
});

describe("quantity", () => {
  const three = { earning: [{ id: "ear_three", kind: "quantity" as const, give: 1, per_units: 3 }] };
  test.each([
    [2, 0],
    [3, 1],
    [8, 2],
  ])("%i items at one for every three give %i", (count, earned) => {
    expect(sell(schemes(three), [units("tea", count, count * 100)])).toBe(earned);
  });

  test("adds up over lines, and falls with what comes back", () => {
    const ledger = schemes(three);
    const { seq } = ledger.must(sale([units("tea", 2, 200), units("cake", 1, 300)]));
    expect(ledger.available()).toBe(1);
    ledger.must(refund(seq, [byLine("tea", 1)]));
    expect(ledger.available()).toBe(0);
  });

  test("of an item may be asked for in twos", () => {
    expect(sell(schemes({ earning: [itemRule({ per_units: 2 })] }), [units("latte", 5, 1500)])).toBe(2);
  });
});

describe("before tax", () => {
  const untaxed = { earn_before_tax: { default_rate: "21" } };
  test("a line earns on its price without its own tax", () => {
    expect(sell(schemes(untaxed), [line("a", 1090, { tax_rate: "9" })])).toBe(10);
  });
  test("a line that names no tax has the programme's", () => {
    expect(sell(schemes(untaxed), [line("a", 1210)])).toBe(10);
    expect(sell(schemes(untaxed), [line("a", 1209)])).toBe(9);
  });
  test("a bare amount has the programme's too", () => {
    expect(sell(schemes(untaxed), 1210)).toBe(10);
  });
});

describe("tiers", () => {
  const name = (en: string) => ({ nl: en, en });
  const levels = [
    { id: "tir_silver", name: name("Silver"), from: 10_000, multiplier_percent: 150 },
    { id: "tir_gold", name: name("Gold"), from: 20_000, multiplier_percent: 200 },
  ];
  const tiers = (more: object = {}): Partial<ProgramInput> => ({
    tiers: { basis: "spend", window: { kind: "rolling", months: 3 }, levels, ...more },
  });
  const noon = (date: string) => Date.parse(`${date}T10:00:00Z`);

  test("rise at once: the next sale is multiplied, the one that rises is not", () => {
    const ledger = schemes(tiers());
    expect(sell(ledger, 10_000)).toBe(100);
    expect(sell(ledger, 1000)).toBe(15);
  });

  const table: [string, object, [date: string, multiplied: number][]][] = [
    [
      "a rolling window of three months and one month of grace",
      {},
      [
        ["2026-06-30", 150],
        ["2026-08-31", 150],
        ["2026-09-30", 150],
        ["2026-10-01", 100],
      ],
    ],
    [
      "no grace ends with the window",
      { grace_months: 0 },
      [
        ["2026-08-31", 150],
        ["2026-09-01", 100],
      ],
    ],
    ["never down", { downgrade: "never" }, [["2029-01-01", 150]]],
    [
      "a calendar year with its grace in the next",
      { window: { kind: "calendar_year" } },
      [
        ["2026-12-31", 150],
        ["2027-01-31", 150],
        ["2027-02-01", 100],
      ],
    ],
  ];
  test.each(table)("%s", (_, more, days) => {
    const ledger = schemes(tiers(more));
    ledger.must(sale(10_000));
    for (const [date, multiplied] of days) {
      ledger.now_ms = noon(date);
      const preview = ledger.preview(sale(10_000, { receipt: date, occurred_at_ms: noon(date) }));
      if (!preview.ok) throw new Error("refused");
      expect(points(preview.value.bookings[0]?.body ?? { type: "none" })).toBe(multiplied);
    }
  });

  test("go down one level a month when the programme says so", () => {
    const ledger = schemes(tiers({ downgrade: "one_level", grace_months: 0, window: { kind: "rolling", months: 1 } }));
    ledger.must(sale(20_000));
    const earned = ["2026-06-30", "2026-07-01", "2026-08-01"].map((date) => {
      ledger.now_ms = noon(date);
      const preview = ledger.preview(sale(10_000, { receipt: date, occurred_at_ms: noon(date) }));
      return preview.ok ? points(preview.value.bookings[0]?.body ?? { type: "none" }) : null;
    });
    expect(earned).toEqual([200, 150, 100]);
  });

  test("are not lost by spending points, and are by bringing the goods back", () => {
    const ledger = schemes({ ...tiers({ basis: "points" }), pay_with_points: { points: 1, amount: 1 } });
    const { seq } = ledger.must(sale(1_000_000));
    ledger.must({ type: "adjustment", unit: "points", delta: -10_000, card_no: null });
    expect(sell(ledger, 1000)).toBe(15);

    ledger.must(refund(seq, "all"));
    expect(sell(ledger, 1000)).toBe(10);
  });

  const spent = (ledger: Ledger) => Object.values(ledger.state.meters?.["tier:spend"] ?? {});

  test("a sale of less than nothing spends nothing, and its return neither", () => {
    const ledger = schemes(tiers());
    const { seq } = ledger.must(sale(-100));
    expect(spent(ledger)).toEqual([]);
    ledger.must(refund(seq, "all"));
    expect(spent(ledger)).toEqual([]);
  });

  test("what came back in exchange is taken off once, where it was bought", () => {
    const ledger = schemes(tiers());
    const { seq } = ledger.must(sale([line("coat", 2000)]));
    const lines = [line("scarf", 1500), line("back", -2000, { kind: "exchange" })];
    const exchange = [{ sale: seq, request: refund(seq, "all", "X1").request }];
    ledger.must(sale(lines, { receipt: "R2", exchange }));
    expect(spent(ledger)).toEqual([1500]);
  });
});

describe("a promotion", () => {
  const name = { nl: "Happy hour", en: "Happy hour" };
  const times = (percent: number, more: object = {}) => ({
    promotions: [{ id: "prm_a", name, gives: { kind: "multiplier" as const, percent }, ...more }],
  });

  test.each([
    ["before it begins", "2026-06-19T15:59", 10],
    ["in its first minute", "2026-06-19T16:00", 20],
    ["in its last minute", "2026-06-19T17:59", 20],
    ["at its end", "2026-06-19T18:00", 10],
    ["on another day of the week", "2026-06-18T16:30", 10],
    ["a year later", "2027-06-18T16:30", 20],
  ])("of Friday afternoons, %s", (_, local, earned) => {
    const windows = [{ starts: "2026-06-05T16:00", minutes: 120, rrule: "FREQ=WEEKLY;BYDAY=FR" }];
    const ledger = schemes(times(200, { windows }));
    ledger.now_ms = at(local);
    expect(sell(ledger, 1000, at(local))).toBe(earned);
  });

  test("runs by the clock of the place, in winter too", () => {
    const windows = [{ starts: "2026-06-05T16:00", minutes: 60, rrule: "FREQ=DAILY" }];
    const ledger = schemes(times(200, { windows }));
    ledger.now_ms = atWinter("2026-12-01T16:30");
    expect(sell(ledger, 1000, atWinter("2026-12-01T16:30"))).toBe(20);
    const london = sale(1000, { receipt: "L", occurred_at_ms: atWinter("2026-12-01T16:30"), zone: "Europe/London" });
    expect(points(ledger.must(london))).toBe(10);
  });

  test("for some items multiplies what they earn alone", () => {
    const ledger = schemes(times(200, { only: { skus: ["cake"] } }));
    expect(sell(ledger, [units("cake", 1, 400), units("tea", 1, 600)])).toBe(14);
    expect(sell(ledger, [units("tea", 1, 600)])).toBe(6);
  });

  test("loses no fraction of a point", () => {
    const ledger = schemes(times(150));
    expect([sell(ledger, 50), sell(ledger, 50), sell(ledger, 50), sell(ledger, 50)]).toEqual([0, 1, 1, 1]);
  });

  test("of several multipliers the largest counts, then every addition", () => {
    const addition = (id: string, give: number) => ({ id, name, gives: { kind: "addition" as const, give } });
    const multiplier = (id: string, percent: number) => ({ id, name, gives: { kind: "multiplier" as const, percent } });
    const promotions = [multiplier("prm_a", 150), multiplier("prm_b", 300), addition("prm_c", 5), addition("prm_d", 2)];
    const body = schemes({ promotions }).must(sale(1000));

    expect(points(body)).toBe(37);
    const reader = { currency: "EUR", locale: "en" as const, unitName: () => ({ en: "points" }) };
    expect(explainOutcome(reader, outcome(body))).toBe(
      "+37 points: 1 per €1.00 on €10.00 × 3 (Happy hour) + 5 (Happy hour) + 2 (Happy hour)",
    );
  });

  test("is used as often as it says, and once more after a return", () => {
    const ledger = schemes(times(200, { per_member: 2, per_member_day: 2 }));
    const first = ledger.must(sale(1000, { receipt: "A" }));
    expect([points(first), sell(ledger, 1000), sell(ledger, 1000)]).toEqual([20, 20, 10]);

    ledger.must(refund(first.seq, "all"));
    expect(sell(ledger, 1000)).toBe(20);
  });

  test("of a day is open again the next", () => {
    const ledger = schemes(times(200, { per_member_day: 1 }));
    expect([sell(ledger, 1000), sell(ledger, 1000)]).toEqual([20, 10]);
    ledger.now_ms += DAY_MS;
    expect(sell(ledger, 1000, ledger.now_ms)).toBe(20);
  });

  test.each([
    ["who joined within ten days", { joined_within_days: 10 }, 9, 20],
    ["who joined longer ago", { joined_within_days: 10 }, 10, 10],
    ["who were away for ten days", { not_seen_days: 10 }, 10, 20],
    ["who were there nine days ago", { not_seen_days: 10 }, 9, 10],
  ])("for members %s", (_, segment, days, earned) => {
    const ledger = schemes(times(200, { segment }));
    sell(ledger, 100);
    ledger.now_ms += days * DAY_MS;
    expect(sell(ledger, 1000, ledger.now_ms)).toBe(earned);
  });

  test("comes back by the sale's own context when it is over", () => {
    const windows = [{ starts: "2026-06-16T11:00", minutes: 120 }];
    const ledger = schemes(times(200, { windows }));
    const { seq } = ledger.must(sale([units("tea", 1, 600), units("cake", 1, 400)]));
    ledger.now_ms += 30 * DAY_MS;
    ledger.must(refund(seq, [byLine("cake")]));
    expect(ledger.available()).toBe(12);
    ledger.must(refund(seq, "all", "T2"));
    expect(ledger.available()).toBe(0);
  });

  test("that does not count for the tier gives points all the same", () => {
    const ledger = schemes({
      ...times(200, { counts_for_tier: false }),
      tiers: {
        basis: "points",
        window: { kind: "calendar_year" },
        levels: [{ id: "tir_a", name, from: 15, multiplier_percent: 300 }],
      },
    });
    expect(sell(ledger, 1000)).toBe(20);
    expect(sell(ledger, 400)).toBe(8);
    expect(sell(ledger, 100)).toBe(2);
    expect(sell(ledger, 100)).toBe(3);
  });
});
