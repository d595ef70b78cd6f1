import { env } from "cloudflare:workers";
import type { StripeDouble } from "../../../dev/stripe-double/double.ts";
import { openDatabase } from "../../../src/db/database.ts";
import type { BillingRow } from "../../../src/db/schema/billing.ts";
import { trialEnd } from "../../../src/domain/billing/terms.ts";
import { tenantDb } from "../../../src/db/tenant-db.ts";
import { stripeOf } from "../../../src/workers/billing/stripe-client.ts";
import type { BillingContext } from "../../../src/workers/services/billing/context.ts";
import type { Mail } from "../../../src/workers/mail/mail.ts";
import { servicePorts } from "../../../src/workers/ports.ts";
import { type SignedUp, signUpMerchant, text } from "../../support/workerd/browser.ts";

export const DAY_MS = 86_400_000;

/** A merchant whose billing a test drives by itself: the clock is the stand-in's, and mail is kept. */
export interface Billed extends SignedUp {
  readonly ctx: BillingContext;
  readonly mails: Mail[];
  readonly row: () => Promise<BillingRow>;
}

/** A merchant who has signed up, with the services of billing on the stand-in's clock. */
export async function billed(double: StripeDouble): Promise<Billed> {
  const signedUp = await signUpMerchant();
  const tenant = tenantDb(openDatabase(env.DB), signedUp.locator);
  await tenant.batch([tenant.billing.update({ trial_ends_at_ms: trialEnd(double.world.now * 1000) })]);
  const mails: Mail[] = [];
  let requests = 0;
  const ctx: BillingContext = {
    tenant,
    actor: { kind: "staff", staff: signedUp.staff, roles: [{ location: signedUp.location, role: "owner" }] },
    get request_id() {
      requests += 1;
      return `req_${signedUp.locator}_${requests}`;
    },
    ports: { ...servicePorts(env), now_ms: () => double.world.now * 1000, log: () => {} },
    stripe: stripeOf(env),
    counter: { activeMembers: async () => 0 },
    mail: {
      send: async (mail) => {
        if (!mails.some(({ key }) => key === mail.key)) mails.push(mail);
      },
    },
    origin: "https://stempel.test",
  };
  const row = async () => {
    const [[found]] = await tenant.batch([tenant.billing.get()]);
    if (found === undefined) throw new Error("the merchant is not billed");
    return found;
  };
  return { ...signedUp, ctx, mails, row };
}

/** The session that a checkout's address leads to. */
export function sessionOf(url: unknown): string {
  return text(url).split("/").at(-1) ?? "";
}

/** No trial any more, so that a checkout charges at once. */
export async function endTrial(locator: string): Promise<void> {
  await env.DB.prepare("UPDATE billing SET trial_ends_at_ms = 0 WHERE merchant = ?").bind(locator).run();
}
