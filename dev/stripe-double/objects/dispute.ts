import type { Charge, Dispute } from "../wire.ts";
import type { World } from "../world.ts";

/** The payer's bank takes a payment back. A direct debit is lost at once; a card payment can be argued about. */
export function openDispute(world: World, charge: Charge): Dispute {
  const method = world.state.payment_methods[charge.payment_method ?? ""];
  const dispute: Dispute = {
    ...PLAIN,
    id: world.newId("du"),
    amount: charge.amount,
    charge: charge.id,
    created: world.now,
    payment_intent: typeof charge.payment_intent === "string" ? charge.payment_intent : null,
    reason: method?.type === "sepa_debit" ? "debit_not_authorized" : "general",
    status: method?.type === "sepa_debit" ? "lost" : "needs_response",
  };
  charge.disputed = true;
  world.state.disputes[dispute.id] = dispute;
  world.emit("charge.dispute.created", dispute);
  if (dispute.status === "lost") world.emit("charge.dispute.closed", dispute);
  return dispute;
}

export function closeDispute(world: World, dispute: Dispute, status: "won" | "lost"): void {
  dispute.status = status;
  world.emit("charge.dispute.closed", dispute);
}

const PLAIN = {
  object: "dispute",
  balance_transactions: [],
  currency: "eur",
  enhanced_eligibility_types: [],
  evidence: {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: null,
    customer_name: null,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  },
  evidence_details: {
    due_by: null,
    enhanced_eligibility: {},
    has_evidence: false,
    past_due: false,
    submission_count: 0,
    submission_method: "manual",
  },
  intended_submission_method: null,
  is_charge_refundable: false,
  livemode: false,
  metadata: {},
} satisfies Partial<Dispute>;
