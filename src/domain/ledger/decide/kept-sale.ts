import { formatMilli, mulDivFloor, splitInProportion } from "../../numbers.ts";
import { type Basket, type BasketLine, sumOf } from "../../program/basket.ts";
import { payableWithCredit, storedValueIn, toppedUpIn } from "../../program/credit.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { KeptLine, KeptSale, ReturnedLine, ReturnLineRequest, ReturnRequest, SaleFacts } from "../booking.ts";
import type { Refusal } from "../refusal.ts";
import { earningBasket } from "./earning-basket.ts";

/** What a return makes of a sale. */
export interface AppliedReturn {
  readonly kept: KeptSale;
  readonly full: boolean;
  readonly lines: readonly ReturnedLine[];
  /** Minor units given back by this return. */
  readonly amount: number;
}

export function nothingReturned(): KeptSale {
  return { lines: [], amount_returned: 0 };
}

/** Takes a return off what is kept of a sale. Refuses an unknown line and more than is left. */
export function applyReturn(sale: SaleFacts, kept: KeptSale, request: ReturnRequest): Result<AppliedReturn, Refusal> {
  const left = keptTotal(sale, kept);
  if (request.lines !== null) return returnLines(sale, kept, request.lines);
  const amount = request.total ?? left;
  if (amount > left) return fail({ code: "return_exceeds_sale", line: null, left: String(left) });
  const next = { ...kept, amount_returned: kept.amount_returned + amount };
  return ok({ kept: next, full: amount === left, lines: [], amount });
}

/** What is kept of the money paid. */
export function keptTotal(sale: SaleFacts, kept: KeptSale): number {
  return Math.max(0, sumOf(keptLines(sale.lines, kept)) - kept.amount_returned);
}

/**
 * What of a sale counts as spent: the goods that are kept, whatever paid for them. What came back in exchange has been taken
 * off the sale it was of, and nobody spends less than nothing.
 */
export function keptSpend(sale: Pick<SaleFacts, "lines">, kept: KeptSale): number {
  const lines = keptLines(sale.lines, kept).filter(({ kind }) => kind !== "exchange");
  return Math.max(0, sumOf(lines) - kept.amount_returned);
}

/** The basket that is kept, as it earns: lines with what is left of them, and bare amounts given back as a discount on all. */
export function keptBasket(sale: SaleFacts, kept: KeptSale): Basket {
  const lines = keptLines(sale.lines, kept);
  const off = kept.amount_returned;
  const gross_up = keptGrossUp(sale, kept);
  const all = off === 0 ? lines : [...lines, amountOffLine(off)];
  const paid_with_credit = keptCredit(sale, kept);
  return earningBasket({ lines: all, total: sumOf(all), gross_up, paid_with_credit });
}

/**
 * What stays of what rewards took off: its share by what is paid. Where rewards paid for everything, as much as brings the kept
 * basket to its share of the goods, by what they cost or, when they cost nothing, by how many they are.
 */
function keptGrossUp(sale: SaleFacts, kept: KeptSale): number {
  if (sale.gross_up === 0) return 0;
  if (sale.total > 0) return mulDivFloor(sale.gross_up, keptTotal(sale, kept), sale.total);
  const left = keptLines(sale.lines, kept);
  const weigh = sale.lines.some(({ amount }) => amount > 0) ? costOf : countOf;
  const whole = sumBy(sale.lines, weigh);
  if (whole === 0) return 0;
  const gross = Math.max(0, sale.total + sale.gross_up);
  return Math.max(0, mulDivFloor(gross, sumBy(left, weigh), whole) - sumOf(left));
}

const costOf = ({ amount }: BasketLine): number => Math.max(0, amount);
const countOf = ({ amount, quantity_milli }: BasketLine): number => (amount < 0 ? 0 : quantity_milli);

function sumBy(lines: readonly BasketLine[], weigh: (line: BasketLine) => number): number {
  return lines.reduce((sum, line) => sum + weigh(line), 0);
}

/** What of the kept sale is stored value: what bare amounts gave back was goods first. */
export function keptStoredValue(sale: SaleFacts, kept: KeptSale): number {
  return Math.min(storedValueIn(keptLines(sale.lines, kept)), keptTotal(sale, kept));
}

/** What is kept of a top-up, in minor units paid. */
export function keptTopUpPaid(sale: SaleFacts, kept: KeptSale): number {
  return toppedUpIn({ lines: keptLines(sale.lines, kept), total: keptTotal(sale, kept) });
}

/** What stays paid with credit: the share that it had of the whole. What comes back is given back in the same proportion. */
export function keptCredit(sale: SaleFacts, kept: KeptSale): number {
  const paid = sale.paid_with_credit ?? 0;
  const payable = payableWithCredit(sale);
  if (paid === 0 || payable === 0) return 0;
  const left = keptTotal(sale, kept) - keptStoredValue(sale, kept);
  return mulDivFloor(paid, Math.min(left, payable), payable);
}

/** What is kept of one line, in minor units: its share by quantity, less what was given back beyond that. */
export function keptAmount(line: BasketLine, kept: KeptLine): number {
  if (kept.quantity_milli === 0) return 0;
  const share = mulDivFloor(line.amount, kept.quantity_milli, line.quantity_milli);
  return line.amount < 0 ? share : Math.min(line.amount, Math.max(0, share - kept.amount_off));
}

