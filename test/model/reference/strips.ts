import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { StripCard } from "../../../src/domain/program/strip-rules.ts";
import type { Pile, RefAccount, RefSale } from "./account.ts";
import type { Asking } from "./clawed.ts";
import { cut } from "./credit.ts";
import { isGoods, lastDayOf, named, priceOfOne, sum } from "./rules.ts";

// Cards of strips: bought ahead, one strip an item.

export function stripUnit({ id }: StripCard): string {
  return `strip:${id}`;
}

function isSoldBy(line: BasketLine, { id, sku }: StripCard): boolean {
  return line.kind === "strip_card" && line.sku !== null && [id, sku].includes(line.sku);
}

/** Strips on the whole cards among lines, by unit. */
export function stripsIn(
  program: ProgramDocument,
  lines: readonly BasketLine[],
  quantity: (line: BasketLine) => number,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const card of program.strip_cards) {
    const cards = lines.filter((line) => isSoldBy(line, card)).map((line) => Math.floor(quantity(line) / 1000));
    if (sum(cards) > 0) found.set(stripUnit(card), sum(cards) * card.size);
  }
  return found;
}

/** What buying cards in a sale puts into an account. */
export function stripsBought(
  account: RefAccount,
  program: ProgramDocument,
  lines: readonly BasketLine[],
  { on, isForeign }: { readonly on: string; readonly isForeign: boolean },
): { readonly warning: boolean; readonly sold: Map<string, number>; readonly piles: readonly Pile[] } {
  const cards = lines.filter(({ kind }) => kind === "strip_card");
  if (cards.length > 0 && (account.isReceipt || isForeign)) return { warning: true, sold: new Map(), piles: [] };
  const sold = stripsIn(program, lines, (line) => line.quantity_milli);
  const piles = [...sold].map(([unit, amount]): Pile => {
    const card = program.strip_cards.find((one) => stripUnit(one) === unit);
    const expires = card === undefined ? null : lastDayOf(card.expiry, on);
    return { unit, rank: "paid", amount, opens: null, expires };
  });
  const warning = cards.some((line) => !program.strip_cards.some((card) => isSoldBy(line, card)));
  return { warning, sold, piles };
}

/** Items of one line that strips pay for. */
export interface FreeItems {
  readonly line: string;
  readonly count: number;
}

/** What so many strips take off a basket, and how many of them it needs; null when it has nothing they are for. */
export function stripsOff(
  card: StripCard,
  strips: number,
  lines: readonly BasketLine[],
): { readonly off: number; readonly used: number; readonly items: readonly FreeItems[] } | null {
  const fitting = lines.filter((line) => isGoods(line) && named(card.items, line));
  const prices = fitting.flatMap((line) => pricesOf(line).map((price) => ({ line: line.id, price })));
  const free = prices.sort((left, right) => left.price - right.price).slice(0, strips);
  if (free.length === 0) return null;
  const items = fitting
    .map(({ id }) => ({ line: id, count: free.filter(({ line }) => line === id).length }))
    .filter(({ count }) => count > 0);
  return { off: sum(free.map(({ price }) => price)), used: free.length, items };
}

/** What of strips that paid in a sale is free again when this much of its lines is kept. */
export function stripsFreed(
  sale: RefSale,
  kept: ((line: BasketLine) => number) | null,
): { readonly now: Map<number, number>; readonly piles: readonly Pile[] } {
  const now = new Map<number, number>();
  const piles: Pile[] = [];
  for (const { seq, piles: paid, items } of sale.captured) {
    if (items === null) continue;
    const all = sum(paid.map(({ amount }) => amount));
    const before = sale.stripsPaying.get(seq) ?? all;
    const after = kept === null ? 0 : stillFree(sale, items, kept, all);
    now.set(seq, after);
    piles.push(...cut(cut(paid, before).first, after).rest);
  }
  return { now, piles };
}

/** Items that were free and are kept; all of them where the sale has other lines than the strips were asked for. */
function stillFree(
  sale: RefSale,
  items: readonly FreeItems[],
  kept: (line: BasketLine) => number,
  all: number,
): number {
  const counts = items.map(({ line: id, count }) => {
    const line = sale.lines.find((one) => one.id === id);
    return line === undefined ? null : Math.min(count, Math.ceil(kept(line) / 1000));
  });
  if (items.length === 0 || counts.includes(null)) return all;
  return Math.min(all, sum(counts.map((count) => count ?? 0)));
}

/** What each item of a line costs; cents that do not divide evenly are on the last of whole items. */
function pricesOf(line: BasketLine): number[] {
  const count = Math.max(1, Math.floor(line.quantity_milli / 1000));
  const prices = Array.from({ length: count }, () => priceOfOne(line));
  if (line.quantity_milli === count * 1000) prices[count - 1] = line.amount - sum(prices.slice(1));
  return prices;
}

/** Takes strips back whose card came back: the card's own, then what else was paid for, then gifts. */
export function stripsBack(asking: Asking, unit: string, wanted: number): void {
  const { account, sale } = asking;
  const own = sale.bought.filter((pile) => pile.unit === unit);
  const rank = (pile: Pile) => {
    if (own.some(({ rank: of, expires }) => of === pile.rank && expires === pile.expires)) return 0;
    return pile.rank === "paid" ? 1 : 2;
  };
  const from = account.free(unit).sort((left, right) => rank(left) - rank(right));
  asking.taken("bought", unit, { wanted, again: asking.again("bought", unit), from });
}
