import { describe, expect, test } from "vitest";
import { explainEntry, explainWarning } from "../../../src/domain/ledger/explain.ts";
import { settle } from "../../../src/domain/ledger/due.ts";
import { walletOf } from "../../../src/domain/ledger/view.ts";
import { adjust, type Back, byLine, holdOf, line, refund, sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, program, type ProgramInput, programInput } from "../support/program.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";

const STRIPS = "strip:stp_coffee";
const card = {
  id: "stp_coffee",
  name: { nl: "Tienrittenkaart", en: "Ten coffees" },
  sku: "STRIP-10",
  size: 10,
  items: { categories: ["coffee"] },
};
const rules = (changes: Partial<ProgramInput> = {}) => program({ strip_cards: [card], ...changes });
const buy = (changes: object = {}) => line("s", 2500, { kind: "strip_card", sku: "STRIP-10", ...changes });

/** A member with ten strips; the sale that sold them is booking 2. */
function holder(changes: Partial<ProgramInput> = {}): Ledger {
  const ledger = new Ledger(rules(changes));
  ledger.must(sale([buy()], { receipt: "S" }));
  return ledger;
}

const coffee = (id: string, count: number, amount: number, tax_rate = "9") =>
  units(id, count, amount, { category: "coffee", tax_rate });
const ask = (amount: number) => ({ ask: { unit: STRIPS, amount } });

describe("a strip card is sold", () => {
  test.each([
    ["by its article number", {}, 10],
    ["by its id", { sku: "stp_coffee" }, 10],
    ["three at once", { quantity_milli: 3000, amount: 7500 }, 30],
    ["half of one is none", { quantity_milli: 500 }, 0],
  ])("%s", (_how, changes, strips) => {
    const ledger = new Ledger(rules());
    ledger.must(sale([buy(changes)]));
    expect(ledger.totals()).toEqual(strips === 0 ? {} : { [STRIPS]: strips });
  });

  test("as something paid for: it earns nothing, and the wallet says what was paid", () => {
    const ledger = holder();
    ledger.must({ type: "gift", unit: STRIPS, amount: 2, card_no: null });
    const { state } = settle(ledger.state, ledger.now_ms);
    const balances = walletOf(state, rules(), ledger.now_ms).balances;
    expect(balances.find(({ unit }) => unit === STRIPS)).toMatchObject({ kind: "strips", paid: 10, granted: 2 });
    expect(ledger.available()).toBe(0);
  });

  test.each([
    ["no_member", () => new Ledger(rules(), "receipt"), {}, {}],
    ["foreign_currency", () => new Ledger(rules()), { currency: "USD" }, {}],
    ["unknown_card", () => new Ledger(rules()), {}, { sku: "other" }],
    ["unknown_card", () => new Ledger(rules()), {}, { sku: null }],
  ] as const)("but not without: %s, and the sale says so", (reason, make, changes, other) => {
    const ledger = make();
    const body = ledger.must(sale([buy(other)], changes));
    expect(ledger.totals()).toEqual({});
    expect(body).toMatchObject({ warnings: expect.arrayContaining([{ code: "strips_not_credited", reason }]) });
  });

  test("never to expire sooner than in 24 months", () => {
    const short = { ...card, expiry: { kind: "rolling", after: { months: 12 } } };
    const parsed = parseProgramDocument({ ...programInput(), strip_cards: [short] });
    expect(parsed.ok ? [] : parsed.error.map(({ path }) => path)).toEqual(["strip_cards.0.expiry.after.months"]);
  });
});

