import type { Scenario } from "../state.ts";
import type { PaymentMethod } from "../wire.ts";
import type { World } from "../world.ts";

/** How somebody pays on the hosted pages. An iDEAL payment leaves a mandate: what is charged later is a direct debit. */
export const METHODS = ["ideal", "card", "sepa_debit"] as const;
export type Method = (typeof METHODS)[number];

/** What the next payments with a method do when the first has done what was asked. */
function laterScenario(method: Method): Scenario {
  return method === "card" ? "succeeds" : "late_success";
}

/** Makes the method that a customer pays with from now on. */
export function attachMethod(world: World, customer: string, method: Method): PaymentMethod {
  const person = world.find(world.state.customers, "customer", customer);
  const common = {
    id: world.newId("pm"),
    object: "payment_method" as const,
    billing_details: { address: null, email: person.email, name: person.name ?? null, phone: null, tax_id: null },
    created: world.now,
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
  };
  const made: PaymentMethod =
    method === "card"
      ? { ...common, type: "card", card: CARD }
      : { ...common, type: "sepa_debit", sepa_debit: debit() };
  world.state.payment_methods[made.id] = made;
  world.state.scenarios[made.id] = laterScenario(method);
  person.invoice_settings.default_payment_method = made.id;
  world.emit("payment_method.attached", made);
  world.emit("customer.updated", person);
  return made;
}

function debit(): NonNullable<PaymentMethod["sepa_debit"]> {
  return {
    bank_code: "ABNA",
    branch_code: null,
    country: "NL",
    fingerprint: "double",
    generated_from: null,
    last4: "4300",
  };
}

const CARD: NonNullable<PaymentMethod["card"]> = {
  brand: "visa",
  checks: null,
  country: "NL",
  display_brand: "visa",
  exp_month: 12,
  exp_year: 2034,
  funding: "credit",
  generated_from: null,
  last4: "4242",
  networks: null,
  regulated_status: null,
  three_d_secure_usage: null,
  wallet: null,
};
