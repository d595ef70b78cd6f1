import { invariant } from "../invariant.ts";
import { safeInteger } from "../numbers.ts";
import type { LocalDate } from "../time/local-date.ts";

/** `earned` by buying, `granted` as a gift, `paid` for with money, `debt` owed after a return. Only debt is negative. */
export type LotClass = "earned" | "granted" | "paid" | "debt";
/** Where an amount stands: free to spend, waiting for its day, or reserved by a hold. */
export type Bucket = "available" | "pending" | "held";

/** What tells one lot of a unit from another. Amounts with equal keys are one lot: nothing could tell them apart. */
export interface LotKey {
  readonly bucket: Bucket;
  readonly class: LotClass;
  /** Last local date on which the lot can be spent; null never expires. */
  readonly expires_on: LocalDate | null;
  /** First local date on which a pending lot can be spent; null outside `pending`. */
  readonly opens_on: LocalDate | null;
}

/** Units earned together, with their own expiry. */
export interface Lot extends LotKey {
  readonly amount: number;
}

/** An amount taken from, or put into, a lot. */
export interface LotPart {
  readonly key: LotKey;
  readonly amount: number;
}

/** A lot without expiry, free to spend. */
export const PLAIN_LOT: LotKey = { bucket: "available", class: "earned", expires_on: null, opens_on: null };

export function sameLot(left: LotKey, right: LotKey): boolean {
  return (
    left.bucket === right.bucket &&
    left.class === right.class &&
    left.expires_on === right.expires_on &&
    left.opens_on === right.opens_on
  );
}

export function lotKey({ bucket, class: lotClass, expires_on, opens_on }: LotKey): LotKey {
  return { bucket, class: lotClass, expires_on, opens_on };
}

/** Adds a signed amount to the lot with this key; a lot that reaches zero disappears. Order of spending is kept. */
export function addToLots(lots: readonly Lot[], key: LotKey, delta: number): Lot[] {
  const current = lots.find((lot) => sameLot(lot, key))?.amount ?? 0;
  const amount = safeInteger(current + delta, "lot");
  invariant(key.class === "debt" ? amount <= 0 : amount >= 0, `a ${key.class} lot cannot hold ${amount}`);
  const others = lots.filter((lot) => !sameLot(lot, key));
  return amount === 0 ? others : [...others, { ...lotKey(key), amount }].sort(bySpendOrder);
}

/**
 * Spend order: what was paid for with money last; before that soonest expiry first, lots without expiry last, and on the
 * same day granted before earned.
 */
export function bySpendOrder(left: LotKey, right: LotKey): number {
  return (
    compareText(left.bucket, right.bucket) ||
    Number(left.class === "paid") - Number(right.class === "paid") ||
    compareText(left.expires_on ?? "9999-99-99", right.expires_on ?? "9999-99-99") ||
    CLASS_ORDER[left.class] - CLASS_ORDER[right.class] ||
    compareText(left.opens_on ?? "", right.opens_on ?? "")
  );
}

const CLASS_ORDER: Readonly<Record<LotClass, number>> = { debt: 0, granted: 1, earned: 2, paid: 3 };

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Parts that sum to `amount`, taken from the lots in their order; as much as there is when there is less. */
export function takeFrom(lots: readonly Lot[], amount: number): LotPart[] {
  const parts: LotPart[] = [];
  let left = amount;
  for (const lot of lots) {
    if (left <= 0) break;
    if (lot.amount <= 0) continue;
    const taken = Math.min(lot.amount, left);
    parts.push({ key: lotKey(lot), amount: taken });
    left -= taken;
  }
  return parts;
}

export function sumParts(parts: readonly { readonly amount: number }[]): number {
  return parts.reduce((sum, part) => sum + part.amount, 0);
}
