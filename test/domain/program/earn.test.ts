import { describe, expect, test } from "vitest";
import type { Basket, BasketLine, LineKind } from "../../../src/domain/program/basket.ts";
import { type EarnFact, evaluateEarning } from "../../../src/domain/program/earn.ts";
import { atRate, type Remainders } from "../../../src/domain/program/remainder.ts";
import { normaliseBasket } from "../../../src/domain/program/normalise-basket.ts";
import type { EarningRule } from "../../../src/domain/program/earning-rules.ts";
import { basket, line, units } from "../support/commands.ts";
import {
  categoryRule,
  itemRule,
  type ProgramInput,
  program,
  spendRule,
  stampCard,
  visitRule,
} from "../support/program.ts";

function earn(changes: Partial<ProgramInput>, on: Basket, remainders: Remainders = {}) {
  return evaluateEarning(program(changes), { program: 1, remainders }, on);
}

/** The points that rules give on a basket, the rule that won, and why. */
function pointsBy(rules: EarningRule[], on: Basket, changes: Partial<ProgramInput> = {}) {
  const [outcome] = earn({ earning: rules, ...changes }, on);
  return outcome;
}

describe("spend", () => {
  const table: [what: string, rule: Parameters<typeof spendRule>[0], on: Basket, amount: number, rest: number][] = [
    ["a cent below a point", {}, basket(line("a", 99)), 0, 99],
    ["exactly a point", {}, basket(line("a", 100)), 1, 0],
    ["a point and a rest", {}, basket(line("a", 199)), 1, 99],
    ["several lines add up before they are floored", {}, basket(line("a", 50), line("b", 50)), 1, 0],
    ["ten per euro", { give: 10 }, basket(line("a", 155)), 15, 50],
    ["a rate that does not divide: three per seven euros", { give: 3, per: 700 }, basket(line("a", 1000)), 4, 200],
    ["the largest amount at the largest rate", { give: 1_000_000, per: 1 }, basket(line("a", 1_000_000_000)), 1e15, 0],
    ["exactly the minimum", { minimum_spend: 500 }, basket(line("a", 500)), 5, 0],
    ["only the named sku", { only: { skus: ["a"] } }, basket(line("1", 300, { sku: "a" }), line("2", 500)), 3, 0],
    [
      "only the named category",
      { only: { categories: ["food"] } },
      basket(line("1", 300, { category: "food" }), line("2", 500, { category: "drink" })),
      3,
      0,
    ],
    [
      "except the named sku",
      { except: { skus: ["a"] } },
      basket(line("1", 300, { sku: "a" }), line("2", 500, { sku: "b" })),
      5,
      0,
    ],
    [
      "except wins over only",
      { only: { categories: ["food"] }, except: { skus: ["a"] } },
      basket(line("1", 300, { sku: "a", category: "food" }), line("2", 500, { category: "food" })),
      5,
      0,
    ],
  ];
  test.each(table)("%s", (_what, rule, on, amount, rest) => {
    expect(pointsBy([spendRule(rule)], on)).toMatchObject({
      amount,
      rule: "ear_spend",
      remainder: { after: { value: rest } },
    });
  });

  const nothing: [what: string, rule: Parameters<typeof spendRule>[0], on: Basket, fact: EarnFact][] = [
    ["an empty basket", {}, basket(), { code: "nothing_eligible" }],
    ["a free line", {}, basket(line("a", 0)), { code: "nothing_eligible" }],
    [
      "a cent below the minimum",
      { minimum_spend: 500 },
      basket(line("a", 499)),
      { code: "below_minimum", minimum: 500, eligible: 499 },
    ],
    [
      "the minimum counts eligible lines alone",
      { minimum_spend: 500, only: { skus: ["a"] } },
      basket(line("1", 499, { sku: "a" }), line("2", 9000)),
      { code: "below_minimum", minimum: 500, eligible: 499 },
    ],
    ["nothing of what is named", { only: { skus: ["a"] } }, basket(line("1", 500)), { code: "nothing_eligible" }],
  ];
  test.each(nothing)("%s earns nothing and moves no remainder", (_what, rule, on, fact) => {
    expect(pointsBy([spendRule(rule)], on)).toEqual({ unit: "points", rule: null, amount: 0, remainder: null, fact });
  });
});

describe("what never earns", () => {
  const never: LineKind[] = ["tip", "deposit", "gift_card", "top_up", "strip_card", "delivery"];
  test.each(never)("a line of kind %s, alone or beside an item", (kind) => {
    expect(pointsBy([spendRule(), visitRule()], basket(line("a", 5000, { kind })))).toMatchObject({ amount: 0 });
    expect(pointsBy([spendRule()], basket(line("a", 5000, { kind }), line("b", 300)))).toMatchObject({ amount: 3 });
  });

  test.each([
    ["sku", { skus: ["x"] }],
    ["category", { categories: ["tobacco"] }],
  ])("what the programme excludes by %s, for every rule", (_what, exclude) => {
    const excluded = line("a", 5000, { sku: "x", category: "tobacco" });
    const rules = [spendRule(), visitRule(), itemRule({ skus: ["x"] }), categoryRule({ categories: ["tobacco"] })];
    expect(pointsBy(rules, basket(excluded), { exclude })).toMatchObject({ amount: 0, rule: null });
    expect(pointsBy(rules, basket(excluded, line("b", 300)), { exclude })).toMatchObject({ amount: 3 });
  });
});