describe("strips pay", () => {
  test("for the cheapest items they are for, per line and VAT rate, on a tie the earlier line", () => {
    const lines = [coffee("a", 2, 800, "21"), coffee("b", 1, 300), line("cake", 100), coffee("c", 1, 400, "21")];
    expect(holder().must(holdOf("", { ...ask(3), lines }))).toMatchObject({
      parts: [{ amount: 3 }],
      effect: {
        kind: "free_items",
        discount: 1100,
        lines: [
          { line: "a", discount: 800 },
          { line: "b", discount: 300 },
        ],
        by_tax_rate: [
          { tax_rate: "21", discount: 800 },
          { tax_rate: "9", discount: 300 },
        ],
        final: true,
      },
    });
  });

  test("items whose line does not divide evenly make up the line exactly", () => {
    const body = holder().must(holdOf("", { ...ask(3), lines: [coffee("a", 3, 1000)] }));
    expect(body).toMatchObject({ effect: { discount: 1000, lines: [{ line: "a", discount: 1000 }] } });
  });

  test("no more of them than there are items; none for a basket without", () => {
    const ledger = holder();
    expect(ledger.must(holdOf("", { ...ask(5), lines: [coffee("a", 2, 600)] }))).toMatchObject({
      parts: [{ amount: 2 }],
    });
    expect([ledger.available(STRIPS), ledger.held(STRIPS)]).toEqual([8, 2]);
    expect(ledger.refuses(holdOf("", { ...ask(1), lines: [line("cake", 100)] })).code).toBe("no_eligible_item");
    expect(ledger.refuses(holdOf("", ask(9))).code).toBe("insufficient_balance");
    expect(ledger.refuses(holdOf("", { ask: { unit: "strip:stp_tea", amount: 1 } })).code).toBe("unit_unknown");
  });

  test("settled at the sale when the basket was not known; what found nothing to pay is free again", () => {
    const ledger = holder();
    const hold = ledger.must(holdOf("", ask(3)));
    const body = ledger.must(sale([coffee("a", 1, 300)], { receipt: "R2", holds: [hold.seq] }));
    expect(body).toMatchObject({ captures: [{ parts: [{ amount: 1 }], effect: { discount: 300, final: true } }] });
    expect([ledger.available(STRIPS), ledger.held(STRIPS)]).toEqual([9, 0]);
  });

  test("and are taken with a warning when nothing of the sale fits", () => {
    const ledger = holder();
    const hold = ledger.must(holdOf("", ask(1)));
    const body = ledger.must(sale(500, { receipt: "R2", holds: [hold.seq] }));
    expect(body).toMatchObject({ warnings: [{ code: "effect_not_in_basket", hold: hold.seq }] });
    expect(ledger.available(STRIPS)).toBe(9);
  });

  test("what they pay earns nothing, on the gross price too", () => {
    const ledger = holder({ earn_on: "gross" });
    const hold = ledger.must(holdOf("", { ...ask(1), lines: [coffee("a", 1, 300), line("b", 200)] }));
    const off = line("off", -300, { kind: "discount" });
    ledger.must(sale([coffee("a", 1, 300), line("b", 200), off], { receipt: "R2", holds: [hold.seq] }));
    expect(ledger.available()).toBe(2);
  });
});

