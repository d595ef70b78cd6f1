import { mulDivFloor, parseMilli } from "../numbers.ts";
import type { CompiledMatcher } from "./compile.ts";

/**
 * What a line is. Only `item` and `unallocated` lines earn; `discount` and `rounding` lower what earns. An `exchange` line
 * brings goods of an earlier sale back; the return that goes with it takes back what they earned.
 */
export type LineKind =
  | "item"
  | "tip"
  | "deposit"
  | "gift_card"
  | "top_up"
  | "strip_card"
  | "delivery"
  | "discount"
  | "rounding"
  | "exchange"
  | "unallocated";

/** A line of a basket, normalised. Its sign: only discount, rounding, unallocated and exchange lines may be negative. */
export interface BasketLine {
  readonly id: string;
  readonly kind: LineKind;
  readonly sku: string | null;
  readonly name: string | null;
  readonly category: string | null;
  /** Thousandths of a unit. */
  readonly quantity_milli: number;
  /** What the line costs in all, after discounts, tax included, in minor units. */
  readonly amount: number;
  /** Minor units, or null when the till gave none. */
  readonly unit_price: number | null;
  /** Percent as a decimal string, or null. */
  readonly tax_rate: string | null;
}

export interface Basket {
  readonly lines: readonly BasketLine[];
  /** What was paid in all, in minor units. */
  readonly total: number;
  /** What of so much was paid with credit, in minor units: it earns nothing. Absent when nothing was. */
  readonly credit?: { readonly paid: number; readonly of: number };
}

export function matches(matcher: CompiledMatcher, line: BasketLine): boolean {
  return (
    (line.sku !== null && matcher.skus.has(line.sku)) ||
    (line.category !== null && matcher.categories.has(line.category))
  );
}

/** Lines that a rule counts: goods, inside `only`, outside `except` and the programme's own exclusions. */
export function eligibleLines(
  basket: Basket,
  filter: {
    readonly only: CompiledMatcher | null;
    readonly except: CompiledMatcher | null;
    readonly exclude: CompiledMatcher | null;
  },
): BasketLine[] {
  return basket.lines.filter(
    (line) =>
      (line.kind === "item" || line.kind === "unallocated") &&
      line.amount > 0 &&
      (filter.only === null || matches(filter.only, line)) &&
      (filter.except === null || !matches(filter.except, line)) &&
      (filter.exclude === null || !matches(filter.exclude, line)),
  );
}

/**
 * What a set of lines contributes to spending, in minor units. Discounts and rounding that stand in lines of their
 * own belong to the whole basket, so every positive line bears its share: floor(eligible × (positive − off) / positive).
 * So does what was paid with credit: it earns nothing.
 */
export function eligibleAmount(basket: Basket, lines: readonly BasketLine[]): number {
  const eligible = sumOf(lines);
  const positive = sumOf(basket.lines.filter((line) => line.amount > 0));
  const off = -sumOf(basket.lines.filter((line) => line.amount < 0 && line.kind !== "exchange"));
  if (eligible === 0 || positive === 0 || off >= positive) return 0;
  const net = off === 0 ? eligible : mulDivFloor(eligible, positive - off, positive);
  const { credit } = basket;
  if (credit === undefined || credit.of <= 0) return net;
  return mulDivFloor(net, Math.max(0, credit.of - credit.paid), credit.of);
}

/** Whole units in the lines; fractions of several lines add up before they are floored. */
export function wholeUnits(lines: readonly BasketLine[]): number {
  return Math.floor(lines.reduce((sum, line) => sum + line.quantity_milli, 0) / 1000);
}

export function sumOf(lines: readonly { readonly amount: number }[]): number {
  return lines.reduce((sum, line) => sum + line.amount, 0);
}

/** The basket at prices without tax: floor(amount × 100 / (100 + rate)) per line; `defaultRate`, in percent, where none is given. */
export function withoutTax(basket: Basket, defaultRate: string): Basket {
  const lines = basket.lines.map((line) => {
    const rate = parseMilli(line.tax_rate ?? defaultRate) ?? 0;
    return { ...line, amount: mulDivFloor(line.amount, 100_000, 100_000 + rate) };
  });
  return { ...basket, lines, total: sumOf(lines) };
}
