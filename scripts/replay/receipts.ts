import { lineAmount, wholeMinor } from "./money.ts";
import type { TillLine } from "./till-lines.ts";

/** What was bought, or brought back, at one time. */
export interface Receipt {
  readonly invoice: string;
  /** Local time of its first line. */
  readonly at: string;
  readonly cancellation: boolean;
  readonly lines: readonly ReceiptLine[];
}

/** The same, and by whom. */
export interface CustomerReceipt extends Receipt {
  readonly customer: string;
}

export interface ReceiptLine {
  /** Line of the file. */
  readonly line: number;
  readonly sku: string;
  readonly description: string;
  /** Thousandths, more than zero, on a cancellation too. */
  readonly quantity_milli: number;
  /** Pence, zero or more. */
  readonly amount: number;
  /** Pence; null when one costs a fraction of a penny. */
  readonly unit_price: number | null;
}

/** A line that is neither a sale nor a return, and is not sent. */
export interface SkippedLine {
  readonly reason: SkipReason;
  readonly line: number;
  readonly invoice: string;
  readonly customer: string | null;
  readonly sku: string;
}
export type SkipReason =
  | "stock_correction"
  | "sold_on_a_cancellation"
  | "no_quantity"
  | "negative_price"
  | "cancelled_by_nobody";

/** Counts of what names no customer. */
export interface WithoutCustomer {
  readonly lines: number;
  /** Invoices that are sent. */
  readonly sales: number;
  readonly cancellations: number;
  /** Lines at price zero that are sent. */
  readonly zero_price: number;
}

export interface SortedLines {
  /** By time; at the same time, as in the file. */
  readonly receipts: readonly CustomerReceipt[];
  /** Sales to nobody in particular, in the same order. */
  readonly anonymous: readonly Receipt[];
  /** Everyone the file names, also when nothing of theirs can be sent. */
  readonly customers: readonly string[];
  readonly skipped: readonly SkippedLine[];
  /** Lines of customers at price zero that are sent. */
  readonly zero_price: number;
  readonly without_customer: WithoutCustomer;
}

/** Sorts till lines into receipts. Every line ends in exactly one place: a receipt or `skipped`. */
export function sortLines(lines: readonly TillLine[]): SortedLines {
  const sent = lines.filter((line) => skipReason(line) === null);
  const named = sent.flatMap(({ customer, ...line }) => (customer === null ? [] : [{ ...line, customer }]));
  const others = sent.filter(({ customer }) => customer === null);
  const ofCustomers = Map.groupBy(named, ({ customer, invoice }) => JSON.stringify([customer, invoice]));
  const ofNobody = Map.groupBy(others, ({ invoice }) => invoice);
  const receipts = [...ofCustomers.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...toReceipt(first, rest), customer: first.customer }],
  );
  const anonymous = [...ofNobody.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [toReceipt(first, rest)],
  );
  return {
    receipts: receipts.sort(byTime),
    anonymous: anonymous.sort(byTime),
    customers: [...new Set(lines.flatMap(({ customer }) => customer ?? []))],
    skipped: lines.flatMap(skippedLine),
    zero_price: named.filter(isFree).length,
    without_customer: countOthers(lines, anonymous.length, others.filter(isFree).length),
  };
}

export function isCancellation(invoice: string): boolean {
  return invoice.startsWith("C");
}

function isFree({ price_micro }: Pick<TillLine, "price_micro">): boolean {
  return price_micro === 0n;
}

function byTime(left: Receipt, right: Receipt): number {
  return left.at < right.at ? -1 : left.at > right.at ? 1 : 0;
}

function skippedLine(till: TillLine): SkippedLine[] {
  const reason = skipReason(till);
  const { line, invoice, customer, sku } = till;
  return reason === null ? [] : [{ reason, line, invoice, customer, sku }];
}

function skipReason({ invoice, quantity_milli, price_micro, customer }: TillLine): SkipReason | null {
  if (quantity_milli === 0) return "no_quantity";
  if (price_micro < 0n) return "negative_price";
  if (!isCancellation(invoice)) return quantity_milli < 0 ? "stock_correction" : null;
  if (quantity_milli > 0) return "sold_on_a_cancellation";
  // It names neither the invoice that it cancels nor a customer whose invoices it could be one of.
  return customer === null ? "cancelled_by_nobody" : null;
}

type SentLine = Omit<TillLine, "customer">;

function toReceipt(first: SentLine, rest: readonly SentLine[]): Receipt {
  const { invoice, at } = first;
  return { invoice, at, cancellation: isCancellation(invoice), lines: [first, ...rest].map(receiptLine) };
}

function receiptLine({ line, sku, description, quantity_milli, price_micro }: SentLine): ReceiptLine {
  const quantity = Math.abs(quantity_milli);
  return {
    line,
    sku,
    description,
    quantity_milli: quantity,
    amount: lineAmount(quantity, price_micro),
    unit_price: wholeMinor(price_micro),
  };
}

function countOthers(lines: readonly TillLine[], sales: number, zero_price: number): WithoutCustomer {
  const others = lines.filter(({ customer }) => customer === null);
  const invoices = [...new Set(others.map(({ invoice }) => invoice))];
  return { lines: others.length, sales, cancellations: invoices.filter(isCancellation).length, zero_price };
}
