import fc from "fast-check";
import { expect, test } from "vitest";
import { formatQuantity, lineAmount, parseFixed, wholeMinor } from "../../../scripts/replay/money.ts";

test.each([
  ["2.55", 2_550_000n],
  ["0", 0n],
  ["15", 15_000_000n],
  ["0.000001", 1n],
  ["-11062.06", -11_062_060_000n],
  ["2.5500000000", 2_550_000n],
])("reads the price %s", (text, micro) => {
  expect(parseFixed(text, 6)).toBe(micro);
});

test.each(["", ".", "1.", ".5", "1e3", "1,5", "+1", " 1", "1.0000001", "NaN", "0x1", "1234567890", "--1"])(
  "does not read %j as a price",
  (text) => {
    expect(parseFixed(text, 6)).toBeNull();
  },
);

test.each([
  ["6 × 2.55", 6, "2.55", 1530],
  ["a product that floats get wrong: 3 × 1.15", 3, "1.15", 345],
  ["half a penny goes up", 1, "0.005", 1],
  ["less than half goes down", 1, "0.004999", 0],
  ["fractions add up before they are rounded", 3, "0.335", 101],
  ["nothing", 100, "0", 0],
  ["9,360 × 0.0321", 9360, "0.0321", 30_046],
])("%s", (_what, quantity, price, pence) => {
  expect(lineAmount(quantity * 1000, parseFixed(price, 6) ?? -1n)).toBe(pence);
});

test("a quarter of something at 0.30 is half a penny up", () => {
  expect(lineAmount(250, parseFixed("0.30", 6) ?? -1n)).toBe(8);
});

test("an amount is never further than half a penny from the exact product", () => {
  const quantities = fc.integer({ min: 0, max: 999_999_999 });
  const prices = fc.bigInt({ min: 0n, max: 10n ** 12n });
  const near = fc.property(quantities, prices, (quantity, price) => {
    const exact = BigInt(quantity) * price;
    const off = BigInt(lineAmount(quantity, price)) * 10_000_000n - exact;
    return off <= 5_000_000n && off > -5_000_000n;
  });
  expect(fc.check(near).failed).toBe(false);
});

test("a unit price is whole pence or not given", () => {
  expect(wholeMinor(2_550_000n)).toBe(255);
  expect(wholeMinor(2_555_000n)).toBeNull();
});

test.each([
  [1000, "1"],
  [250, "0.25"],
  [1, "0.001"],
  [12_500, "12.5"],
  [9_360_000, "9360"],
])("writes %i thousandths as %s", (milli, text) => {
  expect(formatQuantity(milli)).toBe(text);
});
