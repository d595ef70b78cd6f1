import type { Stripe } from "stripe";
import { z } from "zod";
import { StripeError } from "../http/errors.ts";
import { clearable, int, metadata, params, text } from "../http/params.ts";
import { route, type Route } from "../http/route.ts";
import { createCustomer, createTaxId, deleteCustomer, taxIdsOf, updateCustomer } from "../objects/customer.ts";
import { endSubscription } from "../objects/subscription.ts";

const none = z.strictObject({});
const address = params<Stripe.AddressParam>()({
  line1: text.optional(),
  line2: text.optional(),
  city: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
  country: text.optional(),
});
const shape = {
  email: clearable.optional(),
  name: clearable.optional(),
  address: address.optional(),
  preferred_locales: z.array(text).optional(),
  metadata: metadata.optional(),
};
const customerCreate = params<Stripe.CustomerCreateParams>()(shape);
const customerUpdate = params<Stripe.CustomerUpdateParams>()(shape);
const taxIdCreate = params<Stripe.CustomerCreateTaxIdParams>()({ type: text, value: text });
const taxIdList = params<Stripe.CustomerListTaxIdsParams>()({ limit: int.optional() });

export const customerRoutes: readonly Route[] = [
  route("POST", "customers", customerCreate, ({ world, params: input }) => createCustomer(world, input)),
  // A deleted customer is not unknown: it answers that it is deleted.
  route("GET", "customers/{id}", none, ({ world, ids: [id = ""] }) =>
    world.state.deleted_customers.includes(id)
      ? { id, object: "customer", deleted: true }
      : world.find(world.state.customers, "customer", id),
  ),
  route("POST", "customers/{id}", customerUpdate, ({ world, ids: [id = ""], params: input }) =>
    updateCustomer(world, id, input),
  ),
  route("DELETE", "customers/{id}", none, ({ world, ids: [id = ""] }) => {
    for (const subscription of Object.values(world.state.subscriptions)) {
      const lives = subscription.status !== "canceled" && subscription.status !== "incomplete_expired";
      if (subscription.customer === id && lives) endSubscription(world, subscription, "cancellation_requested");
    }
    return deleteCustomer(world, id);
  }),
  route("POST", "customers/{id}/tax_ids", taxIdCreate, ({ world, ids: [id = ""], params: { type, value } }) =>
    createTaxId(world, id, type, value),
  ),
  route("GET", "customers/{id}/tax_ids", taxIdList, ({ world, ids: [id = ""] }) => taxIdsOf(world, id)),
  route("DELETE", "customers/{id}/tax_ids/{tax}", none, ({ world, ids: [id = "", tax = ""] }) => {
    const found = world.find(world.state.tax_ids, "tax_id", tax);
    if (found.customer !== id) throw new StripeError(404, { message: `No such tax_id: '${tax}'` });
    delete world.state.tax_ids[tax];
    world.emit("customer.tax_id.deleted", found);
    return { id: tax, object: "tax_id", deleted: true };
  }),
];
