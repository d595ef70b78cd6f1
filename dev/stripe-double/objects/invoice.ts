import { type Invoice, type InvoiceLine, type InvoicePayment, listOf, type WireList } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";
import { taxPercent } from "./customer.ts";
import { type DraftLine, makeLine, type Sums, sumsOf, totalTaxes } from "./line.ts";

export interface NewInvoice {
  readonly customer: string;
  readonly subscription: string | null;
  readonly billing_reason: "subscription_create" | "subscription_cycle" | "subscription_update" | "manual";
  readonly lines: readonly DraftLine[];
  readonly collection_method?: "charge_automatically" | "send_invoice" | undefined;
  readonly due_date?: number | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly description?: string | null | undefined;
  /** Lines that bring their VAT with them, as a payment that was taken back does. */
  readonly taxes?: boolean | undefined;
}

/** A draft that stands nowhere yet; a preview is one too. */
export function draftInvoice(world: World, input: NewInvoice): Invoice {
  const id = world.newId("in");
  const percent = input.taxes === false ? 0 : taxPercent(world, input.customer);
  const lines = input.lines.map((line) => makeLine(world, id, line, percent));
  const sums = sumsOf(lines);
  const customer = world.state.customers[input.customer];
  return {
    ...NOTHING_SPECIAL,
    ...amountsOf(sums, percent),
    id,
    billing_reason: input.billing_reason,
    collection_method: input.collection_method ?? "charge_automatically",
    created: world.now,
    customer: input.customer,
    customer_address: customer?.address ?? null,
    customer_email: customer?.email ?? null,
    customer_name: customer?.name ?? null,
    description: input.description ?? null,
    due_date: input.due_date ?? null,
    hosted_invoice_url: null,
    lines: listOf(`/v1/invoices/${id}/lines`, lines),
    metadata: { ...input.metadata },
    parent:
      input.subscription === null
        ? null
        : {
            quote_details: null,
            subscription_details: { metadata: {}, subscription: input.subscription },
            type: "subscription_details",
          },
    period_end: lines[0]?.period.end ?? world.now,
    period_start: lines[0]?.period.start ?? world.now,
  };
}

/** Keeps a draft and makes it payable. What comes to nothing is paid at once. */
export function finalizeInvoice(world: World, invoice: Invoice): Invoice {
  if (invoice.status !== "draft") throw new StripeError(400, { message: "This invoice is already finalized." });
  world.state.invoices[invoice.id] = invoice;
  invoice.status = "open";
  invoice.number = `DOUBLE-${Object.keys(world.state.invoices).length.toString().padStart(4, "0")}`;
  invoice.effective_at = world.now;
  invoice.status_transitions.finalized_at = world.now;
  invoice.hosted_invoice_url = `${world.pages}/invoice/${invoice.id}`;
  invoice.invoice_pdf = `${world.pages}/invoice/${invoice.id}?pdf`;
  world.emit("invoice.finalized", invoice);
  if (invoice.total <= 0) {
    if (invoice.total < 0) credit(world, invoice);
    settleInvoice(world, invoice, 0);
  }
  return invoice;
}

export function keepDraft(world: World, invoice: Invoice): Invoice {
  world.state.invoices[invoice.id] = invoice;
  world.emit("invoice.created", invoice);
  return invoice;
}

/** A negative total goes on the customer's balance. */
function credit(world: World, invoice: Invoice): void {
  const customer = world.state.customers[customerOf(invoice)];
  if (customer !== undefined) customer.balance += invoice.total;
}

export function settleInvoice(world: World, invoice: Invoice, amount_paid: number): void {
  invoice.status = "paid";
  invoice.amount_paid = amount_paid;
  invoice.amount_remaining = 0;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.paid_at = world.now;
  world.cancel("retry", invoice.id);
  world.emit("invoice.paid", invoice);
  world.emit("invoice.payment_succeeded", invoice);
}

export function closeInvoice(world: World, invoice: Invoice, status: "void" | "uncollectible"): Invoice {
  if (invoice.status !== "open") throw new StripeError(400, { message: `You can only close open invoices.` });
  invoice.status = status;
  invoice.next_payment_attempt = null;
  world.cancel("retry", invoice.id);
  world.emit(status === "void" ? "invoice.voided" : "invoice.marked_uncollectible", invoice);
  return invoice;
}

/** Adds a line to a draft. */
export function addLine(world: World, invoice: Invoice, draft: DraftLine): InvoiceLine {
  if (invoice.status !== "draft") throw new StripeError(400, { message: "This invoice is no longer editable." });
  const line = makeLine(world, invoice.id, draft, 0);
  invoice.lines.data.push(line);
  Object.assign(invoice, amountsOf(sumsOf(invoice.lines.data), 0));
  return line;
}

export function customerOf({ customer }: Pick<Invoice, "customer">): string {
  return typeof customer === "string" ? customer : (customer?.id ?? "");
}

export function subscriptionOf({ parent }: Invoice): string | null {
  const subscription = parent?.subscription_details?.subscription;
  return typeof subscription === "string" ? subscription : (subscription?.id ?? null);
}

/** The payments that were tried for an invoice. */
export function invoicePayments(world: World, invoice: string): WireList<InvoicePayment> {
  const payments = Object.values(world.state.payment_intents)
    .filter(({ metadata }) => metadata["invoice"] === invoice)
    .map((intent): InvoicePayment => ({
      id: intent.id.replace("pi_", "inpay_"),
      object: "invoice_payment",
      amount_paid: intent.status === "succeeded" ? intent.amount : null,
      amount_requested: intent.amount,
      created: intent.created,
      currency: intent.currency,
      invoice,
      is_default: true,
      livemode: false,
      payment: { payment_intent: intent.id, type: "payment_intent" },
      status: intent.status === "succeeded" ? "paid" : "open",
      status_transitions: { canceled_at: null, paid_at: intent.status === "succeeded" ? intent.created : null },
    }));
  return listOf(`/v1/invoice_payments?invoice=${invoice}`, payments);
}

function amountsOf(sums: Sums, percent: number) {
  const due = Math.max(0, sums.total);
  return {
    amount_due: due,
    amount_remaining: due,
    subtotal: sums.subtotal,
    subtotal_excluding_tax: sums.subtotal,
    total: sums.total,
    total_excluding_tax: sums.subtotal,
    total_taxes: totalTaxes(sums, percent),
  };
}

const NOTHING_SPECIAL = {
  object: "invoice",
  account_country: "NL",
  account_name: "Stempel (stand-in)",
  account_tax_ids: null,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatic_tax: {
    disabled_reason: null,
    enabled: true,
    liability: { type: "self" },
    provider: "stripe",
    status: "complete",
  },
  automatically_finalizes_at: null,
  currency: "eur",
  custom_fields: null,
  customer_account: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: "none",
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  effective_at: null,
  ending_balance: null,
  footer: null,
  from_invoice: null,
  invoice_pdf: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  next_payment_attempt: null,
  number: null,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: "draft",
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  webhooks_delivered_at: null,
  get status_transitions() {
    return { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null };
  },
} satisfies Partial<Invoice>;
