import fc from "fast-check";
import { expect, test } from "vitest";
import { type Balances, expectedBalances, expectedOfSales } from "../../../scripts/replay/expected-balances.ts";
import type { UnitRule } from "../../../scripts/replay/rules.ts";
import { linesOf, type Row } from "./support/till-file.ts";

const RULES: readonly UnitRule[] = [
  { unit: "points", kind: "spend", give: 1, per: 100, minimum: 0 },
  { unit: "stamps", kind: "visit", give: 1, minimum: 1000 },
];

/** Points and stamps of the only customer. */
function balanceOf(...rows: readonly Row[]): [points: number | undefined, stamps: number | undefined] {
  const balances: Balances | undefined = expectedBalances(linesOf(...rows), RULES).get("anna");
  return [balances?.get("points"), balances?.get("stamps")];
}

const anna = (invoice: string, sku: string, quantity: number, price: string): Row => [
  invoice,
  sku,
  quantity,
  price,
  "anna",
];

test.each<[what: string, points: number, stamps: number, rows: Row[]]>([
  ["a sale of 25.50 gives 25 points and a stamp", 25, 1, [anna("1", "mug", 10, "2.55")]],
  ["9.99 is no stamp", 9, 0, [anna("1", "mug", 1, "9.99")]],
  ["10.00 is a stamp", 10, 1, [anna("1", "mug", 1, "10.00")]],
  ["pence carry over: 0.60 + 0.60", 1, 0, [anna("1", "a", 1, "0.60"), anna("2", "a", 1, "0.60")]],
  [
    "pence carry over twice: 3 × 0.67",
    2,
    0,
    [anna("1", "a", 1, "0.67"), anna("2", "a", 1, "0.67"), anna("3", "a", 1, "0.67")],
  ],
  ["a line at zero adds nothing", 10, 1, [anna("1", "a", 1, "10"), anna("1", "gift", 1, "0")]],
  ["a sale at zero is none", 0, 0, [anna("1", "gift", 1, "0")]],
  ["everything back is as if never bought", 0, 0, [anna("1", "mug", 4, "5"), anna("C2", "mug", -4, "5")]],
  ["half back", 10, 1, [anna("1", "mug", 4, "5"), anna("C2", "mug", -2, "5")]],
  ["below the minimum the stamp goes", 5, 0, [anna("1", "mug", 4, "5"), anna("C2", "mug", -3, "5")]],
  [
    "two small returns are one large one",
    5,
    0,
    [anna("1", "mug", 4, "5"), anna("C2", "mug", -1, "5"), anna("C3", "mug", -2, "5")],
  ],
  [
    // 1.50 → 1 point, 50 carried. 0.60 → 1 point, 10 carried. The first comes back: its point goes, 10 − 50 = −40 carried.
    // 1.30: 90 pence seen, no point, 90 carried. 0.10: a point.
    "a carried remainder goes below zero and comes back",
    2,
    0,
    [
      anna("1", "a", 1, "1.50"),
      anna("2", "b", 1, "0.60"),
      anna("C3", "a", -1, "1.50"),
      anna("4", "c", 1, "1.30"),
      anna("5", "d", 1, "0.10"),
    ],
  ],
  [
    // 0.99 → nothing, 99 carried. 0.02 → 1 point, 1 carried; a penny of it back: 99 + 1 = 100 still makes the point, 0 carried.
    "a return is counted from the remainder its sale began with",
    1,
    0,
    [anna("1", "a", 1, "0.99"), anna("2", "b", 2, "0.01"), anna("C3", "b", -1, "0.01"), anna("4", "c", 1, "0.99")],
  ],
  [
    "the newest sale gives back first, at its own price",
    20,
    1,
    [anna("1", "mug", 1, "20"), anna("2", "mug", 1, "7"), anna("C3", "mug", -1, "20")],
  ],
  [
    "the last of two lines gives back first",
    12,
    1,
    [anna("1", "mug", 1, "12"), anna("1", "mug", 1, "3"), anna("C2", "mug", -1, "12")],
  ],
  [
    "one cancellation over two sales",
    3,
    0,
    [anna("1", "mug", 2, "3"), anna("2", "mug", 2, "4"), anna("C3", "mug", -3, "4")],
  ],
  ["a part of a line keeps its share, rounded down", 0, 0, [anna("1", "a", 3, "0.335"), anna("C2", "a", -1, "0.335")]],
  ["what was never bought takes nothing", 20, 1, [anna("1", "mug", 4, "5"), anna("C2", "pin", -4, "5")]],
  ["more than was bought takes what there was", 0, 0, [anna("1", "mug", 4, "5"), anna("C2", "mug", -9, "5")]],
  ["a stock correction is none of the customer's", 20, 1, [anna("1", "mug", 4, "5"), anna("2", "mug", -4, "5")]],
])("%s", (_what, points, stamps, rows) => {
  expect(balanceOf(...rows)).toEqual([points, stamps]);
});

test("customers do not share remainders, and lines without one count for nobody", () => {
  const lines = linesOf(["1", "a", 1, "0.60", "anna"], ["2", "a", 1, "0.60", "bram"], ["3", "a", 1, "99", ""]);
  const balances = expectedBalances(lines, RULES);
  expect([...balances.keys()]).toEqual(["anna", "bram"]);
  expect([...balances.values()].map((all) => all.get("points"))).toEqual([0, 0]);
});

test("a sale without a customer is counted from zero, by its own lines alone", () => {
  const lines = linesOf(
    ["1", "a", 1, "0.60", "anna"],
    ["1", "a", 1, "25.50", ""],
    ["1", "a", -2, "25.50", ""],
    ["2", "a", 1, "0.60", ""],
    ["C3", "a", -1, "25.50", ""],
  );
  const earned = [...expectedOfSales(lines, RULES)].map(([invoice, all]) => [invoice, ...all.values()]);
  expect(earned).toEqual([
    ["1", 25, 1],
    ["2", 0, 0],
  ]);
});

test("several points per amount carry fractions of their own", () => {
  const rules: UnitRule[] = [{ unit: "points", kind: "spend", give: 3, per: 200, minimum: 100 }];
  const lines = linesOf(["1", "a", 1, "1.50", "anna"], ["2", "a", 1, "0.99", "anna"], ["3", "a", 1, "1.20", "anna"]);
  expect(expectedBalances(lines, rules).get("anna")?.get("points")).toBe(4);
});

test("kept pence are points and a remainder that no order of returns changes", () => {
  const pieces = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.boolean()), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(pieces, (bought) => {
      const sales = bought.map(([pence], index) => anna(`${index}`, `s${index}`, 1, (pence / 100).toFixed(2)));
      const back = bought.flatMap(([pence, returned], index) =>
        returned ? [anna(`C${index}`, `s${index}`, -1, (pence / 100).toFixed(2))] : [],
      );
      const [points] = balanceOf(...sales, ...back);
      expect(balanceOf(...sales, ...back.toReversed())[0]).toBe(points);
    }),
  );
});
