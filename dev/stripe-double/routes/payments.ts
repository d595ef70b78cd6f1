import type { Stripe } from "stripe";
import { z } from "zod";
import { int, params, text } from "../http/params.ts";
import { invoicePayments } from "../objects/invoice.ts";
import { listOf } from "../wire.ts";
import { route, type Route } from "../http/route.ts";

const none = z.strictObject({});
const paymentList = params<Stripe.InvoicePaymentListParams>()({
  payment: params<Stripe.InvoicePaymentListParams.Payment>()({
    type: z.literal("payment_intent"),
    payment_intent: text,
  }),
  limit: int.optional(),
});

/** What can be looked up of single payments. */
export const paymentRoutes: readonly Route[] = [
  route("GET", "charges/{id}", none, ({ world, ids: [id = ""] }) => world.find(world.state.charges, "charge", id)),
  route("GET", "payment_intents/{id}", none, ({ world, ids: [id = ""] }) =>
    world.find(world.state.payment_intents, "payment_intent", id),
  ),
  route("GET", "invoice_payments", paymentList, ({ world, params: { payment } }) => {
    const invoice = world.find(world.state.payment_intents, "payment_intent", payment.payment_intent).metadata[
      "invoice"
    ];
    return listOf("/v1/invoice_payments", invoice === undefined ? [] : invoicePayments(world, invoice).data);
  }),
  route("GET", "disputes/{id}", none, ({ world, ids: [id = ""] }) => world.find(world.state.disputes, "dispute", id)),
  route("GET", "events/{id}", none, ({ world, ids: [id = ""] }) => {
    const events = Object.fromEntries(world.state.events.map((event) => [event.id, event]));
    return world.find(events, "event", id);
  }),
];
