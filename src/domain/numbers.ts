import { invariant } from "./invariant.ts";

/** The largest amount of money or points that one command may carry, in minor units or points (ten million euros). */
export const AMOUNT_MAX = 1_000_000_000;

/** Asserts that a number is a safe integer, on write and on read, and gives it back. */
export function safeInteger(value: number, what: string): number {
  invariant(Number.isSafeInteger(value), `${what} is not a safe integer: ${value}`);
  return value;
}

/**
 * floor(value × factor / divisor) without overflow: the product is taken in BigInt.
 * This is the only place where the ledger rounds. It rounds towards minus infinity.
 */
export function mulDivFloor(value: number, factor: number, divisor: number): number {
  invariant(divisor > 0, `divisor must be positive, got ${divisor}`);
  const product = BigInt(safeInteger(value, "value")) * BigInt(safeInteger(factor, "factor"));
  const by = BigInt(safeInteger(divisor, "divisor"));
  const quotient = product / by;
  const floored = product % by < 0n ? quotient - 1n : quotient;
  return safeInteger(Number(floored), "quotient");
}

/**
 * Splits `total` over `weights` in proportion, in whole units that sum exactly to `total`.
 * Each share is floored; what is left goes to the largest weights first, then to the earlier position.
 */
export function splitInProportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((left, weight) => left + weight, 0);
  invariant(total >= 0 && weights.every((weight) => weight >= 0), "shares and weights must not be negative");
  if (sum === 0) {
    invariant(total === 0 || weights.length === 0, "cannot split over weights that are all zero");
    return weights.map(() => 0);
  }
  const shares = weights.map((weight) => mulDivFloor(total, weight, sum));
  let left = total - shares.reduce((given, share) => given + share, 0);
  const byWeight = weights
    .map((weight, index) => ({ weight, index }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  for (const { weight, index } of byWeight) {
    if (left === 0) break;
    if (weight === 0) continue;
    shares[index] = (shares[index] ?? 0) + 1;
    left -= 1;
  }
  invariant(left === 0, "shares must sum to the total");
  return shares;
}

/** The place of a decimal string with at most three decimals, as integer thousandths; null when it is not one. "1.5" → 1500. */
export function parseMilli(text: string): number | null {
  const match = /^(\d{1,6})(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
}

/** Thousandths as the shortest decimal string: 1500 → "1.5". */
export function formatMilli(milli: number): string {
  const whole = Math.trunc(milli / 1000);
  const rest = milli % 1000;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(3, "0").replace(/0+$/, "")}`;
}
