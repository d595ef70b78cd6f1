import type * as wire from "./wire.ts";

/**
 * What becomes of a payment with a method. `late_…`: a direct debit, which takes days to say. `authenticate`: the bank
 * wants the payer. Real Stripe has test cards and test account numbers for each of these.
 */
export const SCENARIOS = [
  "succeeds",
  "declined",
  "authenticate",
  "late_success",
  "late_failure",
  "late_success_disputed",
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Something that happens by itself when its time comes. Seconds since 1970. */
export interface Due {
  readonly at: number;
  readonly what: "renew" | "settle" | "retry" | "dispute" | "expire_session" | "expire_incomplete";
  readonly id: string;
}

/** What a checkout will make when it is paid. */
export interface CheckoutPlan {
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
  readonly trial_end: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly collects_tax_id: boolean;
  readonly updates_customer: boolean;
  readonly description: string | null;
}

/** An event on its way to a webhook endpoint. */
export interface Delivery {
  readonly event: string;
  attempts: number;
  delivered: boolean;
  last_status: number | null;
}

export interface StoredAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
}

type Table<Row> = Record<string, Row>;

/** Everything the double remembers; plain JSON. */
export interface DoubleState {
  /** How far its clock is ahead of the machine's, in seconds. */
  clock_offset: number;
  seq: number;
  products: Table<wire.Product>;
  prices: Table<wire.Price>;
  customers: Table<wire.Customer>;
  deleted_customers: string[];
  tax_ids: Table<wire.TaxId>;
  payment_methods: Table<wire.PaymentMethod>;
  /** By payment method: what its next payments do. */
  scenarios: Table<Scenario>;
  sessions: Table<wire.Session>;
  plans: Table<CheckoutPlan>;
  subscriptions: Table<wire.Subscription>;
  schedules: Table<wire.Schedule>;
  invoices: Table<wire.Invoice>;
  payment_intents: Table<wire.PaymentIntent>;
  charges: Table<wire.Charge>;
  disputes: Table<wire.Dispute>;
  credit_notes: Table<wire.CreditNote>;
  portal_configurations: Table<wire.PortalConfiguration>;
  portal_sessions: Table<wire.PortalSession>;
  events: wire.DoubleEvent[];
  deliveries: Delivery[];
  idempotency: Table<StoredAnswer>;
  due: Due[];
}

export function emptyState(): DoubleState {
  return {
    clock_offset: 0,
    seq: 0,
    products: {},
    prices: {},
    customers: {},
    deleted_customers: [],
    tax_ids: {},
    payment_methods: {},
    scenarios: {},
    sessions: {},
    plans: {},
    subscriptions: {},
    schedules: {},
    invoices: {},
    payment_intents: {},
    charges: {},
    disputes: {},
    credit_notes: {},
    portal_configurations: {},
    portal_sessions: {},
    events: [],
    deliveries: [],
    idempotency: {},
    due: [],
  };
}