/** What is kept of a line, whether or not a return has touched it. */
export function keptOf(line: BasketLine, kept: KeptSale): KeptLine {
  return (
    kept.lines.find((touched) => touched.line === line.id) ?? {
      line: line.id,
      quantity_milli: line.quantity_milli,
      amount_off: 0,
    }
  );
}

function keptLines(lines: readonly BasketLine[], kept: KeptSale): BasketLine[] {
  return lines.flatMap((line) => {
    const left = keptOf(line, kept);
    if (left.quantity_milli === 0) return [];
    return [{ ...line, quantity_milli: left.quantity_milli, amount: keptAmount(line, left) }];
  });
}

function amountOffLine(amount: number): BasketLine {
  const nothing = { sku: null, name: null, category: null, unit_price: null, tax_rate: null };
  return { id: "amount_returned", kind: "discount", quantity_milli: 1000, amount: -amount, ...nothing };
}

function returnLines(
  sale: SaleFacts,
  kept: KeptSale,
  requests: readonly ReturnLineRequest[],
): Result<AppliedReturn, Refusal> {
  let current = kept;
  const returned: ReturnedLine[] = [];
  for (const request of requests) {
    const picked = pickLines(sale, current, request);
    if (!picked.ok) return picked;
    for (const piece of picked.value) {
      current = { ...current, lines: replaceLine(current.lines, piece.kept) };
      returned.push(piece.returned);
    }
  }
  const full = sale.lines.every((line) => line.amount < 0 || keptOf(line, current).quantity_milli === 0);
  // Lines have their full price where a discount on the whole basket stands in a line of its own.
  return ok({ kept: current, full, lines: returned, amount: Math.min(sumOf(returned), keptTotal(sale, kept)) });
}

interface Piece {
  readonly kept: KeptLine;
  readonly returned: ReturnedLine;
}

/** By id one line; by sku the newest unreturned line of goods first, over several lines when one is not enough. */
function pickLines(sale: SaleFacts, kept: KeptSale, request: ReturnLineRequest): Result<Piece[], Refusal> {
  const named = request.line ?? request.sku ?? "";
  const lines = sale.lines
    .filter((line) => (request.line === null ? line.sku === request.sku && line.amount >= 0 : line.id === request.line))
    .reverse();
  if (lines.length === 0) return fail({ code: "line_unknown", line: named });
  const left = lines.reduce((sum, line) => sum + keptOf(line, kept).quantity_milli, 0);
  const wanted = request.quantity_milli ?? (request.amount === null ? left : 0);
  if (left === 0 || wanted > left) return fail({ code: "return_exceeds_sale", line: named, left: formatMilli(left) });
  const pieces = takeQuantity(lines, kept, wanted);
  if (request.amount === null) return ok(pieces);
  return takeAmount(lines, kept, pieces, { amount: request.amount, named });
}

function takeQuantity(lines: readonly BasketLine[], kept: KeptSale, wanted: number): Piece[] {
  const pieces: Piece[] = [];
  let open = wanted;
  for (const line of lines) {
    const before = keptOf(line, kept);
    const taken = Math.min(open, before.quantity_milli);
    if (taken === 0) continue;
    const after = { ...before, quantity_milli: before.quantity_milli - taken };
    const amount = keptAmount(line, before) - keptAmount(line, after);
    pieces.push({ kept: after, returned: { line: line.id, quantity_milli: taken, amount } });
    open -= taken;
  }
  return pieces;
}

/**
 * An amount that the till names counts instead of the share by quantity; it may not exceed what the lines still cost.
 * The shares by quantity are lowered alike; what goes beyond them comes off the newest line first.
 */
function takeAmount(
  lines: readonly BasketLine[],
  kept: KeptSale,
  pieces: readonly Piece[],
  { amount, named }: { readonly amount: number; readonly named: string },
): Result<Piece[], Refusal> {
  const touched = lines.flatMap((line) => {
    const before = keptOf(line, kept);
    const nothing = { kept: before, returned: { line: line.id, quantity_milli: 0, amount: 0 } };
    const piece = pieces.length === 0 ? nothing : pieces.find(({ returned }) => returned.line === line.id);
    return before.quantity_milli === 0 || piece === undefined ? [] : [{ piece, worth: keptAmount(line, before) }];
  });
  const left = touched.reduce((sum, { worth }) => sum + worth, 0);
  if (amount > left) return fail({ code: "return_exceeds_sale", line: named, left: String(left) });
  const byQuantity = touched.map(({ piece }) => Math.max(0, piece.returned.amount));
  const shared = Math.min(
    amount,
    byQuantity.reduce((sum, share) => sum + share, 0),
  );
  const shares = splitInProportion(shared, byQuantity);
  let beyond = amount - shared;
  return ok(
    touched.map(({ piece: { kept: after, returned }, worth }, index) => {
      const extra = Math.max(0, Math.min(beyond, worth - returned.amount));
      beyond -= extra;
      const share = (shares[index] ?? 0) + extra;
      const amount_off = after.amount_off + share - returned.amount;
      return { kept: { ...after, amount_off }, returned: { ...returned, amount: share } };
    }),
  );
}

function replaceLine(lines: readonly KeptLine[], next: KeptLine): KeptLine[] {
  return [...lines.filter((line) => line.line !== next.line), next];
}
