import { z } from "zod";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { BillingContext } from "./context.ts";
import { withBilling } from "./open.ts";
import type { BillingRefusal } from "./refusal.ts";

/** Set by `npm run stripe:sync`, so that the portal for plan changes in the dashboard is never taken by mistake. */
export const PORTAL_MARK = "stempel_portal";

/** Where the owner changes the payment method, sees invoices and cancels. Plans are changed here, with a preview. */
export function openPortal(ctx: BillingContext): Promise<Result<{ readonly url: string }, BillingRefusal>> {
  return withBilling(ctx, z.strictObject({}), {}, async ({ ctx: { stripe, origin, request_id }, merchant, row }) => {
    if (row.stripe_customer === null) return fail({ code: "not_subscribed" });
    const { data } = await stripe.billingPortal.configurations.list({ active: true, limit: 100 });
    const own = data.find(({ metadata }) => metadata?.[PORTAL_MARK] === "1");
    const session = await stripe.billingPortal.sessions.create(
      {
        customer: row.stripe_customer,
        return_url: `${origin}/app/billing`,
        locale: merchant.locale,
        ...(own === undefined ? {} : { configuration: own.id }),
      },
      { idempotencyKey: `portal:${merchant.locator}:${request_id}` },
    );
    return ok({ url: session.url });
  });
}
