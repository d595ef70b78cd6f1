import type { z } from "zod";
import type { BillingDetails, BillingRow } from "../../../db/schema/billing.ts";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import { forbidden, parseInput } from "../refusal.ts";
import type { BillingContext } from "./context.ts";
import { customerFields, ownerAddress, setVatId } from "./customer.ts";
import { askStripe, type BillingRefusal, unavailable } from "./refusal.ts";
import { detailsInput } from "./schemas.ts";
import { trialClaim } from "./trial-claim.ts";

type Given = z.output<typeof detailsInput>;

/**
 * Changes what stands on the invoices. It is kept here, and told to Stripe once there is a customer there. A business
 * number that has had its trial elsewhere ends this one's: there is one trial per business.
 */
export async function updateDetails(ctx: BillingContext, given: unknown): Promise<Result<BillingRow, BillingRefusal>> {
  if (!may(ctx.actor, "pay")) return fail(forbidden);
  const input = parseInput(detailsInput, given);
  if (!input.ok) return input;
  const [[merchant], [row]] = await ctx.tenant.batch([ctx.tenant.merchant.get(), ctx.tenant.billing.get()]);
  if (row === undefined || merchant === undefined) return fail({ code: "billing_absent" });
  const details = merged(row.details, input.value);
  const legal_name = input.value.legal_name === undefined ? merchant.legal_name : input.value.legal_name;
  const after = { ...row, details, trial_ends_at_ms: await trialAfter(ctx, row, details) };
  // Stripe first: a number that it does not take must not stand here as if it did.
  const told = await tellStripe(ctx, { ...merchant, legal_name }, after);
  if (!told.ok) return told;
  return changeConfig<BillingRow, BillingRefusal>(ctx, async () =>
    ok({
      value: after,
      statements: [
        ctx.tenant.billing.update({ details, trial_ends_at_ms: after.trial_ends_at_ms }),
        ctx.tenant.merchant.update({ legal_name }),
      ],
    }),
  );
}

function merged(before: BillingDetails, given: Given): BillingDetails {
  const { invoice_email, vat_id, business_number, address } = given;
  return {
    invoice_email: invoice_email === undefined ? before.invoice_email : invoice_email,
    vat_id: vat_id === undefined ? before.vat_id : vat_id,
    business_number: business_number === undefined ? before.business_number : business_number,
    address: address === undefined ? before.address : address,
  };
}

/** When the trial ends: at once when any of the business's numbers has had one. */
async function trialAfter(ctx: BillingContext, row: BillingRow, details: BillingDetails): Promise<number | null> {
  const { tenant, ports } = ctx;
  const now_ms = ports.now_ms();
  if (row.trial_ends_at_ms === null || row.trial_ends_at_ms <= now_ms) return row.trial_ends_at_ms;
  for (const number of [details.business_number, details.vat_id]) {
    if (number === null) continue;
    const claim = trialClaim(ports.pinMac, "business_number", number);
    const [, own] = await tenant.batch([tenant.billingTrials.claim(claim, now_ms), tenant.billingTrials.own(claim)]);
    if (own.length === 0) return now_ms;
  }
  return row.trial_ends_at_ms;
}

async function tellStripe(
  ctx: BillingContext,
  merchant: MerchantRow,
  row: BillingRow,
): Promise<Result<null, BillingRefusal>> {
  const { stripe } = ctx;
  const customer = row.stripe_customer;
  if (customer === null) return ok(null);
  if (stripe === null) return fail(unavailable);
  return askStripe(ctx.ports.log, async () => {
    await setVatId(stripe, customer, row.details.vat_id);
    await stripe.customers.update(customer, customerFields(merchant, row, await ownerAddress(ctx)));
    return null;
  });
}
