import type { ReturnLineRequest, ReturnRequest } from "../../../src/domain/ledger/booking.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import { Asking } from "./clawed.ts";
import { leastBonus, paidBack, payable, storedIn, topUpBack, toppedUp } from "./credit.ts";
import { stripsBack, stripsFreed, stripsIn } from "./strips.ts";
import { uncount } from "./challenges.ts";
import { couponAfter, endOn, neededBack, type NewIssue, plainIssue, put, takeBack } from "./issues.ts";
import { remember } from "./undo.ts";
import { type Pile, type RefAccount, type RefSale } from "./account.ts";
import { plusDays } from "./calendar.ts";
import { note } from "./notes.ts";
import { earnOn, type Earned, floorDiv, type Goods, inRate, noneOf, sum } from "./rules.ts";

/** What a return does, or the code of its refusal. */
export type Refund = { readonly refused: string } | Refunded;

interface Refunded {
  readonly amount: number;
  readonly full: boolean;
  readonly writtenOff: Readonly<Record<string, number>>;
  /** The same, with what goals had given that are not reached any more. */
  readonly missing: Readonly<Record<string, number>>;
  /** Whether what is kept earns more than what was kept before. */
  readonly gave: boolean;
  /** How many issued rewards came with it. */
  readonly issued: number;
}

/** What holds when something comes back. */
export interface Today {
  readonly on: string;
  /** The programme in force. */
  readonly program: ProgramDocument;
}

interface Kept {
  readonly quantity: Map<string, number>;
  readonly off: Map<string, number>;
  readonly inAll: number;
}

/** Takes goods or money of a sale back: what the rest would have earned stays, the difference goes. */
export function refund(account: RefAccount, sale: RefSale, request: ReturnRequest, today: Today): Refund {
  const undo = remember(account, [sale]);
  const first = carryOut(account, sale, request, today);
  if ("refused" in first) return first;
  undo();
  takeBack(account, neededBack(account, sale, first.missing, first.full));
  return carryOut(account, sale, request, today);
}

function carryOut(account: RefAccount, sale: RefSale, request: ReturnRequest, today: Today): Refund {
  if (sale.isGone) return { refused: "already_returned" };
  const before = { quantity: new Map(sale.keptQuantity), off: new Map(sale.offByLine), inAll: sale.offInAll };
  const applied =
    request.lines === null ? takeMoney(sale, before, request.total) : takeLines(sale, before, request.lines);
  if ("refused" in applied) return applied;
  const { kept, amount, full } = applied;
  const next = full ? nothing(sale) : keptEarned(sale, kept);
  const back: Pile[] = full
    ? sale.captured.flatMap(({ piles, pays, items }) =>
        pays || items !== null ? [] : piles.map((pile) => restored(pile, today.on)),
      )
    : [];
  const freed = stripsFreed(sale, full ? null : (line) => quantityOf(kept, line));
  back.push(...freed.piles.map((pile) => restored(pile, today.on)));
  const creditNow = full ? 0 : keptCredit(sale, kept);
  const refunded = paidBack(sale, sale.creditNow, creditNow).map((pile) => restored(pile, today.on));
  account.piles.push(...back, ...refunded);
  const asking = new Asking(account, sale, [...back, ...refunded]);
  const gave = next.some(({ unit, amount: now }) => now > (sale.now.find((one) => one.unit === unit)?.amount ?? 0));
  for (const outcome of next) {
    const had = sale.now.find(({ unit }) => unit === outcome.unit)?.amount ?? 0;
    asking.earned(outcome.unit, had - outcome.amount, () => inOrder(account, sale, outcome.unit));
  }
  boughtBack(asking, full ? null : kept);
  const coupon = couponAfter(account, sale, full ? null : keptGoods(sale, kept));
  if (sale.isEarning) {
    const spent = full ? 0 : spendOf(sale.lines, kept) - creditNow;
    note(account, sale.program, sale.on, {
      before: { earned: sale.now, spend: sale.spent, visits: 1, uses: usesOf(sale.now, sale.offers, sale.coupon) },
      after: {
        earned: next,
        spend: spent,
        visits: full ? 0 : 1,
        uses: usesOf(next, full ? [] : sale.offers, coupon.standing),
      },
    });
    sale.spent = spent;
  }
  const rates = new Map(account.fractions);
  for (const outcome of next) {
    const had = sale.now.find(({ unit }) => unit === outcome.unit);
    if (had !== undefined) moveFraction(account, rates, had, -1);
    moveFraction(account, rates, outcome, 1);
  }
  sale.keptQuantity = kept.quantity;
  sale.offByLine = kept.off;
  sale.offInAll = kept.inAll;
  sale.now = next;
  sale.isGone = full;
  sale.creditNow = creditNow;
  sale.stripsPaying = freed.now;
  const lost = uncount(asking, full ? null : keptGoods(sale, kept));
  const writtenOff = asking.writtenOff();
  const missing = Object.fromEntries(Object.entries(writtenOff).filter(([, short]) => short > 0));
  for (const [unit, gone] of lost) missing[unit] = (missing[unit] ?? 0) + gone;
  takeBack(account, coupon.gone);
  if (coupon.recalled !== null) endOn(account, coupon.recalled, plusDays(today.on, -1));
  sale.coupon = coupon.standing;
  const issues = [...coupon.instead, ...(full ? sale.captured.flatMap((one) => again(one, today)) : [])];
  put(account, account.seq + 1, issues);
  return { amount, full, writtenOff, missing, gave, issued: issues.length };
}

