import type { Stripe } from "stripe";
import { z } from "zod";
import { bool, int, metadata, params, text } from "../http/params.ts";
import { route, type Route } from "../http/route.ts";
import { createSession, expireSession } from "../objects/checkout.ts";
import { listOf } from "../wire.ts";

const none = z.strictObject({});
const lineItem = params<Stripe.Checkout.SessionCreateParams.LineItem>()({ price: text, quantity: int });
const subscriptionData = params<Stripe.Checkout.SessionCreateParams.SubscriptionData>()({
  trial_end: int.optional(),
  metadata: metadata.optional(),
  description: text.optional(),
});
const customerUpdate = params<Stripe.Checkout.SessionCreateParams.CustomerUpdate>()({
  name: z.enum(["auto", "never"]).optional(),
  address: z.enum(["auto", "never"]).optional(),
});
const sessionCreate = params<Stripe.Checkout.SessionCreateParams>()({
  mode: z.literal("subscription"),
  customer: text,
  client_reference_id: text.optional(),
  line_items: z.array(lineItem).min(1),
  success_url: z.url(),
  cancel_url: z.url().optional(),
  locale: text.optional(),
  billing_address_collection: z.enum(["auto", "required"]).optional(),
  tax_id_collection: params<Stripe.Checkout.SessionCreateParams.TaxIdCollection>()({ enabled: bool }).optional(),
  automatic_tax: params<Stripe.Checkout.SessionCreateParams.AutomaticTax>()({ enabled: bool }).optional(),
  customer_update: customerUpdate.optional(),
  subscription_data: subscriptionData.optional(),
  metadata: metadata.optional(),
});

const sessionList = params<Stripe.Checkout.SessionListParams>()({
  customer: text.optional(),
  status: text.optional(),
  limit: int.optional(),
});

export const checkoutRoutes: readonly Route[] = [
  route("POST", "checkout/sessions", sessionCreate, ({ world, params: input }) => {
    const data = input.subscription_data;
    return createSession(world, {
      customer: input.customer,
      success_url: input.success_url,
      cancel_url: input.cancel_url ?? null,
      client_reference_id: input.client_reference_id ?? null,
      locale: input.locale ?? null,
      metadata: input.metadata ?? {},
      plan: {
        items: input.line_items,
        trial_end: data?.trial_end ?? null,
        metadata: data?.metadata ?? {},
        collects_tax_id: input.tax_id_collection?.enabled ?? false,
        updates_customer: input.customer_update?.address === "auto",
        description: data?.description ?? null,
      },
    });
  }),
  route("GET", "checkout/sessions", sessionList, ({ world, params: { customer, status, limit = 10 } }) =>
    listOf(
      "/v1/checkout/sessions",
      Object.values(world.state.sessions)
        .filter(
          (session) =>
            (customer === undefined || session.customer === customer) &&
            (status === undefined || session.status === status),
        )
        .slice(0, limit),
    ),
  ),
  route("GET", "checkout/sessions/{id}", none, ({ world, ids: [id = ""] }) =>
    world.find(world.state.sessions, "checkout.session", id),
  ),
  route("POST", "checkout/sessions/{id}/expire", none, ({ world, ids: [id = ""] }) =>
    expireSession(world, world.find(world.state.sessions, "checkout.session", id)),
  ),
];
