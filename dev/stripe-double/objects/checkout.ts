import type { CheckoutPlan, Scenario } from "../state.ts";
import { type Session, idOf } from "../wire.ts";
import type { World } from "../world.ts";
import { StripeError } from "../http/errors.ts";
import { type Address, createTaxId, updateCustomer } from "./customer.ts";
import { attachMethod, type Method } from "./payment-method.ts";
import { createSubscription } from "./subscription.ts";

const SESSION_HOURS = 24;
const TRIAL_MIN = 48 * 3_600;

export interface NewSession {
  readonly customer: string;
  readonly success_url: string;
  readonly cancel_url: string | null;
  readonly client_reference_id: string | null;
  readonly locale: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly plan: CheckoutPlan;
}

export function createSession(world: World, input: NewSession): Session {
  world.find(world.state.customers, "customer", input.customer);
  const { trial_end, items } = input.plan;
  for (const { price } of items) world.find(world.state.prices, "price", price);
  if (trial_end !== null && trial_end < world.now + TRIAL_MIN) {
    throw new StripeError(400, {
      message: "The `trial_end` date has to be at least 2 days in the future.",
      param: "subscription_data[trial_end]",
    });
  }
  const id = world.newId("cs_test");
  const total = items.reduce(
    (sum, { price, quantity }) => sum + (world.state.prices[price]?.unit_amount ?? 0) * quantity,
    0,
  );
  const session: Session = {
    ...PLAIN,
    id,
    amount_subtotal: total,
    amount_total: total,
    cancel_url: input.cancel_url,
    client_reference_id: input.client_reference_id,
    created: world.now,
    customer: input.customer,
    expires_at: world.now + SESSION_HOURS * 3_600,
    locale: input.locale,
    metadata: { ...input.metadata },
    payment_method_types: ["card", "ideal", "sepa_debit"],
    success_url: input.success_url,
    url: `${world.pages}/pay/${id}`,
  };
  world.state.sessions[id] = session;
  world.state.plans[id] = input.plan;
  world.schedule({ at: session.expires_at, what: "expire_session", id });
  return session;
}

export interface Payer {
  readonly method: Method;
  readonly scenario: Scenario;
  readonly name: string | null;
  readonly address: Address | null;
  readonly vat_id: string | null;
}

/** The payer has filled the page in. Answers whether the session is complete; a refused payment leaves it open. */
export function completeSession(world: World, session: Session, payer: Payer): boolean {
  const plan = world.state.plans[session.id];
  const customer = idOf(session.customer);
  if (session.status !== "open" || plan === undefined)
    throw new StripeError(400, { message: "This session is not open." });
  if (payer.scenario === "declined" && plan.trial_end === null) return false;
  if (plan.updates_customer && payer.address !== null) {
    updateCustomer(world, customer, { address: payer.address, ...(payer.name === null ? {} : { name: payer.name }) });
  }
  if (plan.collects_tax_id && payer.vat_id !== null) createTaxId(world, customer, "eu_vat", payer.vat_id);
  attachMethod(world, customer, payer.method);
  const { items, trial_end, metadata, description } = plan;
  const scenario = payer.scenario;
  const subscription = createSubscription(world, { customer, items, trial_end, metadata, description, scenario });
  const invoice = world.state.invoices[idOf(subscription.latest_invoice)];
  session.status = "complete";
  session.subscription = subscription.id;
  session.invoice = invoice?.id ?? null;
  session.payment_status =
    trial_end === null ? (invoice?.status === "paid" ? "paid" : "unpaid") : "no_payment_required";
  world.cancel("expire_session", session.id);
  world.emit("checkout.session.completed", session);
  return true;
}

export function expireSession(world: World, session: Session): Session {
  if (session.status !== "open") throw new StripeError(400, { message: "Only open sessions can be expired." });
  session.status = "expired";
  session.url = null;
  world.cancel("expire_session", session.id);
  world.emit("checkout.session.expired", session);
  return session;
}

const PLAIN = {
  object: "checkout.session",
  adaptive_pricing: null,
  after_expiration: null,
  allow_promotion_codes: null,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: true, liability: { type: "self" }, provider: "stripe", status: "requires_location_inputs" },
  billing_address_collection: "required",
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency: "eur",
  currency_conversion: null,
  custom_fields: [],
  custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
  customer_account: null,
  customer_creation: null,
  customer_details: null,
  customer_email: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  livemode: false,
  managed_payments: null,
  mode: "subscription",
  origin_context: null,
  payment_intent: null,
  payment_link: null,
  payment_method_collection: "always",
  payment_method_configuration_details: null,
  payment_method_options: null,
  payment_status: "unpaid",
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  status: "open",
  submit_type: null,
  subscription: null,
  total_details: null,
  ui_mode: "hosted_page",
  wallet_options: null,
} satisfies Partial<Session>;
