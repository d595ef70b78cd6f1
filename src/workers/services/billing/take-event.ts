import { Stripe } from "stripe";
import type { BillingInboxDb } from "../../../db/billing-inbox-db.ts";
import type { LogEvent } from "../context.ts";
import type { BillingCore } from "./context.ts";
import { countUsage } from "./count-usage.ts";
import { NO_HINT, syncBilling, type SyncHint } from "./sync.ts";

/** What taking in an event needs. The merchant is known once its customer is. */
export interface EventPorts {
  readonly inbox: BillingInboxDb;
  readonly stripe: Stripe;
  readonly coreFor: (merchant: string) => BillingCore;
  readonly now_ms: () => number;
  readonly log: (event: LogEvent) => void;
}

/** `failed`: Stripe must send it again. */
export type EventOutcome = "done" | "ignored" | "failed";

/**
 * Acts on an event whose signature was checked, once per event id. An event is only a reason to look: what it says about
 * the state is not believed, because events come late, twice and in any order.
 */
export async function takeEvent(ports: EventPorts, event: Stripe.Event): Promise<EventOutcome> {
  const received_at_ms = ports.now_ms();
  const { id, type } = event;
  const [[known]] = await ports.inbox.batch([
    ports.inbox.receive({ id, type, created_at_ms: event.created * 1000, received_at_ms }),
  ]);
  if (known?.state === "done" || known?.state === "ignored") return known.state;
  let merchant: string | null = null;
  try {
    merchant = await merchantOf(ports, event);
    const outcome = merchant === null ? "ignored" : await act(ports, merchant, event);
    await settle(ports, id, outcome, merchant, null);
    return outcome;
  } catch (error) {
    const reason = reasonOf(error);
    ports.log({ event: "billing_event_failed", id, type, merchant, reason });
    await settle(ports, id, "failed", merchant, reason);
    return "failed";
  }
}

async function act(ports: EventPorts, merchant: string, event: Stripe.Event): Promise<EventOutcome> {
  const core = { ...ports.coreFor(merchant), stripe: ports.stripe };
  const synced = await syncBilling(core, hintOf(event));
  // Others keep changing the merchant; sent again it will find a quiet moment.
  if (!synced.ok) return synced.error.code === "busy" ? "failed" : "ignored";
  // A larger plan lifts a limit at once, rather than at night.
  if (event.type.startsWith("customer.subscription.")) await countUsage(core);
  return "done";
}

async function settle(
  { inbox, now_ms }: EventPorts,
  id: string,
  state: EventOutcome,
  merchant: string | null,
  last_error: string | null,
): Promise<void> {
  await inbox.batch([inbox.settle({ id, state, merchant, last_error, at_ms: now_ms() })]);
}

/** What only the event itself knows. */
function hintOf(event: Stripe.Event): SyncHint {
  switch (event.type) {
    case "invoice.payment_failed":
    case "invoice.payment_action_required":
      return { ...NO_HINT, failure: { invoice: event.data.object.id, failed_at_ms: event.created * 1000 } };
    case "charge.dispute.created":
    case "charge.dispute.updated":
    case "charge.dispute.closed":
    case "charge.dispute.funds_withdrawn":
    case "charge.dispute.funds_reinstated":
      return { ...NO_HINT, dispute: event.data.object.id };
    default:
      return NO_HINT;
  }
}

/** Whose event it is; null when nobody here has that customer. */
async function merchantOf(ports: EventPorts, event: Stripe.Event): Promise<string | null> {
  const customer = await customerOf(ports.stripe, event);
  if (customer === null) return null;
  const [[found]] = await ports.inbox.batch([ports.inbox.merchantOf(customer)]);
  return found?.merchant ?? null;
}

async function customerOf(stripe: Stripe, event: Stripe.Event): Promise<string | null> {
  const subject: object = event.data.object;
  if ("object" in subject && subject.object === "customer") return textOf(subject, "id");
  const own = idIn(subject, "customer");
  if (own !== null) return own;
  // A dispute names a payment, and the payment its customer.
  const charge = idIn(subject, "charge");
  return charge === null ? null : idIn(await stripe.charges.retrieve(charge), "customer");
}

/** The id under a name, whether it was expanded or not. */
function idIn(subject: object, name: string): string | null {
  const value: unknown = Reflect.get(subject, name);
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? textOf(value, "id") : null;
}

function textOf(subject: object, name: string): string | null {
  const value: unknown = Reflect.get(subject, name);
  return typeof value === "string" ? value : null;
}

/** A class, never an error's words. */
function reasonOf(error: unknown): string {
  if (error instanceof Stripe.errors.StripeError) return `stripe_${error.statusCode ?? "unreachable"}`;
  return error instanceof Error ? error.name : "unknown";
}
