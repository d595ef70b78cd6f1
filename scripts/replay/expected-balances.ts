import { lineAmount } from "./money.ts";
import type { UnitRule } from "./rules.ts";
import type { TillLine } from "./till-lines.ts";

/** How much of each unit. */
export type Balances = ReadonlyMap<string, number>;

/**
 * What every customer must have after the whole file, computed from its lines alone: a second opinion on the platform,
 * so it shares none of its rules. It also goes through the lines by itself, and so checks what the replay sends.
 *
 * A sale earns on what its lines cost in pence. The pence that do not make a point are carried to the next sale, with
 * their sign. What comes back is taken from the newest sale that has it. That sale is then counted again on what is kept
 * of it, from the remainder it began with: the customer loses the difference as far as there is something to lose, and
 * the carried remainder moves by its difference too.
 */
export function expectedBalances(lines: readonly TillLine[], rules: readonly UnitRule[]): Map<string, Balances> {
  const balances = new Map<string, Balances>();
  for (const [customer, own] of Map.groupBy(lines, (line) => line.customer)) {
    if (customer === null) continue;
    const invoices = Map.groupBy(own.filter(counts), (line) => line.invoice);
    const inOrder = [...invoices.values()].sort((a, b) => compare(a[0]?.at ?? "", b[0]?.at ?? ""));
    const shopper = new Shopper(rules);
    for (const invoice of inOrder) shopper.visit(invoice);
    balances.set(customer, shopper.balances());
  }
  return balances;
}

/**
 * What every sale without a customer must have earned, by invoice. Whoever claims it one day begins with it, so it is
 * counted from zero and carries nothing on.
 */
export function expectedOfSales(lines: readonly TillLine[], rules: readonly UnitRule[]): Map<string, Balances> {
  const sold = lines.filter((line) => line.customer === null && line.quantity_milli > 0 && counts(line));
  const earned = [...Map.groupBy(sold, (line) => line.invoice)].map(([invoice, goods]) => {
    const shopper = new Shopper(rules);
    shopper.visit(goods);
    return [invoice, shopper.balances()] as const;
  });
  return new Map(earned);
}

/** A line that sells goods, or brings goods back on a cancellation; stock corrections and the like do neither. */
function counts({ invoice, quantity_milli, price_micro }: TillLine): boolean {
  if (price_micro < 0n) return false;
  return invoice.startsWith("C") ? quantity_milli < 0 : quantity_milli > 0;
}

interface Sale {
  readonly goods: { readonly sku: string; readonly bought: number; readonly paid: number; left: number }[];
  /** Per purse: the remainder the sale began with, and what it counts for now. */
  readonly counted: Map<Purse, { readonly began: number; now: Earned }>;
}

/** What a sale gives, and what it leaves for the next one. */
interface Earned {
  readonly units: number;
  readonly carry: number;
}

interface Purse {
  readonly rule: UnitRule;
  units: number;
  remainder: number;
}

class Shopper {
  readonly #purses: readonly Purse[];
  /** Oldest first. */
  readonly #sales: Sale[] = [];

  constructor(rules: readonly UnitRule[]) {
    this.#purses = rules.map((rule) => ({ rule, units: 0, remainder: 0 }));
  }

  visit(invoice: readonly TillLine[]): void {
    if (invoice[0]?.invoice.startsWith("C") === true) this.#bringBack(invoice);
    else this.#buy(invoice);
  }

  balances(): Balances {
    return new Map(this.#purses.map(({ rule, units }) => [rule.unit, units]));
  }

  #buy(invoice: readonly TillLine[]): void {
    const goods = invoice.map(({ sku, quantity_milli, price_micro }) => {
      const paid = lineAmount(quantity_milli, price_micro);
      return { sku, bought: quantity_milli, paid, left: quantity_milli };
    });
    const sale: Sale = { goods, counted: new Map() };
    for (const purse of this.#purses) {
      sale.counted.set(purse, { began: purse.remainder, now: { units: 0, carry: 0 } });
    }
    this.#sales.push(sale);
    countAgain(sale);
  }

  #bringBack(invoice: readonly TillLine[]): void {
    const touched = new Set<Sale>();
    for (const { sku, quantity_milli } of invoice) {
      let open = -quantity_milli;
      for (const sale of this.#sales.toReversed()) {
        for (const piece of sale.goods.toReversed()) {
          if (piece.sku !== sku) continue;
          const taken = Math.min(open, piece.left);
          piece.left -= taken;
          open -= taken;
          if (taken > 0) touched.add(sale);
        }
      }
    }
    for (const sale of touched) countAgain(sale);
  }
}

/** Counts what is kept of a sale and moves every purse by the difference to what it counted for before. */
function countAgain({ goods, counted }: Sale): void {
  const kept = goods.reduce((sum, piece) => sum + keptPence(piece), 0);
  for (const [purse, count] of counted) {
    const next = earned(purse.rule, count.began, kept);
    purse.units = Math.max(0, purse.units + next.units - count.now.units);
    purse.remainder += next.carry - count.now.carry;
    count.now = next;
  }
}

function keptPence(piece: { readonly bought: number; readonly paid: number; readonly left: number }): number {
  return Number((BigInt(piece.paid) * BigInt(piece.left)) / BigInt(piece.bought));
}

function earned(rule: UnitRule, began: number, spent: number): Earned {
  if (spent === 0 || spent < rule.minimum) return { units: 0, carry: 0 };
  if (rule.kind === "visit") return { units: rule.give, carry: 0 };
  const seen = began + spent * rule.give;
  const units = seen < 0 ? 0 : (seen - (seen % rule.per)) / rule.per;
  return { units, carry: spent * rule.give - units * rule.per };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
