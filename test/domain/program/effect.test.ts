import { describe, expect, test } from "vitest";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { RewardEffect } from "../../../src/domain/program/reward-rules.ts";
import { evaluateEffect } from "../../../src/domain/program/effect.ts";
import { line, units } from "../support/commands.ts";

const percent = (value: number, more: object = {}): RewardEffect => ({ kind: "percent_off", percent: value, ...more });
const amount = (value: number, more: object = {}): RewardEffect => ({ kind: "amount_off", amount: value, ...more });

function effectOn(effect: RewardEffect, lines: readonly BasketLine[] | null, sale_total: number | null = null) {
  const evaluated = evaluateEffect(effect, { lines, sale_total });
  return evaluated.ok ? evaluated.value : evaluated.error;
}

describe("on lines the discount is final and splits exactly", () => {
  const coffee = line("coffee", 350, { sku: "coffee", tax_rate: "9" });
  const beer = line("beer", 499, { sku: "beer", tax_rate: "21" });
  const water = line("water", 250, { sku: "water", tax_rate: "9" });
  const bag = line("bag", 1);
  const tip = line("tip", 900, { kind: "tip" });
  type Shares = [name: string | null, discount: number][];
  const table: [
    what: string,
    effect: RewardEffect,
    lines: BasketLine[],
    discount: number,
    perLine: Shares,
    perRate: Shares,
  ][] = [
    [
      "10 percent, floored",
      percent(10),
      [coffee, beer],
      84,
      [
        ["coffee", 34],
        ["beer", 50],
      ],
      [
        ["9", 34],
        ["21", 50],
      ],
    ],
    [
      "100 percent",
      percent(100),
      [coffee, beer],
      849,
      [
        ["coffee", 350],
        ["beer", 499],
      ],
      [
        ["9", 350],
        ["21", 499],
      ],
    ],
    ["1 percent of next to nothing", percent(1), [bag], 0, [], []],
    ["percent up to the most", percent(50, { max_discount: 100 }), [coffee], 100, [["coffee", 100]], [["9", 100]]],
    ["percent at the most", percent(10, { max_discount: 35 }), [coffee], 35, [["coffee", 35]], [["9", 35]]],
    ["at most nothing", percent(10, { max_discount: 0 }), [coffee], 0, [], []],
    ["percent of some", percent(50, { only: { skus: ["beer"] } }), [coffee, beer], 249, [["beer", 249]], [["21", 249]]],
    [
      "an amount",
      amount(300),
      [coffee, beer],
      300,
      [
        ["coffee", 123],
        ["beer", 177],
      ],
      [
        ["9", 123],
        ["21", 177],
      ],
    ],
    ["an amount above the price", amount(5000), [coffee], 350, [["coffee", 350]], [["9", 350]]],
    ["one cent goes to the largest line", amount(1), [coffee, beer], 1, [["beer", 1]], [["21", 1]]],
    ["never on a tip", amount(2000), [coffee, tip], 350, [["coffee", 350]], [["9", 350]]],
  ];
  test.each(table)("%s", (_what, effect, lines, discount, perLine, perRate) => {
    expect(effectOn(effect, lines)).toMatchObject({
      final: true,
      discount,
      lines: perLine.map(([name, off]) => ({ line: name, discount: off })),
      by_tax_rate: perRate.map(([tax_rate, off]) => ({ tax_rate, discount: off })),
    });
  });

  test("lines of one rate are summed; a line without a rate stands apart", () => {
    expect(effectOn(amount(300), [coffee, water, bag])).toMatchObject({
      discount: 300,
      lines: [
        { line: "coffee", discount: 175 },
        { line: "water", discount: 125 },
      ],
      by_tax_rate: [{ tax_rate: "9", discount: 300 }],
    });
    expect(effectOn(percent(100), [coffee, bag])).toMatchObject({
      by_tax_rate: [
        { tax_rate: "9", discount: 350 },
        { tax_rate: null, discount: 1 },
      ],
    });
  });
});

describe("a free item is the cheapest eligible unit", () => {
  const table: [what: string, only: RewardEffect | null, lines: BasketLine[], free: string, discount: number][] = [
    ["of several lines", null, [line("a", 350), line("b", 300), line("c", 400)], "b", 300],
    ["on a tie the earlier line", null, [line("a", 350), line("b", 300), line("c", 300)], "b", 300],
    ["one unit of a line of three", null, [units("a", 3, 900), line("b", 350)], "a", 300],
    ["one unit, floored", null, [units("a", 3, 1000)], "a", 333],
    ["of one and a half, one", null, [units("a", 1.5, 300)], "a", 200],
    ["of half a unit, all there is", null, [units("a", 0.5, 300)], "a", 300],
    [
      "only among those named",
      { kind: "free_item", only: { skus: ["c"] } },
      [line("a", 100), line("b", 900, { sku: "c" })],
      "b",
      900,
    ],
    ["never a line that costs nothing already", null, [line("a", 0), line("b", 300)], "b", 300],
  ];
  test.each(table)("%s", (_what, effect, lines, free, discount) => {
    expect(effectOn(effect ?? { kind: "free_item" }, lines)).toMatchObject({
      final: true,
      discount,
      lines: [{ line: free, discount }],
      by_tax_rate: [{ tax_rate: null, discount }],
      item: { line: free },
    });
  });
});

describe("nothing on the receipt fits", () => {
  const table: [what: string, effect: RewardEffect, lines: BasketLine[]][] = [
    ["an empty basket", percent(10), []],
    ["none of the named", amount(100, { only: { skus: ["x"] } }), [line("a", 500)]],
    ["only a tip", { kind: "free_item" }, [line("a", 500, { kind: "tip" })]],
    ["only what is free already", { kind: "free_item" }, [line("a", 0)]],
  ];
  test.each(table)("%s", (_what, effect, lines) => {
    expect(effectOn(effect, lines)).toBe("no_eligible_item");
  });
});

describe("without lines", () => {
  const table: [what: string, effect: RewardEffect, total: number | null, discount: number | null][] = [
    ["nothing known: percent stays open", percent(10), null, null],
    ["nothing known: an amount stays open", amount(300), null, null],
    ["the total known: percent of it", percent(10), 1999, 199],
    ["the total known: percent up to the most", percent(10, { max_discount: 100 }), 1999, 100],
    ["the total known: the amount", amount(300), 1999, 300],
    ["the total known: never more than it", amount(300), 120, 120],
    ["a total of nothing", amount(300), 0, 0],
    ["bound to some items: stays open", amount(300, { only: { skus: ["a"] } }), 1999, null],
    ["a free item: stays open", { kind: "free_item" }, 1999, null],
  ];
  test.each(table)("%s", (_what, effect, total, discount) => {
    expect(effectOn(effect, null, total)).toMatchObject({ discount, final: false, lines: [], by_tax_rate: [] });
  });
});

test("a product takes nothing off and is final at once, whatever the basket", () => {
  const handedOver = {
    kind: "product",
    discount: 0,
    lines: [],
    by_tax_rate: [],
    final: true,
    percent: null,
    amount: null,
    item: { line: null, sku: "mug", name: null },
  };
  expect(effectOn({ kind: "product", sku: "mug" }, [])).toEqual(handedOver);
  expect(effectOn({ kind: "product", sku: "mug" }, null, 100)).toEqual(handedOver);
});
