import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BookingBody, SaleWarning } from "../../../src/domain/ledger/booking.ts";
import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import { explainWarning } from "../../../src/domain/ledger/explain.ts";
import { type BudgetUse, isUsedUp } from "../../../src/domain/program/budget.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import { anyProgram, anyStory, runs } from "../support/arbitraries.ts";
import { byLine, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { play } from "../support/play.ts";
import { program, type ProgramInput, programInput } from "../support/program.ts";

type Promotion = NonNullable<ProgramInput["promotions"]>[number];

const name = { nl: "Dubbele punten", en: "Double points" };
const double: Promotion = { id: "prm_double", name, gives: { kind: "multiplier", percent: 200 } };
const five: Promotion = { id: "prm_five", name, gives: { kind: "addition", give: 5 } };
const off: Promotion = {
  id: "prm_off",
  name,
  gives: { kind: "effect", effect: { kind: "amount_off", amount: 300 } },
};

function ledgerWith(promotions: readonly Promotion[], changes: Partial<ProgramInput> = {}): Ledger {
  return new Ledger(program({ promotions: [...promotions], ...changes }));
}

function uses(body: BookingBody): [string, number][] {
  const budgets: readonly BudgetUse[] = body.type === "sale" || body.type === "return" ? (body.budgets ?? []) : [];
  return budgets.map(({ promotion, used }) => [promotion, used]);
}

function codes(body: BookingBody): SaleWarning["code"][] {
  return body.type === "sale" ? body.warnings.map(({ code }) => code) : [];
}

describe("what a promotion uses of its budget", () => {
  test.each<[string, Promotion, Partial<SaleCommand>, number[]]>([
    ["what a multiplier gives beyond the rule", { ...double, budget: { points_max: 100 } }, {}, [12]],
    ["what an addition gives", { ...five, budget: { points_max: 100 } }, {}, [5]],
    ["one sale, whatever it gives", { ...double, budget: { uses_max: 100 } }, {}, [1]],
    ["nothing where it gives nothing", { ...double, budget: { uses_max: 9 }, minimum_spend: 5000 }, {}, []],
    ["nothing in another currency", { ...double, budget: { uses_max: 9 } }, { currency: "USD" }, []],
    ["nothing while the till did not take it off", { ...off, budget: { amount_max: 900 } }, {}, []],
    [
      "what the till took off",
      { ...off, budget: { amount_max: 900 } },
      { offers: [{ id: "prm_off", discount: 250 }] },
      [250],
    ],
  ])("%s", (_what, promotion, changes, expected) => {
    const ledger = ledgerWith([promotion]);
    const body = ledger.must(sale(1234, changes));
    expect(uses(body).map(([, used]) => used)).toEqual(expected);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("leaves out what a cap kept back", () => {
    const caps = { units: { points: { name: { en: "points" }, caps: { sale: 15 } } } };
    const ledger = ledgerWith([{ ...double, budget: { points_max: 100 } }], caps);
    expect(uses(ledger.must(sale(1000)))).toEqual([["prm_double", 5]]);
  });

  test("is not booked for a promotion without a budget", () => {
    expect(ledgerWith([double, five]).must(sale(1000))).not.toHaveProperty("budgets");
  });

  test("goes back with what comes back, bit by bit as at once", () => {
    const ledger = ledgerWith([
      { ...double, budget: { points_max: 100 } },
      { ...five, minimum_spend: 1000, budget: { uses_max: 9 } },
    ]);
    const sold = ledger.must(sale([line("a", 900), line("b", 600)]));
    expect(uses(sold)).toEqual([
      ["prm_double", 15],
      ["prm_five", 1],
    ]);
    expect(uses(ledger.must(refund(2, [byLine("b")], "T1")))).toEqual([
      ["prm_double", -6],
      ["prm_five", -1],
    ]);
    expect(uses(ledger.must(refund(2, [byLine("a")], "T2")))).toEqual([["prm_double", -9]]);
  });
});

describe("a promotion whose budget is used up", () => {
  const budgeted = { ...double, budget: { points_max: 100 } };
  const closed = { closed_budgets: [{ promotion: "prm_double", max: 100 }] };

  test("gives nothing more, and the sale goes on and says so", () => {
    const ledger = ledgerWith([budgeted]);
    const body = ledger.must(sale(1000, closed));
    expect([ledger.available(), uses(body), codes(body)]).toEqual([10, [], ["promotion_budget_used_up"]]);
    const [warning] = body.type === "sale" ? body.warnings : [];
    if (warning === undefined) throw new Error("no warning");
    const reader = (locale: "nl" | "en") => ({ locale, currency: "EUR", unitName: () => null });
    expect(explainWarning(reader("nl"), warning)).toBe("De actie Dubbele punten is op en geldt niet meer.");
    expect(explainWarning(reader("en"), warning)).toBe("The promotion Double points is used up and no longer applies.");
  });

  test("is not mentioned where it would not have applied", () => {
    const ledger = ledgerWith([{ ...budgeted, minimum_spend: 2000 }]);
    expect(codes(ledger.must(sale(1999, { ...closed, receipt: "1" })))).toEqual([]);
    expect(codes(ledger.must(sale(2000, { ...closed, receipt: "2" })))).toEqual(["promotion_budget_used_up"]);
  });

  test("goes on under a larger budget, and ends at a smaller one", () => {
    const at = (points_max: number) => isUsedUp({ ...budgeted, budget: { points_max } }, closed.closed_budgets);
    expect([at(99), at(100), at(101)]).toEqual([true, true, false]);
  });

  test("took something off at the till all the same: booked as paid, and one warning", () => {
    const ledger = ledgerWith([{ ...off, budget: { amount_max: 900 } }]);
    const offers = [{ id: "prm_off", discount: 300 }];
    const body = ledger.must(sale(700, { offers, closed_budgets: [{ promotion: "prm_off", max: 900 }] }));
    expect([uses(body), codes(body)]).toEqual([[], ["promotion_budget_used_up"]]);
  });

  test("is used up for a coupon too, and a return of an earlier sale computes with what it gave", () => {
    const ledger = ledgerWith([budgeted]);
    ledger.must(sale(1000, { receipt: "1" }));
    ledger.must(sale(1000, { receipt: "2", ...closed }));
    expect(ledger.available()).toBe(30);
    ledger.must(refund(2, 500));
    expect(ledger.available()).toBe(20);
  });
});

test("over any story no sale has a budget used below nothing, and one that came back whole has used nothing", () => {
  fc.assert(
    fc.property(anyProgram(), anyStory, (rules, story) => {
      const ledger = new Ledger(rules);
      story.forEach((step, index) => play(ledger, step, index));
      const used = new Map<string, number>();
      const whole = new Set<number>();
      for (const body of ledger.bodies) {
        if (body.type !== "sale" && body.type !== "return") continue;
        const at = body.type === "sale" ? body.seq : body.sale;
        const kept = body.type === "return" && body.coupon?.gone === true;
        if (body.type === "return" && body.full && !kept) whole.add(at);
        for (const use of body.budgets ?? []) {
          const key = `${at} ${use.promotion}`;
          const sum = (used.get(key) ?? 0) + use.used;
          expect(sum).toBeGreaterThanOrEqual(0);
          used.set(key, sum);
        }
      }
      const left = [...used].filter(([key, sum]) => sum !== 0 && whole.has(Number(key.split(" ")[0])));
      expect(left).toEqual([]);
    }),
    runs(100),
  );
});

test.each<[string, Promotion, string]>([
  ["an empty budget", { ...double, budget: {} }, "give one of"],
  ["two budgets", { ...double, budget: { points_max: 1, uses_max: 1 } }, "give one of"],
  ["points for what is off the basket", { ...off, budget: { points_max: 1 } }, "is for promotions that give units"],
  ["money for what gives points", { ...five, budget: { amount_max: 1 } }, "take something off the basket"],
])("a promotion with %s is refused", (_what, promotion, message) => {
  const parsed = parseProgramDocument(programInput({ promotions: [promotion] }));
  expect(parsed.ok ? "" : parsed.error.map((issue) => issue.message).join()).toContain(message);
});
