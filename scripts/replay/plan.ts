import { Temporal } from "temporal-polyfill";
import { formatQuantity } from "./money.ts";
import type { CustomerReceipt, Receipt, ReceiptLine, SortedLines } from "./receipts.ts";
import { requestKey } from "./request-key.ts";

/** Where the shop stands whose lines these are: their times are local there, their money is of there. */
export const SHOP_TIMEZONE = "Europe/London";
export const SHOP_CURRENCY = "GBP";

/** What the API takes in one sale. */
export const LINES_MAX = 500;

/** One write. */
export type Step = SaleStep | ReturnStep;

export interface SaleStep {
  readonly kind: "sale";
  readonly key: string;
  readonly invoice: string;
  /** The body of the request but for the member. */
  readonly body: SaleBody;
}

export interface ReturnStep {
  readonly kind: "return";
  readonly key: string;
  /** The cancellation. */
  readonly invoice: string;
  /** The invoice that it takes back from. */
  readonly sold_on: string;
  readonly return_id: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: string }[];
}

export interface SaleBody {
  readonly receipt: string;
  readonly occurred_at: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly lines: readonly SaleBodyLine[];
}

export interface SaleBodyLine {
  readonly sku?: string;
  readonly name?: string;
  readonly quantity: string;
  readonly amount: number;
  readonly unit_price?: number;
}

/** What a cancellation brings back that this customer did not buy, or not as much of, since the file begins. */
export interface Unmatched {
  readonly reason: "never_sold" | "more_than_sold";
  readonly line: number;
  readonly invoice: string;
  readonly customer: string;
  readonly sku: string;
  readonly description: string;
  readonly quantity: string;
}

export interface CustomerPlan {
  readonly customer: string;
  readonly key: string;
  /** In the order in which they happened. */
  readonly steps: readonly Step[];
}

export interface Plan {
  readonly customers: readonly CustomerPlan[];
  /** Sales without a member: each stands alone, so their order does not matter. */
  readonly anonymous: readonly SaleStep[];
  /** Invoices among them that have more lines than one sale may carry. */
  readonly folded: readonly string[];
  readonly unmatched: readonly Unmatched[];
}

/** What must be sent. Receipts stand in order of time. */
export function planReplay({ customers, receipts, anonymous }: SortedLines): Plan {
  const byCustomer = Map.groupBy(receipts, (receipt) => receipt.customer);
  const unmatched: Unmatched[] = [];
  const plans = customers.map((customer) => {
    const shelf = new Shelf();
    const steps = (byCustomer.get(customer) ?? []).flatMap((receipt): Step[] => {
      if (receipt.cancellation) return returnSteps(receipt, shelf, unmatched);
      shelf.put(receipt);
      return [saleStep(receipt, requestKey("sale", customer, receipt.invoice))];
    });
    return { customer, key: requestKey("member", customer), steps };
  });
  return {
    customers: plans,
    anonymous: anonymous.map((receipt) => folded(saleStep(receipt, requestKey("anonymous_sale", receipt.invoice)))),
    folded: anonymous.filter(({ lines }) => lines.length > LINES_MAX).map(({ invoice }) => invoice),
    unmatched,
  };
}

/** What one customer has bought and not brought back: per sku a pile of lines, the newest on top. */
class Shelf {
  readonly #piles = new Map<string, { readonly sold_on: string; left: number }[]>();

  put({ invoice, lines }: Receipt): void {
    for (const { sku, quantity_milli } of lines) {
      const pile = this.#piles.get(sku) ?? [];
      pile.push({ sold_on: invoice, left: quantity_milli });
      this.#piles.set(sku, pile);
    }
  }

  knows(sku: string): boolean {
    return this.#piles.has(sku);
  }

  /** Takes so much of a sku from the top of its pile and says from which invoices; less when there is less. */
  take(sku: string, quantity_milli: number): { readonly sold_on: string; readonly quantity_milli: number }[] {
    const taken: { sold_on: string; quantity_milli: number }[] = [];
    const pile = this.#piles.get(sku) ?? [];
    let open = quantity_milli;
    for (let top = pile.at(-1); top !== undefined && open > 0; top = pile.at(-1)) {
      const piece = Math.min(open, top.left);
      taken.push({ sold_on: top.sold_on, quantity_milli: piece });
      top.left -= piece;
      open -= piece;
      if (top.left === 0) pile.pop();
    }
    return taken;
  }
}

function saleStep({ invoice, at, lines }: Receipt, key: string): SaleStep {
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  return {
    kind: "sale",
    key,
    invoice,
    body: {
      receipt: invoice,
      occurred_at: instantOf(at),
      total: { amount: total, currency: SHOP_CURRENCY },
      lines: lines.map(saleLine),
    },
  };
}

/**
 * Shops put a day's small sales on one invoice without a customer, and that can be longer than a receipt may be: the lines
 * too many become one. Nothing is ever brought back from such a sale by sku, and what it earns goes by the money.
 */
function folded(step: SaleStep): SaleStep {
  const { lines } = step.body;
  if (lines.length <= LINES_MAX) return step;
  const [kept, rest] = [lines.slice(0, LINES_MAX - 1), lines.slice(LINES_MAX - 1)];
  const amount = rest.reduce((sum, line) => sum + line.amount, 0);
  const last = { name: `${rest.length} more lines`, quantity: "1", amount };
  return { ...step, body: { ...step.body, lines: [...kept, last] } };
}

function saleLine({ sku, description, quantity_milli, amount, unit_price }: ReceiptLine): SaleBodyLine {
  return {
    sku,
    ...(description === "" ? {} : { name: description.slice(0, 200) }),
    quantity: formatQuantity(quantity_milli),
    amount,
    ...(unit_price === null ? {} : { unit_price }),
  };
}

/** One return for every sale that a cancellation reaches. Its id names both, so it is the same on every run. */
function returnSteps(receipt: CustomerReceipt, shelf: Shelf, unmatched: Unmatched[]): ReturnStep[] {
  const { invoice, customer } = receipt;
  const back = new Map<string, Map<string, number>>();
  for (const line of receipt.lines) {
    let open = line.quantity_milli;
    const reason = shelf.knows(line.sku) ? "more_than_sold" : "never_sold";
    for (const { sold_on, quantity_milli } of shelf.take(line.sku, open)) {
      const skus = back.get(sold_on) ?? new Map<string, number>();
      back.set(sold_on, skus.set(line.sku, (skus.get(line.sku) ?? 0) + quantity_milli));
      open -= quantity_milli;
    }
    if (open > 0) unmatched.push({ reason, ...whatOf(receipt, line), quantity: formatQuantity(open) });
  }
  return [...back].map(([sold_on, skus]) => ({
    kind: "return",
    key: requestKey("return", customer, invoice, sold_on),
    invoice,
    sold_on,
    return_id: `${invoice}/${sold_on}`,
    lines: [...skus].map(([sku, milli]) => ({ sku, quantity: formatQuantity(milli) })),
  }));
}

function whatOf({ invoice, customer }: CustomerReceipt, { line, sku, description }: ReceiptLine) {
  return { line, invoice, customer, sku, description };
}

/** A local time of the shop as an instant. An hour that the clocks skip or repeat is read as `Temporal` does by default. */
function instantOf(at: string): string {
  return Temporal.PlainDateTime.from(at).toZonedDateTime(SHOP_TIMEZONE).toString({ timeZoneName: "never" });
}
