import type { Stripe } from "stripe";
import { z } from "zod";
import { StripeError } from "../http/errors.ts";
import { bool, int, metadata, params, text } from "../http/params.ts";
import { route, type Route } from "../http/route.ts";
import { previewChange } from "../objects/change.ts";
import { createCreditNote } from "../objects/credit-note.ts";
import { addLine, closeInvoice, draftInvoice, finalizeInvoice, keepDraft } from "../objects/invoice.ts";
import { collect } from "../objects/payment.ts";
import { followInvoice } from "../objects/time.ts";
import { listOf } from "../wire.ts";
import { itemChange, newestFirst } from "./subscriptions.ts";

const none = z.strictObject({});
const invoiceList = params<Stripe.InvoiceListParams>()({
  customer: text.optional(),
  subscription: text.optional(),
  status: text.optional(),
  limit: int.optional(),
  starting_after: text.optional(),
});
const invoiceCreate = params<Stripe.InvoiceCreateParams>()({
  customer: text,
  collection_method: z.enum(["charge_automatically", "send_invoice"]),
  days_until_due: int.optional(),
  auto_advance: bool.optional(),
  description: text.optional(),
  pending_invoice_items_behavior: z.literal("exclude"),
  metadata: metadata.optional(),
});
const itemCreate = params<Stripe.InvoiceItemCreateParams>()({
  customer: text,
  invoice: text,
  amount: int,
  currency: text,
  description: text.optional(),
  metadata: metadata.optional(),
});
const details = params<Stripe.InvoiceCreatePreviewParams.SubscriptionDetails>()({
  items: z.array(itemChange),
  proration_behavior: z.literal("always_invoice"),
  proration_date: int,
});
const preview = params<Stripe.InvoiceCreatePreviewParams>()({
  customer: text.optional(),
  subscription: text,
  subscription_details: details,
});
const creditCreate = params<Stripe.CreditNoteCreateParams>()({
  invoice: text,
  amount: int,
  refund_amount: int.optional(),
  out_of_band_amount: int.optional(),
  memo: text.optional(),
  metadata: metadata.optional(),
});
const creditList = params<Stripe.CreditNoteListParams>()({
  customer: text.optional(),
  invoice: text.optional(),
  limit: int.optional(),
});

const invoiceOf = (world: Parameters<Route["run"]>[0], id: string) => world.find(world.state.invoices, "invoice", id);

export const invoiceRoutes: readonly Route[] = [
  route("GET", "invoices", invoiceList, ({ world, params: { customer, status, limit = 10, starting_after } }) => {
    const found = newestFirst(Object.values(world.state.invoices)).filter(
      (invoice) =>
        (customer === undefined || invoice.customer === customer) &&
        (status === undefined || invoice.status === status),
    );
    const start = starting_after === undefined ? 0 : found.findIndex(({ id }) => id === starting_after) + 1;
    return listOf("/v1/invoices", found.slice(start, start + limit), found.length > start + limit);
  }),
  route("POST", "invoices", invoiceCreate, ({ world, params: input }) => {
    world.find(world.state.customers, "customer", input.customer);
    const due_date = input.days_until_due === undefined ? null : world.now + input.days_until_due * 86_400;
    const facts = { subscription: null, billing_reason: "manual", lines: [], due_date } as const;
    return keepDraft(world, draftInvoice(world, { ...facts, ...input }));
  }),
  route("POST", "invoices/create_preview", preview, ({ world, params: { subscription, subscription_details } }) => {
    const found = world.find(world.state.subscriptions, "subscription", subscription);
    return previewChange(world, found, subscription_details.items, subscription_details.proration_date);
  }),
  route("GET", "invoices/{id}", none, ({ world, ids: [id = ""] }) => invoiceOf(world, id)),
  route("POST", "invoices/{id}/finalize", none, ({ world, ids: [id = ""] }) =>
    finalizeInvoice(world, invoiceOf(world, id)),
  ),
  route("POST", "invoices/{id}/void", none, ({ world, ids: [id = ""] }) =>
    closeInvoice(world, invoiceOf(world, id), "void"),
  ),
  route("POST", "invoices/{id}/mark_uncollectible", none, ({ world, ids: [id = ""] }) =>
    closeInvoice(world, invoiceOf(world, id), "uncollectible"),
  ),
  route("POST", "invoices/{id}/pay", none, ({ world, ids: [id = ""] }) => {
    const invoice = invoiceOf(world, id);
    if (invoice.status !== "open") throw new StripeError(400, { message: "Invoice is not open." });
    const outcome = collect(world, invoice, null);
    followInvoice(world, id, outcome);
    if (outcome === "failed") {
      throw new StripeError(402, { type: "card_error", code: "card_declined", message: "The payment was refused." });
    }
    return invoice;
  }),
  route(
    "POST",
    "invoiceitems",
    itemCreate,
    ({ world, params: { customer, invoice, amount, description, metadata: own } }) => {
      const found = invoiceOf(world, invoice);
      const period = { start: world.now, end: world.now };
      const plain = { quantity: 1, price: null, period, proration: false, subscription: null, item: null };
      addLine(world, found, { ...plain, amount, description: description ?? "" });
      return {
        id: world.newId("ii"),
        object: "invoiceitem",
        amount,
        currency: "eur",
        customer,
        invoice,
        metadata: own ?? {},
      };
    },
  ),
  route("POST", "credit_notes", creditCreate, ({ world, params: input }) =>
    createCreditNote(world, {
      invoice: input.invoice,
      amount: input.amount,
      refund_amount: input.refund_amount ?? 0,
      out_of_band_amount: input.out_of_band_amount ?? 0,
      memo: input.memo ?? null,
      metadata: input.metadata ?? {},
    }),
  ),
  route("GET", "credit_notes", creditList, ({ world, params: { customer, invoice } }) =>
    listOf(
      "/v1/credit_notes",
      Object.values(world.state.credit_notes).filter(
        (note) =>
          (customer === undefined || note.customer === customer) && (invoice === undefined || note.invoice === invoice),
      ),
    ),
  ),
];