describe("strips and returns", () => {
  test("a card that comes back takes its strips; used ones are written off, or owed", () => {
    for (const [policy, left, lost] of [
      ["clamp", 0, 3],
      ["debt", -3, 0],
    ] as const) {
      const ledger = holder({ returns: { spent_points: policy } });
      ledger.must({ type: "capture", hold: ledger.must(holdOf("", ask(3))).seq });
      const body = ledger.must(refund(2, "all"));
      expect(ledger.available(STRIPS)).toBe(left);
      expect(body).toMatchObject({ written_off: lost === 0 ? [] : [{ unit: STRIPS, amount: lost }] });
    }
  });

  test("one of two cards takes its own strips, an amount takes none", () => {
    const ledger = new Ledger(rules());
    ledger.must(sale([buy({ quantity_milli: 2000, amount: 5000 })]));
    ledger.must(refund(2, 100, "T1"));
    expect(ledger.available(STRIPS)).toBe(20);
    ledger.must(refund(2, [byLine("s", 1)], "T2"));
    expect(ledger.available(STRIPS)).toBe(10);
    ledger.must(refund(2, "all", "T3"));
    expect(ledger.totals()).toEqual({});
  });

  const two = [coffee("a", 2, 600), coffee("b", 1, 400)];
  const table: [what: string, asked: number, backs: Back[], strips: number[]][] = [
    ["the single free item", 1, [[byLine("b")], [byLine("a", 1)], [byLine("a", 1)]], [9, 9, 10]],
    ["an item that was not free gives none", 2, [[byLine("b")]], [8]],
    ["one of two free items", 2, [[byLine("a", 1)], [byLine("a", 1)]], [9, 10]],
    ["a part of one gives none yet", 2, [[byLine("a", 0.5)], [byLine("a", 0.5)]], [8, 9]],
    ["what is kept is free first", 1, [[byLine("a", 1)]], [9]],
    ["everything that was free, then the rest", 3, [[byLine("a"), byLine("b")]], [10]],
    ["then all of it: nothing twice", 3, [[byLine("b")], "all"], [8, 10]],
    ["an amount gives none", 3, [100], [7]],
  ];
  test.each(table)("%s: its strips come back with what they paid for", (_what, asked, backs, strips) => {
    const ledger = holder({ earning: [] });
    const hold = ledger.must(holdOf("", { ...ask(asked), lines: two }));
    const { seq } = ledger.must(sale([...two, line("c", 500)], { receipt: "R2", holds: [hold.seq] }));
    const left = backs.map((back, index) => {
      ledger.must(refund(seq, back, `T${index}`));
      return ledger.available(STRIPS);
    });
    expect(left).toEqual(strips);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("where the sale has other lines than the strips were asked for, they come back with all of it", () => {
    const ledger = holder();
    const hold = ledger.must(holdOf("", { ...ask(1), lines: two }));
    const { seq } = ledger.must(sale([line("x", 300), line("y", 300)], { receipt: "R2", holds: [hold.seq] }));
    ledger.must(refund(seq, [byLine("x")], "T1"));
    expect(ledger.available(STRIPS)).toBe(9);
    ledger.must(refund(seq, [byLine("y")], "T2"));
    expect(ledger.available(STRIPS)).toBe(10);
  });

  test("a sale that comes back whole gives its strips back, to their lots", () => {
    const ledger = holder({ earning: [itemRule({ skus: ["x"] })] });
    const lots = ledger.state.units[STRIPS]?.lots;
    const hold = ledger.must(holdOf("", { ...ask(2), lines: [coffee("a", 2, 600)] }));
    const body = ledger.must(sale([coffee("a", 2, 0)], { receipt: "R2", total: 0, holds: [hold.seq] }));
    expect(ledger.available(STRIPS)).toBe(8);
    ledger.must(refund(body.seq, "all"));
    expect(ledger.state.units[STRIPS]?.lots).toEqual(lots);
  });
});

test("an opening balance may be paid, and no correction takes it", () => {
  const ledger = new Ledger(rules());
  ledger.must(adjust(4, { unit: STRIPS, type: "opening", origin: "paid" }));
  expect(ledger.refuses(adjust(-1, { unit: STRIPS })).code).toBe("insufficient_balance");
});

test("in words", () => {
  const reader = (locale: "nl" | "en") => ({ locale, currency: "EUR", unitName: () => card.name });
  const bought = { unit: STRIPS, delta: 10, why: { code: "bought", what: card.name } } as const;
  expect(explainEntry(reader("nl"), bought)).toBe("+10 strippen Tienrittenkaart: Tienrittenkaart");
  expect(explainEntry(reader("en"), { ...bought, delta: -1 })).toBe("−1 strip Ten coffees: Ten coffees");
  for (const reason of ["no_member", "foreign_currency", "unknown_card"] as const) {
    const said = (["nl", "en"] as const).map((locale) =>
      explainWarning(reader(locale), { code: "strips_not_credited", reason }),
    );
    expect(new Set(said).size).toBe(2);
  }
});

test("a strip card comes back from what was paid for, also where its sale topped up with a bonus and strips were given", () => {
  const credit = { top_up_bonus: [{ from: 1000, percent: 10 }] };
  const ledger = new Ledger(rules({ credit }));
  ledger.must({ type: "gift", unit: STRIPS, amount: 37, card_no: null });
  const sold = ledger.must(sale([buy(), line("t", 2000, { kind: "top_up" })]));
  ledger.must(refund(sold.seq, "all"));
  expect(ledger.state.units[STRIPS]?.lots).toMatchObject([{ class: "granted", amount: 37 }]);
});
