import { z } from "zod";
import { StripeError } from "../http/errors.ts";
import { completeSession } from "../objects/checkout.ts";
import { attachMethod, METHODS } from "../objects/payment-method.ts";
import { collect, confirmByPayer, defaultMethod } from "../objects/payment.ts";
import { periodEnd } from "../objects/subscription.ts";
import { followInvoice } from "../objects/time.ts";
import { SCENARIOS } from "../state.ts";
import type { Invoice, PortalSession, Session } from "../wire.ts";
import type { World } from "../world.ts";
import { invoicePage } from "./invoice-page.ts";
import { html, page } from "./html.ts";
import { payPage } from "./pay-page.ts";
import { portalPage } from "./portal-page.ts";

const filledIn = z.object({
  name: z.string().min(1),
  line1: z.string(),
  postal_code: z.string(),
  city: z.string(),
  country: z.string().length(2),
  vat_id: z.string().transform((text) => (text.trim() === "" ? null : text.trim())),
  method: z.enum(METHODS),
  scenario: z.enum(SCENARIOS),
});
const newMethod = z.object({ method: z.enum(METHODS), scenario: z.enum(SCENARIOS) });

/** Answers the pages that Stripe would host; null for a path that is none of them. */
export async function answerPage(world: World, path: string, request: Request): Promise<Response | null> {
  const [, kind = "", id = ""] = /^\/(pay|portal|invoice)\/(\w+)$/.exec(path) ?? [];
  if (kind === "") return null;
  const form = request.method === "POST" ? Object.fromEntries(await request.formData()) : null;
  const { sessions, portal_sessions, invoices } = world.state;
  const [session, portal, invoice] = [sessions[id], portal_sessions[id], invoices[id]];
  if (kind === "pay" && session !== undefined)
    return form === null ? payPage(world, session, null) : pay(world, session, form);
  if (kind === "portal" && portal !== undefined) {
    return form === null ? portalPage(world, portal) : actInPortal(world, portal, form);
  }
  if (kind === "invoice" && invoice !== undefined) {
    if (form !== null) payInvoice(world, invoice);
    return form === null ? invoicePage(world, invoice) : seeOther(`${world.pages}/invoice/${id}`);
  }
  return page("Not found", html`<section><h1>There is nothing here.</h1></section>`, 404);
}

function pay(world: World, session: Session, form: object): Response {
  const input = filledIn.safeParse(form);
  if (!input.success) return payPage(world, session, "Please fill in every field.");
  const { name, line1, postal_code, city, country, ...how } = input.data;
  try {
    const paid = completeSession(world, session, { ...how, name, address: { line1, postal_code, city, country } });
    if (!paid) return payPage(world, session, "The payment was refused. Try another payment method.");
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return payPage(world, session, error.message);
  }
  return seeOther((session.success_url ?? world.pages).replaceAll("{CHECKOUT_SESSION_ID}", session.id));
}

function actInPortal(world: World, portal: PortalSession, form: Readonly<Record<string, unknown>>): Response {
  const living = Object.values(world.state.subscriptions).find(
    ({ customer, status }) => customer === portal.customer && status !== "canceled" && status !== "incomplete_expired",
  );
  if (form["action"] === "method") {
    const { method, scenario } = newMethod.parse(form);
    const attached = attachMethod(world, portal.customer, method);
    world.state.scenarios[attached.id] = scenario;
  }
  if (living !== undefined && (form["action"] === "cancel" || form["action"] === "resume")) {
    const isCancel = form["action"] === "cancel";
    living.cancel_at_period_end = isCancel;
    living.cancel_at = isCancel ? periodEnd(living) : null;
    living.canceled_at = isCancel ? world.now : null;
    world.emit("customer.subscription.updated", living);
  }
  return seeOther(portal.url);
}

/** Paying an invoice by hand is also how a payer confirms what the bank asked about. */
export function payInvoice(world: World, invoice: Invoice): void {
  if (invoice.status !== "open") return;
  const method = defaultMethod(world, invoice);
  const scenario = method === null ? "declined" : (world.state.scenarios[method] ?? "succeeds");
  const outcome = scenario === "authenticate" ? confirmByPayer(world, invoice) : collect(world, invoice, method);
  followInvoice(world, invoice.id, outcome);
}

export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
