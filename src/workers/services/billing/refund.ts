import type { Stripe } from "stripe";
import { refundDue } from "../../../domain/billing/terms.ts";
import type { EndedEarly } from "./observe-customer.ts";

const INVOICES_MAX = 100;

/** Gives back what was paid for time that the subscription no longer covers: a credit note with a refund per invoice. */
export async function refundUnused(stripe: Stripe, customer: string, ended: EndedEarly): Promise<void> {
  const { data } = await stripe.invoices.list({ customer, status: "paid", limit: INVOICES_MAX });
  for (const invoice of data.filter((each) => subscriptionOf(each) === ended.subscription)) {
    const due = Math.min(dueOf(invoice, ended), invoice.amount_paid - invoice.post_payment_credit_notes_amount);
    if (due <= 0) continue;
    await stripe.creditNotes.create(
      {
        invoice: invoice.id,
        amount: due,
        refund_amount: due,
        memo: "Unused time",
        metadata: { subscription: ended.subscription },
      },
      // Without the amount: what is due is computed once, and a second note for the same end is never made.
      { idempotencyKey: `refund:${ended.subscription}:${invoice.id}` },
    );
  }
}

function dueOf(invoice: Stripe.Invoice, { ended_at_ms }: EndedEarly): number {
  // A refund that was given shows as a credit note of ours; the key alone is forgotten by Stripe after a day.
  if (invoice.post_payment_credit_notes_amount > 0) return 0;
  const periods = invoice.lines.data.map(({ period }) => period);
  const from_ms = Math.min(...periods.map(({ start }) => start)) * 1000;
  const to_ms = Math.max(...periods.map(({ end }) => end)) * 1000;
  return refundDue({ amount_paid: invoice.amount_paid, from_ms, to_ms }, ended_at_ms);
}

function subscriptionOf({ parent }: Stripe.Invoice): string | null {
  const subscription = parent?.subscription_details?.subscription;
  return typeof subscription === "string" ? subscription : (subscription?.id ?? null);
}
