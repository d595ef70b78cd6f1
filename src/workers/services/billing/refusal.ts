import { Stripe } from "stripe";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { LogEvent } from "../context.ts";
import type { ChangeRefusal } from "../refusal.ts";

/** Stripe cannot be reached, or this deployment has none. Nothing was changed. */
export interface BillingUnavailable {
  readonly code: "billing_unavailable";
}
/** Stripe said no to the payment or the number. */
export interface StripeRefused {
  readonly code: "payment_refused" | "tax_id_refused";
}
/** The merchant is not billed; has a subscription, or has none; asks for what is already so. */
export interface BillingConflict {
  readonly code: "billing_absent" | "already_subscribed" | "not_subscribed" | "plan_unchanged" | "preview_outdated";
}
/** So many locations must be named to be frozen. */
export interface FreezeNeeded {
  readonly code: "freeze_needed";
  readonly count: number;
}

export type BillingRefusal = ChangeRefusal | BillingUnavailable | StripeRefused | BillingConflict | FreezeNeeded;

/** The plan has no more of something, or does not have it at all. */
export interface PlanRefused {
  readonly code: "plan_limit_reached" | "plan_feature_missing" | "changes_paused";
  readonly detail: string;
}

export const unavailable: BillingUnavailable = { code: "billing_unavailable" };

/**
 * Asks Stripe for something. What Stripe refuses becomes a refusal; that it cannot be reached, or understood nothing, is
 * logged by its kind alone, because its words may quote a person.
 */
export async function askStripe<Value>(
  log: (event: LogEvent) => void,
  ask: () => Promise<Value>,
): Promise<Result<Value, BillingUnavailable | StripeRefused>> {
  try {
    return ok(await ask());
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) return fail({ code: "payment_refused" });
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    if (error.code === "tax_id_invalid") return fail({ code: "tax_id_refused" });
    log({ event: "stripe_failed", type: error.type, code: error.code ?? null, status: error.statusCode ?? null });
    return fail(unavailable);
  }
}