describe("visit, item and category", () => {
  const latte = (count: number, changes: Partial<BasketLine> = {}) =>
    units("latte", count, 350 * count, { category: "coffee", ...changes });
  const table: [what: string, rule: EarningRule, on: Basket, amount: number][] = [
    ["a visit of any size", visitRule(), basket(line("a", 1)), 1],
    ["a visit with several lines is one visit", visitRule({ give: 3 }), basket(line("a", 1), line("b", 2)), 3],
    ["a visit at the minimum", visitRule({ minimum_spend: 500 }), basket(line("a", 500)), 1],
    ["a visit below the minimum", visitRule({ minimum_spend: 500 }), basket(line("a", 499)), 0],
    ["a visit for a tip alone", visitRule(), basket(line("a", 500, { kind: "tip" })), 0],
    ["each unit of the sku", itemRule({ give: 2 }), basket(latte(3), line("b", 100)), 6],
    ["units over several lines", itemRule(), basket(latte(1), latte(2)), 3],
    ["halves of two lines make one", itemRule(), basket(latte(0.5), latte(0.5)), 1],
    ["half a unit", itemRule(), basket(latte(0.5)), 0],
    ["one and a half units", itemRule(), basket(latte(1.5)), 1],
    ["no unit of the sku", itemRule(), basket(line("b", 100)), 0],
    ["an item given away", itemRule(), basket(latte(1, { amount: 0 })), 0],
    ["each unit in the category", categoryRule(), basket(latte(2), units("tea", 1, 200, { category: "tea" })), 2],
    ["a category is matched exactly", categoryRule(), basket(latte(1, { category: "Coffee" })), 0],
    ["items below the minimum", itemRule({ minimum_spend: 700 }), basket(latte(1)), 0],
    ["items at the minimum", itemRule({ minimum_spend: 700 }), basket(latte(2)), 2],
  ];
  test.each(table)("%s", (_what, rule, on, amount) => {
    expect(pointsBy([rule], on)?.amount).toBe(amount);
  });
});

describe("discounts on the whole basket", () => {
  const off = (amount: number) => line("d", -amount, { kind: "discount" });
  const tobacco = line("t", 1000, { category: "tobacco" });
  const table: [what: string, on: Basket, eligible: number | null][] = [
    ["lower what earns", basket(line("a", 1000), off(250)), 750],
    ["fall on lines that do not earn too", basket(line("a", 1000), tobacco, off(500)), 750],
    ["fall on a tip too", basket(line("a", 1000), line("tip", 1000, { kind: "tip" }), off(500)), 750],
    ["are floored in the eligible part", basket(line("a", 1000), tobacco, off(1)), 999],
    ["of everything leave nothing", basket(line("a", 1000), off(1000)), null],
    ["of more than everything leave nothing", basket(line("a", 1000), off(1500)), null],
    ["by rounding count alike", basket(line("a", 1003), line("r", -3, { kind: "rounding" })), 1000],
    ["and rounding upwards earns nothing", basket(line("a", 997), line("r", 3, { kind: "rounding" })), 997],
    [
      "as a negative difference to the total count alike",
      { total: 900, lines: normaliseBasket([line("a", 1000)], 900).lines },
      900,
    ],
  ];
  test.each(table)("%s", (_what, on, eligible) => {
    const outcome = pointsBy([spendRule()], on, { exclude: { categories: ["tobacco"] } });
    expect(outcome?.fact).toMatchObject(eligible === null ? { code: "nothing_eligible" } : { eligible });
  });
});

describe("the rule that gives most wins", () => {
  const on = basket(units("latte", 2, 700, { category: "coffee" }), line("b", 300));
  const table: [what: string, rules: EarningRule[], winner: string | null, amount: number][] = [
    ["spend", [visitRule({ give: 9 }), spendRule()], "ear_spend", 10],
    ["visit", [spendRule(), visitRule({ give: 11 })], "ear_visit", 11],
    ["item", [spendRule(), itemRule({ give: 6 })], "ear_item", 12],
    ["on a tie the earlier: visit", [visitRule({ give: 10 }), spendRule()], "ear_visit", 10],
    ["on a tie the earlier: spend", [spendRule(), visitRule({ give: 10 })], "ear_spend", 10],
    ["a rule that gives nothing yet still collects", [spendRule({ per: 5000 })], "ear_spend", 0],
    ["but not beside one that gives", [spendRule({ per: 5000 }), visitRule()], "ear_visit", 1],
    [
      "the first of two that collect",
      [spendRule({ per: 5000 }), spendRule({ id: "ear_2", per: 4000 })],
      "ear_spend",
      0,
    ],
    [
      "a collecting rule before one that does not apply",
      [itemRule({ skus: ["x"] }), spendRule({ per: 5000 })],
      "ear_spend",
      0,
    ],
    ["none applies", [itemRule({ skus: ["x"] })], null, 0],
  ];
  test.each(table)("%s", (_what, rules, winner, amount) => {
    expect(pointsBy(rules, on)).toMatchObject({ rule: winner, amount });
  });

  test("when none applies, a missed minimum is the reason worth telling", () => {
    const rules = [itemRule({ skus: ["x"] }), visitRule({ minimum_spend: 2000 }), spendRule({ minimum_spend: 3000 })];
    expect(pointsBy(rules, on)?.fact).toEqual({ code: "below_minimum", minimum: 2000, eligible: 1000 });
  });
});

