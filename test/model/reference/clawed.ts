import type { Pile, RefAccount, RefSale } from "./account.ts";
import { sum } from "./rules.ts";

// Returns of a sale go on where the one before stopped: each looks at all that they have wanted, taken and not found so far.

/** Why the sale had given units. */
export type Kind = "earned" | "bought" | "bonus" | "challenge";

/** What returns of a sale have wanted back of one unit, and why. */
export interface Clawed {
  readonly kind: Kind;
  readonly unit: string;
  /** What they wanted and was not there. */
  short: number;
  /** What they took, in that order. */
  readonly piles: Pile[];
}

function clawedOf(sale: RefSale, kind: Kind, unit: string): Clawed {
  const known = sale.clawed.find((one) => one.kind === kind && one.unit === unit);
  if (known !== undefined) return known;
  const fresh: Clawed = { kind, unit, short: 0, piles: [] };
  sale.clawed.push(fresh);
  return fresh;
}

/** What all returns together have not found, by unit; what goals gave is told apart. */
function shortIn(sale: RefSale): Map<string, number> {
  const all = new Map<string, number>();
  for (const { kind, unit, short } of sale.clawed) {
    if (kind !== "challenge") all.set(unit, (all.get(unit) ?? 0) + short);
  }
  return all;
}

/** One return's asking: what earlier ones did not find is asked again of what this one gives back itself, and of no more. */
export class Asking {
  readonly account: RefAccount;
  readonly sale: RefSale;
  readonly #paid = new Map<string, number>();
  readonly #given = new Map<string, number>();
  readonly #before: ReadonlyMap<string, number>;

  constructor(account: RefAccount, sale: RefSale, back: readonly Pile[]) {
    this.account = account;
    this.sale = sale;
    this.#before = shortIn(sale);
    // Where only what waits is taken, what is free stays the member's.
    const sparing = sale.program.returns.spent_points === "pending_only";
    for (const pile of back) {
      if (pile.rank === "paid") add(this.#paid, pile);
      else if (!sparing) add(this.#given, pile);
    }
  }

  /** How much is asked again. */
  again(kind: Kind, unit: string): number {
    const { short } = clawedOf(this.sale, kind, unit);
    const paid = kind === "bought" ? draw(this.#paid, unit, short) : 0;
    return paid + draw(this.#given, unit, short - paid);
  }

  /** The sale earns so much less (or more, below zero) of a unit than what was kept before did. */
  earned(unit: string, less: number, from: () => readonly Pile[]): void {
    const clawed = clawedOf(this.sale, "earned", unit);
    const again = this.again("earned", unit);
    const forgiven = Math.min(Math.max(0, -less), clawed.short);
    clawed.short -= forgiven;
    const asked = Math.min(again, clawed.short);
    for (let open = -less - forgiven; open > 0;) {
      const plain = { rank: "earned" as const, opens: null, expires: null, ...this.sale.gave.get(unit) };
      const last = clawed.piles.pop() ?? { unit, amount: open, ...plain };
      const part = Math.min(open, last.amount);
      this.account.piles.push({ ...last, amount: part });
      if (last.amount > part) clawed.piles.push({ ...last, amount: last.amount - part });
      add(this.#given, { unit, amount: part });
      open -= part;
    }
    this.taken("earned", unit, { wanted: Math.max(0, less), again: asked, from: from() });
  }

  /** What earlier returns wanted and did not find. */
  short(kind: Kind, unit: string): number {
    return clawedOf(this.sale, kind, unit).short;
  }

  /** More of something bought stays than before: what was not found is not wanted any more, and the rest is given again. */
  more(kind: "bought" | "bonus", own: Pile): void {
    const clawed = clawedOf(this.sale, kind, own.unit);
    const forgiven = Math.min(own.amount, clawed.short);
    clawed.short -= forgiven;
    if (own.amount > forgiven) this.account.piles.push({ ...own, amount: own.amount - forgiven });
  }

  /** Takes what is wanted; answers how much was not there. */
  taken(
    kind: Kind,
    unit: string,
    { wanted, again, from }: { readonly wanted: number; readonly again: number; readonly from: readonly Pile[] },
  ): number {
    const clawed = clawedOf(this.sale, kind, unit);
    const piles = this.account.take(from, wanted + again);
    const missing = wanted + again - sum(piles.map(({ amount }) => amount));
    clawed.short += missing - again;
    // What is taken of a unit goes back to where it was when the sale earns it again, whyever it had been given.
    if (kind !== "bought") clawedOf(this.sale, "earned", unit).piles.push(...piles);
    return missing;
  }

  /** What this return found less, or more, than those before it. */
  writtenOff(): Record<string, number> {
    const now = [...shortIn(this.sale)].map(([unit, short]) => [unit, short - (this.#before.get(unit) ?? 0)] as const);
    return Object.fromEntries(now.filter(([, change]) => change !== 0));
  }
}

function add(to: Map<string, number>, { unit, amount }: Pick<Pile, "unit" | "amount">): void {
  to.set(unit, (to.get(unit) ?? 0) + amount);
}

function draw(from: Map<string, number>, unit: string, wanted: number): number {
  const drawn = Math.min(wanted, from.get(unit) ?? 0);
  from.set(unit, (from.get(unit) ?? 0) - drawn);
  return drawn;
}
