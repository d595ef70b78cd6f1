import type { Stripe } from "stripe";
import { ok, type Result } from "../../../domain/result.ts";
import type { BillingContext } from "./context.ts";
import { withBilling } from "./open.ts";
import type { BillingRefusal } from "./refusal.ts";
import { invoicesInput } from "./schemas.ts";

/** An invoice as a merchant sees it. Amounts in minor units, VAT included. */
export interface BilledInvoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: string;
  readonly created_at_ms: number;
  readonly total: number;
  readonly tax: number;
  readonly credited: number;
  readonly currency: string;
  /** Where it can be read, and paid when it is open. */
  readonly url: string | null;
  readonly pdf_url: string | null;
}

export interface InvoicePage {
  readonly data: readonly BilledInvoice[];
  /** The id to ask on from; null at the end. */
  readonly next: string | null;
}

/** The merchant's invoices, newest first. Drafts are none yet. */
export function listInvoices(ctx: BillingContext, given: unknown): Promise<Result<InvoicePage, BillingRefusal>> {
  return withBilling(ctx, invoicesInput, given, async ({ ctx: { stripe }, input, row }) => {
    if (row.stripe_customer === null) return ok({ data: [], next: null });
    const { limit, after } = input;
    const page = await stripe.invoices.list({
      customer: row.stripe_customer,
      limit,
      ...(after === undefined ? {} : { starting_after: after }),
    });
    const data = page.data.filter(({ status }) => status !== "draft").map(toInvoice);
    return ok({ data, next: page.has_more ? (page.data.at(-1)?.id ?? null) : null });
  });
}

function toInvoice(invoice: Stripe.Invoice): BilledInvoice {
  return {
    id: invoice.id,
    number: invoice.number,
    status: invoice.status ?? "open",
    created_at_ms: invoice.created * 1000,
    total: invoice.total,
    tax: (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0),
    credited: invoice.post_payment_credit_notes_amount,
    currency: invoice.currency.toUpperCase(),
    url: invoice.hosted_invoice_url ?? null,
    pdf_url: invoice.invoice_pdf ?? null,
  };
}
