import type { Stripe } from "stripe";
import type { z } from "zod";
import type { BillingRow } from "../../../db/schema/billing.ts";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import { isEnded } from "../../../domain/billing/phase.ts";
import type { SubscriptionState } from "../../../domain/billing/state.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { forbidden, notFound, parseInput } from "../refusal.ts";
import type { BillingContext } from "./context.ts";
import { askStripe, type BillingRefusal, unavailable } from "./refusal.ts";

/** What every operation of billing works on. */
export interface OpenedBilling<Input> {
  readonly ctx: BillingContext & { readonly stripe: Stripe };
  readonly input: Input;
  readonly merchant: MerchantRow;
  readonly row: BillingRow;
}

/**
 * Runs an operation of billing: only for owners, on a checked input, with Stripe at hand and its refusals turned into
 * ours. Nothing an operation asks of Stripe is lost when it stops in the middle: every step can be repeated.
 */
export async function withBilling<Schema extends z.ZodType, Value>(
  ctx: BillingContext,
  schema: Schema,
  given: unknown,
  run: (opened: OpenedBilling<z.output<Schema>>) => Promise<Result<Value, BillingRefusal>>,
): Promise<Result<Value, BillingRefusal>> {
  if (!may(ctx.actor, "pay")) return fail(forbidden);
  const input = parseInput(schema, given);
  if (!input.ok) return input;
  const [[merchant], [row]] = await ctx.tenant.batch([ctx.tenant.merchant.get(), ctx.tenant.billing.get()]);
  if (merchant === undefined) return fail(notFound("merchant"));
  if (merchant.status !== "active") return fail({ code: "merchant_inactive" });
  if (row === undefined) return fail({ code: "billing_absent" });
  const { stripe } = ctx;
  if (stripe === null) return fail(unavailable);
  const asked = await askStripe(ctx.ports.log, () =>
    run({ ctx: { ...ctx, stripe }, input: input.value, merchant, row }),
  );
  return asked.ok ? asked.value : asked;
}

/** A subscription that lives, with its id. */
export interface Living {
  readonly id: string;
  readonly customer: string;
  readonly subscription: SubscriptionState;
}

/** The subscription that there is to change or to end. */
export function livingOf(row: BillingRow): Result<Living, BillingRefusal> {
  const { subscription, stripe_subscription, stripe_customer } = row;
  const isGone = subscription === null || isEnded(subscription) || subscription.status === "incomplete";
  if (isGone || stripe_subscription === null || stripe_customer === null) return fail({ code: "not_subscribed" });
  return ok({ id: stripe_subscription, customer: stripe_customer, subscription });
}