/** Takes back what was bought for later and is not kept. */
function boughtBack(asking: Asking, kept: Kept | null): void {
  const { sale } = asking;
  const { topUp, topUpNow } = sale;
  if (topUp !== null && topUpNow !== null) {
    const lines = kept === null ? [] : keptLines(sale, kept);
    const paid = kept === null ? 0 : Math.min(topUp.paid, toppedUp(lines, moneyLeft(sale, kept)));
    const after = { paid, granted: Math.min(topUp.granted, leastBonus(sale.program, paid, topUp.paid)) };
    topUpBack(asking, { before: topUpNow, after });
    sale.topUpNow = after;
  }
  const left = kept === null ? new Map() : stripsIn(sale.program, sale.lines, (line) => quantityOf(kept, line));
  const stripsNow = new Map<string, number>();
  for (const [unit, count] of sale.strips) {
    stripsNow.set(unit, Math.min(count, left.get(unit) ?? 0));
    const back = (sale.stripsNow.get(unit) ?? 0) - (stripsNow.get(unit) ?? 0);
    stripsBack(asking, unit, back);
  }
  sale.stripsNow = stripsNow;
}

/** The share of a sale that stays paid with credit. */
function keptCredit(sale: RefSale, kept: Kept): number {
  const of = payable(sale.lines, sale.command.total);
  if (sale.paidWithCredit === 0 || of === 0) return 0;
  const left = moneyLeft(sale, kept);
  const goods = left - Math.min(left, storedIn(keptLines(sale, kept)));
  return floorDiv(sale.paidWithCredit, Math.min(goods, of), of);
}

function keptLines(sale: RefSale, kept: Kept): BasketLine[] {
  return sale.lines
    .filter((line) => quantityOf(kept, line) > 0)
    .map((line) => ({ ...line, quantity_milli: quantityOf(kept, line), amount: worthOf(kept, line) }));
}

/** An issued reward that was used in a sale that came back whole is issued again, for a week at least. */
function again({ issue }: RefSale["captured"][number], { on, program }: Today): NewIssue[] {
  if (issue === null) return [];
  const { reward, promotion, sale } = issue;
  return [{ ...plainIssue(program, reward, "restored"), expires: graceUntil(issue.expires, on), promotion, sale }];
}

function graceUntil(expires: string | null, today: string): string | null {
  const least = plusDays(today, 7);
  return expires !== null && expires < least ? least : expires;
}