describe("several units", () => {
  const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
  const visits = stampCard("visit", visitRule({ id: "ear_visits", minimum_spend: 500 }));
  const cards: Partial<ProgramInput> = {
    stamp_cards: [coffee.card, visits.card],
    rewards: [coffee.full, visits.full],
  };

  test("points and every stamp card earn by themselves", () => {
    const outcomes = earn(cards, basket(units("latte", 2, 700)));
    expect(outcomes.map(({ unit, amount }) => [unit, amount])).toEqual([
      ["points", 7],
      ["stamps:stc_coffee", 2],
      ["stamps:stc_visit", 1],
    ]);
  });

  test("a unit that earns nothing says why", () => {
    const outcomes = earn(cards, basket(line("tea", 300)));
    expect(outcomes.map(({ fact }) => fact.code)).toEqual(["earned_spend", "nothing_eligible", "below_minimum"]);
  });
});

describe("fractions carry over", () => {
  const table: [
    what: string,
    before: Remainders,
    eligible: number,
    amount: number,
    after: number,
    carried: number[],
  ][] = [
    ["nothing before", {}, 150, 1, 50, [0, 50]],
    ["up to the next point", { ear_spend: { value: 50, rate: 100 } }, 50, 1, 0, [50, 0]],
    ["one cent short of it", { ear_spend: { value: 50, rate: 100 } }, 49, 0, 99, [50, 99]],
    ["below zero after a return: first repaid", { ear_spend: { value: -50, rate: 100 } }, 149, 0, 99, [-50, 99]],
    ["below zero and more than the sale", { ear_spend: { value: -80, rate: 100 } }, 30, 0, -50, [-80, -50]],
    ["another rule's fraction stays out", { ear_other: { value: 99, rate: 100 } }, 1, 0, 1, [0, 1]],
    [
      "a rate that has doubled keeps the fraction of a point",
      { ear_spend: { value: 25, rate: 50 } },
      50,
      1,
      0,
      [50, 0],
    ],
    ["a rate that has shrunk floors it", { ear_spend: { value: 99, rate: 300 } }, 67, 1, 0, [33, 0]],
  ];
  test.each(table)("%s", (_what, before, eligible, amount, after, [carried_in, carried_out]) => {
    const [outcome] = earn({}, basket(line("a", eligible)), before);
    expect(outcome).toMatchObject({
      amount,
      remainder: { after: { value: after, rate: 100 } },
      fact: { carried_in, carried_out },
    });
  });

  test("a rule that gives several points carries money, not points", () => {
    const [outcome] = earn({ earning: [spendRule({ give: 3, per: 700 })] }, basket(line("a", 1000)));
    expect(outcome?.fact).toEqual({
      code: "earned_spend",
      eligible: 1000,
      per: 700,
      give: 3,
      carried_in: 0,
      carried_out: 66,
    });
  });

  test.each([
    [50, 100, 200, 100],
    [50, 100, 100, 50],
    [-50, 100, 50, -25],
    [-1, 100, 150, -2],
    [1, 100, 150, 1],
    [0, 100, 7, 0],
  ])("%i at rate %i is, at rate %i, %i", (value, rate, to, expected) => {
    expect(atRate({ value, rate }, to)).toEqual({ value: expected, rate: to });
  });
});

describe("lines and total", () => {
  const unallocated = (amount: number) => line("unallocated", amount, { kind: "unallocated" });
  const table: [what: string, lines: BasketLine[], total: number, extra: BasketLine[], difference: number][] = [
    ["that agree stay as they are", [line("a", 100)], 100, [], 0],
    ["that fall short get a line", [line("a", 100)], 130, [unallocated(30)], 30],
    ["that exceed it get a negative line", [line("a", 100)], 70, [unallocated(-30)], -30],
    [
      "and the till has a line of that name",
      [line("unallocated", 100)],
      130,
      [{ ...unallocated(30), id: "unallocated_2" }],
      30,
    ],
    ["without lines the total is one line, nothing to warn about", [], 130, [unallocated(130)], 0],
    ["nothing at all", [], 0, [], 0],
  ];
  test.each(table)("%s", (_what, lines, total, extra, difference) => {
    expect(normaliseBasket(lines, total)).toEqual({ lines: [...lines, ...extra], difference });
  });
});
