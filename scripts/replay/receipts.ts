import { lineAmount, wholeMinor } from "./money.ts";
import type { TillLine } from "./till-lines.ts";

/** What a customer bought, or brought back, at one time. */
export interface Receipt {
  readonly invoice: string;
  readonly customer: string;
  /** Local time of its first line. */
  readonly at: string;
  readonly cancellation: boolean;
  readonly lines: readonly ReceiptLine[];
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

/** A line of a customer that is neither a sale nor a return, and is not sent. */
export interface SkippedLine {
  readonly reason: SkipReason;
  readonly line: number;
  readonly invoice: string;
  readonly customer: string;
  readonly sku: string;
}
export type SkipReason = "stock_correction" | "sold_on_a_cancellation" | "no_quantity" | "negative_price";

/** Lines that name no customer: counted, and that is all. */
export interface WithoutCustomer {
  readonly lines: number;
  readonly sales: number;
  readonly cancellations: number;
  readonly stock_corrections: number;
  readonly zero_price: number;
}

export interface SortedLines {
  /** By time; at the same time, as in the file. */
  readonly receipts: readonly Receipt[];
  /** Everyone the file names, also when nothing of theirs can be sent. */
  readonly customers: readonly string[];
  readonly skipped: readonly SkippedLine[];
  /** Lines at price zero that are sent. */
  readonly zero_price: number;
  readonly without_customer: WithoutCustomer;
}

/** Sorts till lines into receipts. Every line ends in exactly one place: a receipt, `skipped` or `without_customer`. */
export function sortLines(lines: readonly TillLine[]): SortedLines {
  const named = lines.flatMap((line) => (line.customer === null ? [] : [{ ...line, customer: line.customer }]));
  const skipped = named.flatMap((line): SkippedLine[] => {
    const reason = skipReason(line);
    return reason === null
      ? []
      : [{ reason, line: line.line, invoice: line.invoice, customer: line.customer, sku: line.sku }];
  });
  const sent = named.filter((line) => skipReason(line) === null);
  const groups = Map.groupBy(sent, (line) => JSON.stringify([line.customer, line.invoice]));
  const receipts = [...groups.values()].flatMap(toReceipt).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return {
    receipts,
    customers: [...new Set(named.map((line) => line.customer))],
    skipped,
    zero_price: sent.filter((line) => line.price_micro === 0n).length,
    without_customer: countOthers(lines.filter((line) => line.customer === null)),
  };
}

export function isCancellation(invoice: string): boolean {
  return invoice.startsWith("C");
}

function skipReason({ invoice, quantity_milli, price_micro }: TillLine): SkipReason | null {
  if (quantity_milli === 0) return "no_quantity";
  if (price_micro < 0n) return "negative_price";
  if (isCancellation(invoice)) return quantity_milli > 0 ? "sold_on_a_cancellation" : null;
  return quantity_milli < 0 ? "stock_correction" : null;
}

function toReceipt(lines: readonly (TillLine & { readonly customer: string })[]): Receipt[] {
  const [first] = lines;
  if (first === undefined) return [];
  const { invoice, customer, at } = first;
  return [{ invoice, customer, at, cancellation: isCancellation(invoice), lines: lines.map(receiptLine) }];
}

function receiptLine({ line, sku, description, quantity_milli, price_micro }: TillLine): ReceiptLine {
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

function countOthers(lines: readonly TillLine[]): WithoutCustomer {
  const invoices = [...new Set(lines.map((line) => line.invoice))];
  const cancellations = invoices.filter(isCancellation).length;
  return {
    lines: lines.length,
    sales: invoices.length - cancellations,
    cancellations,
    stock_corrections: lines.filter((line) => skipReason(line) === "stock_correction").length,
    zero_price: lines.filter((line) => line.price_micro === 0n).length,
  };
}
