import { describe, expect, test } from "vitest";
import { formatMoney } from "../../src/domain/money.ts";
import { formatMilli, mulDivFloor, parseMilli, safeInteger, splitInProportion } from "../../src/domain/numbers.ts";

describe("mulDivFloor rounds towards minus infinity", () => {
  const table: [value: number, factor: number, divisor: number, result: number][] = [
    [0, 5, 7, 0],
    [7, 1, 2, 3],
    [8, 1, 2, 4],
    [-7, 1, 2, -4],
    [-8, 1, 2, -4],
    [-1, 1, 100, -1],
    [7, -1, 2, -4],
    [1_000_000_000, 1_000_000_000, 1_000_000_000, 1_000_000_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ];
  test.each(table)("floor(%i × %i / %i) = %i", (value, factor, divisor, result) => {
    expect(mulDivFloor(value, factor, divisor)).toBe(result);
  });

  test.each([
    ["a divisor of zero", 1, 1, 0],
    ["a negative divisor", 1, 1, -2],
    ["a fraction", 0.5, 1, 1],
    ["a result too large to be exact", Number.MAX_SAFE_INTEGER, 2, 1],
  ])("%s is a bug", (_what, value, factor, divisor) => {
    expect(() => mulDivFloor(value, factor, divisor)).toThrow(/must be positive|not a safe integer/);
  });
});

describe("splitInProportion", () => {
  const table: [what: string, total: number, weights: number[], shares: number[]][] = [
    ["an even split", 10, [1, 1], [5, 5]],
    ["what is left goes to the largest weight", 10, [1, 2], [3, 7]],
    ["on a tie to the earlier", 1, [1, 1, 1], [1, 0, 0]],
    ["two left over", 2, [1, 3, 3], [0, 1, 1]],
    ["a weight of zero gets nothing", 7, [0, 5, 0], [0, 7, 0]],
    ["nothing to split", 0, [3, 4], [0, 0]],
    ["nothing over nothing", 0, [0, 0], [0, 0]],
    ["nobody to share", 0, [], []],
    ["more weights than units", 2, [1, 1, 1, 1], [1, 1, 0, 0]],
    ["amounts whose product overflows", 1_000_000_000, [999_999_999, 999_999_999], [500_000_000, 500_000_000]],
  ];
  test.each(table)("%s", (_what, total, weights, shares) => {
    expect(splitInProportion(total, weights)).toEqual(shares);
  });

  test.each([
    ["a negative total", -1, [1]],
    ["a negative weight", 1, [2, -1]],
    ["weights that are all zero", 1, [0, 0]],
  ])("%s is a bug", (_what, total, weights) => {
    expect(() => splitInProportion(total, weights)).toThrow(/negative|all zero/);
  });
});

describe("quantities", () => {
  const table: [text: string, milli: number, shortest: string][] = [
    ["0", 0, "0"],
    ["1", 1000, "1"],
    ["1.5", 1500, "1.5"],
    ["1.50", 1500, "1.5"],
    ["0.001", 1, "0.001"],
    ["0.125", 125, "0.125"],
    ["10", 10_000, "10"],
    ["999999.999", 999_999_999, "999999.999"],
  ];
  test.each(table)("%s is %i thousandths, written %s", (text, milli, shortest) => {
    expect(parseMilli(text)).toBe(milli);
    expect(formatMilli(milli)).toBe(shortest);
  });

  test.each(["", ".5", "1.", "1.2345", "-1", "+1", "1e3", "1,5", " 1", "1000000", "1.5.5", "1\n"])(
    "%j is no quantity",
    (text) => {
      expect(parseMilli(text)).toBeNull();
    },
  );
});

describe("formatMoney", () => {
  const table: [amount: number, currency: string, nl: string, en: string][] = [
    [1250, "EUR", "€ 12,50", "€12.50"],
    [0, "EUR", "€ 0,00", "€0.00"],
    [-50, "EUR", "€ -0,50", "-€0.50"],
    [123_456_789, "EUR", "€ 1.234.567,89", "€1,234,567.89"],
    [500, "JPY", "JP¥ 500", "JP¥500"],
    [1234, "BHD", "BHD 1,234", "BHD 1.234"],
  ];
  test.each(table)("%i %s", (amount, currency, nl, en) => {
    expect(formatMoney(amount, currency, "nl")).toBe(nl);
    expect(formatMoney(amount, currency, "en")).toBe(en);
  });
});

test("a number that is not a safe integer is a bug, and says what it was", () => {
  expect(safeInteger(Number.MAX_SAFE_INTEGER, "points")).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => safeInteger(2 ** 53, "points")).toThrow("points is not a safe integer");
  expect(() => safeInteger(1.5, "points")).toThrow("points is not a safe integer");
  expect(() => safeInteger(Number.NaN, "points")).toThrow("points is not a safe integer");
});
