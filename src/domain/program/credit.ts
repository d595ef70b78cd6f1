import { mulDivFloor } from "../numbers.ts";
import { type Basket, type BasketLine, type LineKind, sumOf } from "./basket.ts";
import type { CreditRules } from "./credit-rules.ts";
import type { Effect, EffectBasket } from "./effect.ts";

/** What credit is called when the programme has none (any more) and members still do. */
export const CREDIT_NAME = { nl: "tegoed", en: "credit" } as const;

/** The unit of credit in a currency. */
export function creditUnit(currency: string): string {
  return `credit:${currency}`;
}

/** Whether amounts of a unit are money, in minor units. */
export function isMoney(unit: string): boolean {
  return unit.startsWith("credit:");
}

/** Whether members may have paid for a unit with money. */
export function isPrepaid(unit: string): boolean {
  return isMoney(unit) || unit.startsWith("strip:");
}

const STORED_VALUE: ReadonlySet<LineKind> = new Set(["gift_card", "top_up", "strip_card"]);

/** What of a basket is value that is bought now and spent later. It is no spending yet, and credit does not buy it. */
export function storedValueIn(lines: readonly BasketLine[]): number {
  return sumOf(lines.filter((line) => STORED_VALUE.has(line.kind)));
}

/** What of a basket credit may pay: everything but stored value, which would turn what was given into what was paid. */
export function payableWithCredit({ lines, total }: Basket): number {
  return Math.max(0, total - storedValueIn(lines));
}

/** What a payment with credit does: nothing comes off, it says how much of the total it pays. Settled at the sale. */
export function paymentEffect(amount: number, { lines, sale_total }: EffectBasket): Effect {
  const total = sale_total ?? (lines === null ? null : sumOf(lines));
  const payable = total === null ? null : payableWithCredit({ lines: lines ?? [], total });
  return {
    kind: "payment",
    discount: 0,
    lines: [],
    by_tax_rate: [],
    final: false,
    percent: null,
    amount,
    item: null,
    pays: payable === null ? null : Math.min(amount, payable),
  };
}

/** What a top-up is worth: what was paid, and what comes on top. */
export interface TopUp {
  readonly paid: number;
  readonly granted: number;
  /** Percent of the step that was reached; 0 without a bonus. */
  readonly percent: number;
}

/** The credit that an amount topped up gives. */
export function topUpOf({ top_up_bonus }: CreditRules, paid: number): TopUp {
  const step = top_up_bonus.reduce<{ from: number; percent: number } | null>(
    (best, next) => (paid >= next.from && next.from >= (best?.from ?? 0) ? next : best),
    null,
  );
  const percent = step?.percent ?? 0;
  return { paid, granted: mulDivFloor(paid, percent, 100), percent };
}

/** What of a basket tops credit up; never more than is paid in all. */
export function toppedUpIn({ lines, total }: Basket): number {
  return Math.min(Math.max(0, total), sumOf(lines.filter((line) => line.kind === "top_up")));
}
