import type { Scenario } from "../state.ts";
import type { Charge, Invoice, PaymentIntent } from "../wire.ts";
import type { World } from "../world.ts";
import { customerOf, settleInvoice } from "./invoice.ts";

const DAY = 86_400;
/** How long a direct debit takes to say, and a bank to take it back. */
export const DEBIT_DAYS = 5;
export const DISPUTE_DAYS = 10;
/** When a failed invoice is tried again, in days after each attempt. */
const RETRY_DAYS = [3, 5, 7];

/** How an attempt to collect an invoice ended, or that it has not. */
export type Outcome = "paid" | "processing" | "failed" | "action_required";

/** Tries to collect an invoice with a payment method, or the customer's own. */
export function collect(world: World, invoice: Invoice, method: string | null, scenario?: Scenario): Outcome {
  const used = method ?? defaultMethod(world, invoice);
  const intent = intentOf(world, invoice, used);
  // While one try is on its way there is no other.
  world.cancel("retry", invoice.id);
  invoice.attempted = true;
  invoice.attempt_count += 1;
  const plan = used === null ? "declined" : (scenario ?? world.state.scenarios[used] ?? "succeeds");
  switch (plan) {
    case "succeeds":
      succeed(world, invoice, intent);
      return "paid";
    case "declined":
      fail(world, invoice, intent, "card_declined");
      return "failed";
    case "authenticate":
      intent.status = "requires_action";
      world.emit("payment_intent.requires_action", intent);
      world.emit("invoice.payment_action_required", invoice);
      world.emit("invoice.payment_failed", invoice);
      return "action_required";
    case "late_success":
    case "late_failure":
    case "late_success_disputed":
      intent.status = "processing";
      intent.metadata["settles"] = plan;
      world.schedule({ at: world.now + DEBIT_DAYS * DAY, what: "settle", id: intent.id });
      world.emit("payment_intent.processing", intent);
      return "processing";
  }
}

/** A direct debit has come to its end. Answers whether the money came. */
export function settleLate(world: World, intent: PaymentIntent): Outcome {
  const invoice = world.state.invoices[intent.metadata["invoice"] ?? ""];
  if (invoice === undefined || intent.status !== "processing") return "processing";
  if (intent.metadata["settles"] === "late_failure") {
    fail(world, invoice, intent, "insufficient_funds");
    return "failed";
  }
  const charge = succeed(world, invoice, intent);
  if (intent.metadata["settles"] === "late_success_disputed") {
    world.schedule({ at: world.now + DISPUTE_DAYS * DAY, what: "dispute", id: charge.id });
  }
  return "paid";
}

/** The payer has done what the bank wanted. */
export function confirmByPayer(world: World, invoice: Invoice): Outcome {
  const intent = intentOf(world, invoice, defaultMethod(world, invoice));
  succeed(world, invoice, intent);
  return "paid";
}

export function succeed(world: World, invoice: Invoice, intent: PaymentIntent): Charge {
  const charge = makeCharge(world, intent, null);
  intent.status = "succeeded";
  intent.amount_received = intent.amount;
  intent.last_payment_error = null;
  intent.latest_charge = charge.id;
  world.emit("charge.succeeded", charge);
  world.emit("payment_intent.succeeded", intent);
  settleInvoice(world, invoice, intent.amount);
  return charge;
}

function fail(world: World, invoice: Invoice, intent: PaymentIntent, code: string): void {
  const charge = makeCharge(world, intent, code);
  intent.status = "requires_payment_method";
  intent.latest_charge = charge.id;
  intent.last_payment_error = { type: "card_error", code, message: "The bank has refused the payment." };
  const days = RETRY_DAYS[invoice.attempt_count - 1];
  invoice.next_payment_attempt = days === undefined ? null : world.now + days * DAY;
  if (invoice.next_payment_attempt !== null && invoice.collection_method === "charge_automatically") {
    world.schedule({ at: invoice.next_payment_attempt, what: "retry", id: invoice.id });
  }
  world.emit("charge.failed", charge);
  world.emit("payment_intent.payment_failed", intent);
  world.emit("invoice.payment_failed", invoice);
}

export function defaultMethod(world: World, invoice: Invoice): string | null {
  const customer = world.state.customers[customerOf(invoice)];
  const method = customer?.invoice_settings.default_payment_method ?? null;
  return typeof method === "string" ? method : (method?.id ?? null);
}

/** One intent per invoice, tried again and again. */
function intentOf(world: World, invoice: Invoice, method: string | null): PaymentIntent {
  const known = Object.values(world.state.payment_intents).find(({ metadata }) => metadata["invoice"] === invoice.id);
  if (known !== undefined) {
    known.payment_method = method;
    return known;
  }
  const intent: PaymentIntent = {
    ...PLAIN_INTENT,
    id: world.newId("pi"),
    amount: invoice.amount_due,
    client_secret: null,
    created: world.now,
    customer: customerOf(invoice),
    metadata: { invoice: invoice.id },
    payment_method: method,
    payment_method_types: ["card", "ideal", "sepa_debit"],
  };
  world.state.payment_intents[intent.id] = intent;
  return intent;
}

function makeCharge(world: World, intent: PaymentIntent, failure: string | null): Charge {
  const charge: Charge = {
    ...PLAIN_CHARGE,
    id: world.newId("ch"),
    amount: intent.amount,
    amount_captured: failure === null ? intent.amount : 0,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    captured: failure === null,
    created: world.now,
    customer: intent.customer,
    failure_code: failure,
    failure_message: failure === null ? null : "The bank has refused the payment.",
    metadata: {},
    paid: failure === null,
    payment_intent: intent.id,
    payment_method: typeof intent.payment_method === "string" ? intent.payment_method : null,
    status: failure === null ? "succeeded" : "failed",
  };
  world.state.charges[charge.id] = charge;
  return charge;
}

const PLAIN_INTENT = {
  object: "payment_intent",
  allowed_payment_method_types: null,
  amount_capturable: 0,
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: "automatic",
  confirmation_method: "automatic",
  currency: "eur",
  customer_account: null,
  description: "Subscription",
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: false,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method_configuration_details: null,
  payment_method_options: null,
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: "off_session",
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: "requires_confirmation",
  transfer_group: null,
} satisfies Partial<PaymentIntent>;

const PLAIN_CHARGE = {
  object: "charge",
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  calculated_statement_descriptor: "STEMPEL",
  currency: "eur",
  description: null,
  disputed: false,
  failure_balance_transaction: null,
  fraud_details: null,
  livemode: false,
  on_behalf_of: null,
  outcome: null,
  payment_method_details: null,
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} satisfies Partial<Charge>;
