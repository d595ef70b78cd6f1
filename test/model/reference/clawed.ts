import type { Pile, RefAccount, RefSale } from "./account.ts";
import { sum } from "./rules.ts";

/** What returns of a sale have taken of one unit that it had earned. */
interface Clawed {
  /** What they wanted and was not there. */
  short: number;
  /** What they took, in that order. */
  readonly piles: Pile[];
}

const known = new WeakMap<RefSale, Map<string, Clawed>>();

export function clawedOf(sale: RefSale, unit: string): Clawed {
  const units = known.get(sale) ?? new Map<string, Clawed>();
  known.set(sale, units);
  const clawed = units.get(unit) ?? { short: 0, piles: [] };
  units.set(unit, clawed);
  return clawed;
}

/** Takes some, and what was missing before as far as `back` answers for it. Answers how much more is missing now. */
export function takeMore(
  account: RefAccount,
  clawed: Clawed,
  { from, wanted, back }: { readonly from: readonly Pile[]; readonly wanted: number; readonly back: number },
): number {
  const again = Math.min(back, clawed.short);
  const taken = account.take(from, wanted + again);
  const change = wanted - sum(taken.map(({ amount }) => amount));
  clawed.piles.push(...taken);
  clawed.short += change;
  return change;
}

/** Wants so much less than before: first what was missing, then what was taken last. Answers how much less is missing. */
export function giveAgain(account: RefAccount, clawed: Clawed, amount: number, own: Pile): number {
  const forgiven = Math.min(amount, clawed.short);
  clawed.short -= forgiven;
  for (let open = amount - forgiven; open > 0;) {
    const last = clawed.piles.pop() ?? { ...own, amount: open };
    const part = Math.min(open, last.amount);
    account.piles.push({ ...last, amount: part });
    if (last.amount > part) clawed.piles.push({ ...last, amount: last.amount - part });
    open -= part;
  }
  return -forgiven;
}
