import type { Stripe } from "stripe";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { BillingRow } from "../../../db/schema/billing.ts";
import type { BillingState } from "../../../domain/billing/state.ts";
import type { Tenant } from "../../../domain/tenancy/merchant.ts";
import type { MailPort } from "../../mail/mail.ts";
import type { PushPorts } from "../config/push-config.ts";
import type { ServiceContext } from "../context.ts";

/** How active members are counted. */
export interface UsageCounter {
  readonly activeMembers: (tenant: Tenant, from_ms: number, to_ms: number) => Promise<number>;
}

/** What every part of billing needs, with or without somebody who asks. */
export interface BillingCore {
  readonly tenant: TenantDb;
  readonly ports: PushPorts;
  /** Null where this deployment is not set up to take money. */
  readonly stripe: Stripe | null;
  readonly counter: UsageCounter;
  readonly mail: MailPort;
  /** Scheme and host of the links that owners are sent. */
  readonly origin: string;
}

/** Billing on behalf of somebody. */
export type BillingContext = BillingCore & ServiceContext;

/** How this merchant pays, as it was last seen. */
export function stateOf({ trial_ends_at_ms, subscription, demands }: BillingRow): BillingState {
  return { trial_ends_at_ms, subscription, demands };
}
