import { listOf, type CreditNote, type Invoice } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";
import { customerOf } from "./invoice.ts";

export interface NewCreditNote {
  readonly invoice: string;
  readonly amount: number;
  readonly refund_amount: number;
  readonly out_of_band_amount: number;
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Takes back part of a paid invoice: the money goes back, or has gone back some other way. */
export function createCreditNote(world: World, input: NewCreditNote): CreditNote {
  const invoice = world.find(world.state.invoices, "invoice", input.invoice);
  check(invoice, input);
  invoice.post_payment_credit_notes_amount += input.amount;
  const note: CreditNote = {
    ...PLAIN,
    id: world.newId("cn"),
    amount: input.amount,
    created: world.now,
    customer: customerOf(invoice),
    effective_at: world.now,
    invoice: invoice.id,
    lines: listOf("/v1/credit_notes/lines", []),
    memo: input.memo,
    metadata: { ...input.metadata },
    number: `${invoice.number ?? invoice.id}-CN`,
    out_of_band_amount: input.out_of_band_amount,
    pdf: `${world.pages}/invoice/${invoice.id}?credit`,
    post_payment_amount: input.amount,
    subtotal: input.amount,
    subtotal_excluding_tax: input.amount,
    total: input.amount,
    total_excluding_tax: input.amount,
  };
  world.state.credit_notes[note.id] = note;
  world.emit("credit_note.created", note);
  return note;
}

function check(invoice: Invoice, { amount, refund_amount, out_of_band_amount }: NewCreditNote): void {
  if (invoice.status !== "paid") {
    throw new StripeError(400, { message: "The stand-in credits paid invoices only.", param: "invoice" });
  }
  if (amount > invoice.amount_paid - invoice.post_payment_credit_notes_amount) {
    throw new StripeError(400, {
      message: "The credit note is larger than what is left of the invoice.",
      param: "amount",
    });
  }
  if (refund_amount + out_of_band_amount !== amount) {
    throw new StripeError(400, {
      message: "The sum of refund and out of band amounts must equal the amount.",
      param: "amount",
    });
  }
}

const PLAIN = {
  object: "credit_note",
  amount_shipping: 0,
  currency: "eur",
  customer_account: null,
  customer_balance_transaction: null,
  discount_amount: 0,
  discount_amounts: [],
  livemode: false,
  pre_payment_amount: 0,
  pretax_credit_amounts: [],
  reason: null,
  refunds: [],
  shipping_cost: null,
  status: "issued",
  total_taxes: null,
  type: "post_payment",
  voided_at: null,
} satisfies Partial<CreditNote>;
