import { type BasketLine, eligibleLines, matches } from "./basket.ts";
import type { CompiledMatcher } from "./compile.ts";
import { byTaxRate, type Effect, noEffect, unitPrice } from "./effect.ts";
import type { StripCard } from "./strip-rules.ts";

/** A strip card ready to evaluate. */
export interface CompiledStrip {
  readonly card: StripCard;
  readonly items: CompiledMatcher;
}

/** The unit of a strip card's strips. */
export function stripUnit({ id }: Pick<StripCard, "id">): string {
  return `strip:${id}`;
}

/** Whether a line sells a strip card, by its id or article number. */
export function sells({ id, sku }: StripCard, line: BasketLine): boolean {
  return line.kind === "strip_card" && line.sku !== null && (line.sku === id || line.sku === sku);
}

/** Strips on so much of a line that sells them; whole cards alone. */
export function stripsOn({ size }: StripCard, quantity_milli: number): number {
  return Math.floor(quantity_milli / 1000) * size;
}

/** What so many strips do to a basket, and how many of them it takes. */
export interface StripEffect {
  readonly effect: Effect;
  readonly taken: number;
}

/**
 * The cheapest items that strips pay for are free, one for each strip; on a tie the earlier line. Fewer strips are taken when
 * there are fewer items. Not settled while the basket is not known; null when nothing in it fits.
 */
export function stripEffect(
  { items }: CompiledStrip,
  strips: number,
  lines: readonly BasketLine[] | null,
): StripEffect | null {
  if (lines === null) return { effect: { ...NOTHING_OFF, discount: null, final: false }, taken: strips };
  const fitting = eligibleLines({ lines, total: 0 }, { only: null, except: null, exclude: null });
  const units = fitting.filter((line) => matches(items, line)).flatMap(unitsOf);
  const free = units.toSorted((left, right) => left.price - right.price).slice(0, strips);
  if (free.length === 0) return null;
  const perLine = fitting.flatMap((line) => {
    const discount = free.reduce((sum, unit) => (unit.line.id === line.id ? sum + unit.price : sum), 0);
    return discount === 0 ? [] : [{ line: line.id, tax_rate: line.tax_rate, discount }];
  });
  const effect: Effect = {
    ...NOTHING_OFF,
    discount: perLine.reduce((sum, { discount }) => sum + discount, 0),
    lines: perLine.map(({ line, discount }) => ({ line, discount })),
    free: itemsPerLine(free),
    by_tax_rate: byTaxRate(perLine),
  };
  return { effect, taken: free.length };
}

function itemsPerLine(free: readonly PricedUnit[]): { line: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { line } of free) counts.set(line.id, (counts.get(line.id) ?? 0) + 1);
  return [...counts].map(([line, count]) => ({ line, count }));
}

const NOTHING_OFF = noEffect("free_items");

interface PricedUnit {
  readonly line: BasketLine;
  readonly price: number;
}

/** The single items of a line; less than one counts as one. The last has what rounding left, so that all make up the line. */
function unitsOf(line: BasketLine): PricedUnit[] {
  const count = Math.max(1, Math.floor(line.quantity_milli / 1000));
  const price = unitPrice(line);
  if (line.quantity_milli <= 1000) return [{ line, price }];
  const whole = line.quantity_milli === count * 1000;
  const last = whole ? line.amount - price * (count - 1) : price;
  return Array.from({ length: count }, (_, index) => ({ line, price: index === count - 1 ? last : price }));
}