/** Promotions that a sale takes a turn of: those that gave something, and those that took something off. */
export function usesOf(earned: readonly Earned[], offers: readonly string[], coupon: string | null): string[] {
  const given = coupon === null ? [] : [coupon];
  return [...new Set([...earned.flatMap(({ promotions }) => promotions), ...offers, ...given])];
}

type Applied = { readonly refused: string } | { readonly kept: Kept; readonly amount: number; readonly full: boolean };

function takeMoney(sale: RefSale, kept: Kept, total: number | null): Applied {
  const left = moneyLeft(sale, kept);
  const amount = total ?? left;
  if (amount > left) return { refused: "return_exceeds_sale" };
  return { kept: { ...kept, inAll: kept.inAll + amount }, amount, full: amount === left };
}

function takeLines(sale: RefSale, kept: Kept, requests: readonly ReturnLineRequest[]): Applied {
  let worth = 0;
  const paid = moneyLeft(sale, kept);
  for (const request of requests) {
    const lines = sale.lines
      .filter((line) =>
        request.line === null ? line.sku === request.sku && line.amount >= 0 : line.id === request.line,
      )
      .toReversed();
    if (lines.length === 0) return { refused: "line_unknown" };
    const quantityLeft = sum(lines.map((line) => quantityOf(kept, line)));
    const wanted = request.quantity_milli ?? (request.amount === null ? quantityLeft : 0);
    if (quantityLeft === 0 || wanted > quantityLeft) return { refused: "return_exceeds_sale" };
    // An amount is given for a single line alone, so that it need not be spread.
    const [line] = lines;
    if (request.amount !== null && line !== undefined) {
      if (request.amount > worthOf(kept, line)) return { refused: "return_exceeds_sale" };
      const before = worthOf(kept, line);
      kept.quantity.set(line.id, quantityOf(kept, line) - wanted);
      const share = before - worthOf(kept, line);
      kept.off.set(line.id, (kept.off.get(line.id) ?? 0) + request.amount - share);
      worth += request.amount;
      continue;
    }
    let open = wanted;
    for (const one of lines) {
      const taken = Math.min(open, quantityOf(kept, one));
      const before = worthOf(kept, one);
      kept.quantity.set(one.id, quantityOf(kept, one) - taken);
      worth += before - worthOf(kept, one);
      open -= taken;
    }
  }
  const full = sale.lines.every((line) => line.amount < 0 || quantityOf(kept, line) === 0);
  return { kept, amount: Math.min(worth, paid), full };
}

function quantityOf(kept: Kept, line: BasketLine): number {
  return kept.quantity.get(line.id) ?? line.quantity_milli;
}

function worthOf(kept: Kept, line: BasketLine): number {
  const quantity = quantityOf(kept, line);
  if (quantity === 0) return 0;
  const share = floorDiv(line.amount, quantity, line.quantity_milli);
  if (line.amount < 0) return share;
  return Math.min(line.amount, Math.max(0, share - (kept.off.get(line.id) ?? 0)));
}

/** What counts as spent: goods that are kept. What came back in exchange is taken off where it was bought. */
export function spendOf(lines: readonly BasketLine[], kept: Kept): number {
  const goods = lines.filter(({ kind }) => kind !== "exchange");
  return Math.max(0, sum(goods.map((line) => worthOf(kept, line))) - kept.inAll);
}

export const ALL_KEPT: Kept = { quantity: new Map(), off: new Map(), inAll: 0 };

function moneyLeft(sale: RefSale, kept: Kept): number {
  return Math.max(0, sum(sale.lines.map((line) => worthOf(kept, line))) - kept.inAll);
}

