import type { Stripe } from "stripe";
import type { KnownDispute } from "../../../db/schema/billing.ts";
import type { ObservedDispute } from "../../../domain/billing/observe.ts";

/** How long the merchant has to pay again what the bank took back. */
const DAYS_TO_PAY = 14;

/**
 * Asks again for money that was taken back, once per dispute: the old invoice is credited, because its money has gone,
 * and a new one for the same amount can be paid on its page. Every step has a key, so a step that failed is repeated alone.
 */
export async function reopenDisputes(
  stripe: Stripe,
  customer: string,
  known: readonly KnownDispute[],
  seen: readonly ObservedDispute[],
): Promise<readonly KnownDispute[]> {
  const reopened: KnownDispute[] = [];
  for (const dispute of known) {
    const isOpen = seen.some(({ id, state }) => id === dispute.id && state === "open");
    const invoice =
      isOpen && dispute.invoice === null ? await reopenWhenLost(stripe, customer, dispute.id) : dispute.invoice;
    reopened.push({ ...dispute, invoice });
  }
  return reopened;
}

async function reopenWhenLost(stripe: Stripe, customer: string, id: string): Promise<string | null> {
  const dispute = await stripe.disputes.retrieve(id);
  // While it is argued about nothing is asked for twice.
  if (dispute.status !== "lost") return null;
  const lost = await invoiceOf(stripe, dispute);
  if (lost !== null) await creditLost(stripe, lost, dispute);
  const invoice = await stripe.invoices.create(
    {
      customer,
      collection_method: "send_invoice",
      days_until_due: DAYS_TO_PAY,
      auto_advance: false,
      pending_invoice_items_behavior: "exclude",
      description:
        lost?.number === undefined || lost.number === null ? "Payment taken back" : `Replaces ${lost.number}`,
      metadata: { dispute: id },
    },
    { idempotencyKey: `reopen:${id}` },
  );
  await stripe.invoiceItems.create(
    {
      customer,
      invoice: invoice.id,
      amount: dispute.amount,
      currency: dispute.currency,
      description: "Payment taken back by the bank, VAT included",
    },
    { idempotencyKey: `reopen_item:${id}` },
  );
  if (invoice.status === "draft") {
    await stripe.invoices.finalizeInvoice(invoice.id, {}, { idempotencyKey: `reopen_final:${id}` });
  }
  return invoice.id;
}

/** The invoice that the disputed payment had paid. */
async function invoiceOf(stripe: Stripe, { payment_intent }: Stripe.Dispute): Promise<Stripe.Invoice | null> {
  const intent = typeof payment_intent === "string" ? payment_intent : (payment_intent?.id ?? null);
  if (intent === null) return null;
  const { data } = await stripe.invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: intent },
    limit: 1,
  });
  const [payment] = data;
  if (payment === undefined) return null;
  return stripe.invoices.retrieve(typeof payment.invoice === "string" ? payment.invoice : payment.invoice.id);
}

async function creditLost(stripe: Stripe, invoice: Stripe.Invoice, { id, amount }: Stripe.Dispute): Promise<void> {
  const left = invoice.amount_paid - invoice.post_payment_credit_notes_amount;
  const credited = Math.min(amount, left);
  if (invoice.status !== "paid" || credited <= 0) return;
  await stripe.creditNotes.create(
    {
      invoice: invoice.id,
      amount: credited,
      out_of_band_amount: credited,
      memo: "Payment taken back",
      metadata: { dispute: id },
    },
    { idempotencyKey: `reopen_credit:${id}` },
  );
}
