import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { Pile, RefAccount, RefSale } from "./account.ts";
import { plusDays } from "./calendar.ts";
import type { Asking } from "./clawed.ts";
import { creditUnit, datingOf, floorDiv, lastDayOf, sum } from "./rules.ts";

// Money that members have with the merchant: what they paid in, what came on top, and what they paid with it.

const STORED = ["gift_card", "top_up", "strip_card"];

/** What of a basket is worth kept for later, and so is not paid with credit. */
export function storedIn(lines: readonly BasketLine[]): number {
  return sum(lines.filter(({ kind }) => STORED.includes(kind)).map(({ amount }) => amount));
}

export function payable(lines: readonly BasketLine[], total: number): number {
  return Math.max(0, total - storedIn(lines));
}

/** What of a basket tops credit up; never more than is paid. */
export function toppedUp(lines: readonly BasketLine[], total: number): number {
  return Math.min(Math.max(0, total), sum(lines.filter(({ kind }) => kind === "top_up").map(({ amount }) => amount)));
}

/** A top-up as it stands: what was paid, and what came on top. */
export interface TopUp {
  readonly paid: number;
  readonly granted: number;
}

export function bonusOn(program: ProgramDocument, paid: number): number {
  const steps = (program.credit?.top_up_bonus ?? []).filter(({ from }) => from <= paid);
  const highest = Math.max(0, ...steps.map(({ from }) => from));
  // Of two steps at the same amount the later one counts.
  return floorDiv(paid, steps.findLast(({ from }) => from === highest)?.percent ?? 0, 100);
}

/** A bonus never grows when less of it is kept, not where a lower step gives more. */
export function leastBonus(program: ProgramDocument, paid: number, sold: number): number {
  const passed = (program.credit?.top_up_bonus ?? [])
    .map(({ from }) => from)
    .filter((from) => from > paid && from <= sold);
  return Math.min(...[paid, ...passed].map((amount) => bonusOn(program, amount)));
}

/** A day on which something was bought, and whether gifts are given. */
interface Buying {
  readonly on: string;
  readonly gives: boolean;
  readonly isForeign: boolean;
}

/** What topping up in a sale puts into an account; null when nothing was topped up. */
export function topUp(
  account: RefAccount,
  program: ProgramDocument,
  paid: number,
  { on, gives, isForeign }: Buying,
): { readonly warning: boolean; readonly topUp: TopUp | null; readonly piles: readonly Pile[] } {
  if (paid === 0) return { warning: false, topUp: null, piles: [] };
  if (account.isReceipt || isForeign || program.credit === undefined) return { warning: true, topUp: null, piles: [] };
  const unit = creditUnit(program);
  const granted = gives ? bonusOn(program, paid) : 0;
  const expires = lastDayOf(program.credit.paid.expiry, on);
  const { expiry, pending_days } = datingOf(program, unit);
  const opens = pending_days > 0 ? plusDays(on, pending_days) : null;
  const piles: Pile[] = [
    { unit, rank: "paid", amount: paid, opens: null, expires },
    { unit, rank: "granted", amount: granted, opens, expires: lastDayOf(expiry, opens ?? on) },
  ];
  return { warning: false, topUp: { paid, granted }, piles: piles.filter(({ amount }) => amount > 0) };
}

/** Cuts piles after so many units. */
export function cut(piles: readonly Pile[], amount: number): { readonly first: Pile[]; readonly rest: Pile[] } {
  const first: Pile[] = [];
  const rest: Pile[] = [];
  let left = Math.max(0, amount);
  for (const pile of piles) {
    const taken = Math.min(left, pile.amount);
    left -= taken;
    if (taken > 0) first.push({ ...pile, amount: taken });
    if (pile.amount > taken) rest.push({ ...pile, amount: pile.amount - taken });
  }
  return { first, rest };
}

/** What of the paid credit comes back when less stays paid: what was spent last first. */
export function paidBack(sale: RefSale, before: number, after: number): Pile[] {
  const spent = sale.captured.filter(({ pays }) => pays).flatMap(({ piles }) => piles);
  return cut(cut(spent, before).first, after).rest;
}

/** Takes a top-up back that was returned. */
export function topUpBack(asking: Asking, { before, after }: { readonly before: TopUp; readonly after: TopUp }): void {
  const { account, sale } = asking;
  const unit = creditUnit(sale.program);
  const isOwn = (pile: Pile) =>
    sale.bought.some((own) => own.unit === unit && own.rank === pile.rank && own.expires === pile.expires);
  const ownFirst = (piles: readonly Pile[]) => [...piles.filter(isOwn), ...piles.filter((pile) => !isOwn(pile))];
  const given = () => {
    const free = ownFirst(account.free(unit)).filter(({ rank }) => rank !== "paid");
    return sale.program.returns.spent_points === "pending_only" ? [] : free;
  };
  const again = { bonus: asking.again("bonus", unit), bought: asking.again("bought", unit) };
  const move = (kind: "bonus" | "bought", less: number, from: readonly Pile[]) => {
    const own = sale.bought.find((pile) => pile.unit === unit && (pile.rank === "paid") === (kind === "bought"));
    if (less < 0 && own !== undefined) asking.more(kind, { ...own, amount: -less });
    asking.taken(kind, unit, {
      wanted: Math.max(0, less),
      again: Math.min(again[kind], asking.short(kind, unit)),
      from,
    });
  };
  move("bonus", before.granted - after.granted, [...ownFirst(account.waitingPiles(unit)), ...given()]);
  const paid = ownFirst(account.free(unit)).filter(({ rank }) => rank === "paid");
  move("bought", before.paid - after.paid, [...paid, ...given()]);
}