/** What the kept basket earns with the sale's own rules and fractions; never more than the sale did. */
function keptEarned(sale: RefSale, kept: Kept): Earned[] {
  const earned = earnOn(sale.program, sale.context, keptGoods(sale, kept));
  return sale.earned.map((original) => {
    const next = earned.find(({ unit }) => unit === original.unit) ?? original;
    if (next.amount !== original.amount || next.rule !== original.rule)
      return next.amount > original.amount ? original : next;
    if (next.fraction === null || original.fraction === null) return next.fraction === null ? next : original;
    const rate = Math.max(next.fraction.after.rate, original.fraction.after.rate);
    const isMore = inRate(next.fraction.after, rate).value > inRate(original.fraction.after, rate).value;
    return isMore ? original : next;
  });
}

/** What is kept of a basket, as it earns. */
function keptGoods(sale: RefSale, kept: Kept): Goods {
  const lines = keptLines(sale, kept);
  if (kept.inAll > 0) lines.push(moneyLine("returned", "discount", -kept.inAll));
  const of = payable(lines, sum(lines.map(({ amount }) => amount)));
  const gross = sale.grossUp === 0 ? 0 : keptGross(sale, kept);
  if (gross > 0) lines.push(moneyLine("gross", "unallocated", gross));
  const paid = keptCredit(sale, kept);
  return { lines, credit: paid === 0 ? { paid, of: 0 } : { paid, of } };
}

/** What counts on top of what is paid; where nothing was paid, what is missing to the kept part of the goods. */
function keptGross(sale: RefSale, kept: Kept): number {
  const { total } = sale.command;
  if (total > 0) return floorDiv(sale.grossUp, moneyLeft(sale, kept), total);
  const left = keptLines(sale, kept);
  const cost = (lines: readonly BasketLine[]) => sum(lines.map(({ amount }) => Math.max(0, amount)));
  const count = (lines: readonly BasketLine[]) =>
    sum(lines.filter(({ amount }) => amount >= 0).map(({ quantity_milli }) => quantity_milli));
  const share = cost(sale.lines) > 0 ? [cost(left), cost(sale.lines)] : [count(left), count(sale.lines)];
  const [part = 0, whole = 0] = share;
  if (whole === 0) return 0;
  const paid = sum(left.map(({ amount }) => amount));
  return Math.max(0, floorDiv(Math.max(0, total + sale.grossUp), part, whole) - paid);
}

export function moneyLine(id: string, kind: "discount" | "unallocated", amount: number): BasketLine {
  return {
    id,
    kind,
    amount,
    quantity_milli: 1000,
    sku: null,
    name: null,
    category: null,
    unit_price: null,
    tax_rate: null,
  };
}

function nothing(sale: RefSale): Earned[] {
  return sale.earned.map(({ unit }) => noneOf(unit));
}

/** A spent pile comes back with its old date, and a week at least to spend it. */
function restored(pile: Pile, today: string): Pile {
  return { ...pile, expires: graceUntil(pile.expires, today) };
}

/** From where units are taken back: those that wait first, the sale's own before others; never what was paid for. */
function inOrder(account: RefAccount, sale: RefSale, unit: string): Pile[] {
  const own = sale.gave.get(unit);
  const isOwn = (pile: Pile) => own !== undefined && pile.rank === own.rank && pile.expires === own.expires;
  const free = sale.program.returns.spent_points === "pending_only" ? [] : account.free(unit);
  return [account.waitingPiles(unit), free].flatMap((all) => {
    const piles = all.filter(({ rank }) => rank !== "paid");
    return [...piles.filter(isOwn), ...piles.filter((pile) => !isOwn(pile))];
  });
}

/** What an outcome moved its rule's fraction by, counted in the rate that the account has now. */
function moveFraction(
  account: RefAccount,
  rates: ReadonlyMap<string, { readonly rate: number }>,
  { rule, fraction }: Earned,
  sign: 1 | -1,
): void {
  if (rule === null || fraction === null) return;
  const { before, after } = fraction;
  const rate = rates.get(rule)?.rate ?? after.rate;
  const moved = inRate({ value: after.value - before.value, rate: after.rate }, rate).value;
  const current = account.fractions.get(rule) ?? { value: 0, rate };
  account.fractions.set(rule, { value: current.value + sign * moved, rate: current.rate });
}
