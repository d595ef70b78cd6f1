import { assertNever } from "../invariant.ts";
import { mulDivFloor, splitInProportion } from "../numbers.ts";
import { fail, ok, type Result } from "../result.ts";
import { type BasketLine, eligibleLines, sumOf } from "./basket.ts";
import { compileMatcher } from "./compile.ts";
import type { Matcher } from "./document-parts.ts";
import type { RewardEffect } from "./reward-rules.ts";

/** What a redemption does to the basket. Amounts are minor units off, positive. */
export interface Effect {
  readonly kind: RewardEffect["kind"] | "payment" | "free_items";
  /** What comes off in all; null while the basket is not known. */
  readonly discount: number | null;
  /** Per line; sums exactly to `discount` when lines were given. */
  readonly lines: readonly { readonly line: string; readonly discount: number }[];
  /** Per VAT rate (null = the till gave none); sums exactly to `discount` when lines were given. */
  readonly by_tax_rate: readonly { readonly tax_rate: string | null; readonly discount: number }[];
  /** Whether the amounts are settled; otherwise they are settled at the sale. */
  readonly final: boolean;
  readonly percent: number | null;
  /** The most that a percentage takes off; absent when there is no most, and once the amounts are settled. */
  readonly max_discount?: number;
  /** The amount off that the reward names, before the basket limits it. */
  readonly amount: number | null;
  /** The line that is free, or the product that is handed over. */
  readonly item: { readonly line: string | null; readonly sku: string | null; readonly name: string | null } | null;
  /** For a payment: how much of the total it pays; null while the basket is not known. Absent for what takes something off. */
  readonly pays?: number | null;
  /** For strips: how many items of which line are free; absent while the basket is not known. */
  readonly free?: readonly { readonly line: string; readonly count: number }[];
}

/** What is known of the basket when a reward is asked for. */
export interface EffectBasket {
  readonly lines: readonly BasketLine[] | null;
  readonly sale_total: number | null;
}

/** Computes what a reward takes off. `no_eligible_item` when lines are given and none qualifies. */
export function evaluateEffect(effect: RewardEffect, basket: EffectBasket): Result<Effect, "no_eligible_item"> {
  if (isHandedOver(effect)) {
    const item = effect.kind === "product" ? { line: null, sku: effect.sku ?? null, name: null } : null;
    return ok({ ...emptyEffect(effect), discount: 0, final: true, item });
  }
  if (basket.lines === null) return ok(withoutLines(effect, basket.sale_total));
  const lines = candidates(effect.only, basket.lines);
  if (lines.length === 0) return fail("no_eligible_item");
  switch (effect.kind) {
    case "free_item":
      return ok(freeItem(effect, lines));
    case "upgrade":
      return ok(upgrade(effect, effect.amount, lines));
    case "percent_off": {
      const whole = mulDivFloor(sumOf(lines), effect.percent, 100);
      return ok(spread(effect, lines, Math.min(whole, effect.max_discount ?? whole)));
    }
    case "amount_off":
      return ok(spread(effect, lines, Math.min(effect.amount, sumOf(lines))));
    default:
      return assertNever(effect, "effect");
  }
}

type HandedOver = Extract<RewardEffect, { kind: "product" | "experience" | "event" | "partner" }>;

/** Whether the reward changes nothing of the basket: something is handed over, now or elsewhere. */
function isHandedOver(effect: RewardEffect): effect is HandedOver {
  return ["product", "experience", "event", "partner"].includes(effect.kind);
}

function candidates(only: Matcher | undefined, lines: readonly BasketLine[]): BasketLine[] {
  return eligibleLines({ lines, total: 0 }, { only: compileMatcher(only), except: null, exclude: null });
}

function emptyEffect(effect: RewardEffect): Effect {
  return {
    kind: effect.kind,
    discount: null,
    lines: [],
    by_tax_rate: [],
    final: false,
    percent: effect.kind === "percent_off" ? effect.percent : null,
    amount: effect.kind === "amount_off" || effect.kind === "upgrade" ? effect.amount : null,
    item: null,
  };
}

/** Without lines only an amount over the whole sale can be told, and only when the reward is not bound to some items. */
function withoutLines(effect: Exclude<RewardEffect, HandedOver>, saleTotal: number | null): Effect {
  const most = effect.kind === "percent_off" ? effect.max_discount : undefined;
  const open = { ...emptyEffect(effect), ...(most === undefined ? {} : { max_discount: most }) };
  if (saleTotal === null || effect.kind === "free_item" || effect.kind === "upgrade" || effect.only !== undefined)
    return open;
  if (effect.kind === "amount_off") return { ...open, discount: Math.min(effect.amount, saleTotal) };
  const whole = mulDivFloor(saleTotal, effect.percent, 100);
  return { ...open, discount: Math.min(whole, effect.max_discount ?? whole) };
}

/** The cheapest eligible unit is free; on a tie the earlier line. Chosen here so that every till gives the same one. */
function freeItem(effect: RewardEffect, lines: readonly BasketLine[]): Effect {
  const priced = lines.map((line) => ({ line, price: unitPrice(line) }));
  const cheapest = priced.reduce((best, next) => (next.price < best.price ? next : best));
  return onOneLine(effect, cheapest.line, cheapest.price);
}

/** The dearest eligible unit is the one that was upgraded; on a tie the earlier line. Never more off than it costs. */
function upgrade(effect: RewardEffect, amount: number, lines: readonly BasketLine[]): Effect {
  const priced = lines.map((line) => ({ line, price: unitPrice(line) }));
  const dearest = priced.reduce((best, next) => (next.price > best.price ? next : best));
  return onOneLine(effect, dearest.line, Math.min(amount, dearest.price));
}

function onOneLine(effect: RewardEffect, line: BasketLine, discount: number): Effect {
  return {
    ...emptyEffect(effect),
    discount,
    lines: [{ line: line.id, discount }],
    by_tax_rate: [{ tax_rate: line.tax_rate, discount }],
    final: true,
    item: { line: line.id, sku: line.sku, name: line.name },
  };
}

/** What one item of a line costs; less than one counts as one. */
export function unitPrice(line: BasketLine): number {
  if (line.quantity_milli <= 1000) return line.amount;
  return mulDivFloor(line.amount, 1000, line.quantity_milli);
}

function spread(effect: RewardEffect, lines: readonly BasketLine[], discount: number): Effect {
  const shares = splitInProportion(
    discount,
    lines.map((line) => line.amount),
  );
  const perLine = lines.map((line, index) => ({
    line: line.id,
    tax_rate: line.tax_rate,
    discount: shares[index] ?? 0,
  }));
  return {
    ...emptyEffect(effect),
    discount,
    lines: perLine.filter((share) => share.discount > 0).map(({ line, discount: off }) => ({ line, discount: off })),
    by_tax_rate: byTaxRate(perLine),
    final: true,
  };
}

/** What comes off for each VAT rate, in the order of the lines; rates of which nothing comes off are left out. */
export function byTaxRate(shares: readonly Effect["by_tax_rate"][number][]): Effect["by_tax_rate"] {
  const sums = new Map<string | null, number>();
  for (const { tax_rate, discount } of shares) sums.set(tax_rate, (sums.get(tax_rate) ?? 0) + discount);
  return [...sums].filter(([, off]) => off > 0).map(([tax_rate, discount]) => ({ tax_rate, discount }));
}

/** What takes nothing off, whatever the basket. */
export function noEffect(kind: Effect["kind"]): Effect {
  return { kind, discount: 0, lines: [], by_tax_rate: [], final: true, percent: null, amount: null, item: null };
}
