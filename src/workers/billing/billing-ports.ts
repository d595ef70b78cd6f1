import type { Stripe } from "stripe";
import { billingInboxDb } from "../../db/billing-inbox-db.ts";
import { openDatabase } from "../../db/database.ts";
import { InsightsClient } from "../../durable/merchant-insights/client.ts";
import { mailPort } from "../mail/mail-port.ts";
import { servicePorts, tenantOpener } from "../ports.ts";
import type { BillingCore, UsageCounter } from "../services/billing/context.ts";
import type { EventPorts } from "../services/billing/take-event.ts";
import { stripeOf } from "./stripe-client.ts";

/** Counts in each merchant's insights. */
export function usageCounter(env: Env): UsageCounter {
  return {
    activeMembers: (tenant, from_ms, to_ms) =>
      new InsightsClient(env.MERCHANT_INSIGHTS, tenant).activeMembers({ from_ms, to_ms }),
  };
}

/** Billing of one merchant, with nobody who asks for it. */
export function billingCore(env: Env, merchant: string, origin: string): BillingCore {
  return {
    tenant: tenantOpener(env)(merchant),
    ports: servicePorts(env),
    stripe: stripeOf(env),
    counter: usageCounter(env),
    mail: mailPort(env),
    origin,
  };
}

export function eventPorts(env: Env, stripe: Stripe, origin: string): EventPorts {
  const { now_ms, log } = servicePorts(env);
  return {
    inbox: billingInboxDb(openDatabase(env.DB)),
    stripe,
    coreFor: (merchant) => billingCore(env, merchant, origin),
    now_ms,
    log,
  };
}
