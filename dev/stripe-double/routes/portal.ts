import type { Stripe } from "stripe";
import { z } from "zod";
import { unsupported } from "../http/errors.ts";
import { bool, clearable, int, metadata, params, text } from "../http/params.ts";
import { route, type Route } from "../http/route.ts";
import { listOf, type PortalConfiguration, type PortalSession } from "../wire.ts";
import type { World } from "../world.ts";

type FeatureParams = Stripe.BillingPortal.ConfigurationCreateParams.Features;
const onOff = params<{ enabled?: boolean }>()({ enabled: bool });
const features = params<FeatureParams>()({
  customer_update: params<Stripe.BillingPortal.ConfigurationCreateParams.Features.CustomerUpdate>()({
    enabled: bool,
    allowed_updates: z.array(text).optional(),
  }).optional(),
  invoice_history: onOff.optional(),
  payment_method_update: onOff.optional(),
  subscription_cancel: params<Stripe.BillingPortal.ConfigurationCreateParams.Features.SubscriptionCancel>()({
    enabled: bool,
    mode: z.enum(["at_period_end", "immediately"]).optional(),
  }).optional(),
  subscription_update: onOff.optional(),
});
const shape = {
  features,
  business_profile: params<Stripe.BillingPortal.ConfigurationCreateParams.BusinessProfile>()({
    headline: clearable.optional(),
  }).optional(),
  default_return_url: clearable.optional(),
  name: clearable.optional(),
  metadata: metadata.optional(),
};
const configurationCreate = params<Stripe.BillingPortal.ConfigurationCreateParams>()(shape);
const configurationUpdate = params<Stripe.BillingPortal.ConfigurationUpdateParams>()({
  ...shape,
  features: features.optional(),
});
const configurationList = params<Stripe.BillingPortal.ConfigurationListParams>()({
  active: bool.optional(),
  limit: int.optional(),
});
const sessionCreate = params<Stripe.BillingPortal.SessionCreateParams>()({
  customer: text,
  configuration: text.optional(),
  return_url: z.url().optional(),
  locale: text.optional(),
});

type Wanted = z.output<typeof configurationCreate>;

function featuresOf({ features: wanted }: Pick<Wanted, "features">): PortalConfiguration["features"] {
  if (wanted.subscription_update?.enabled === true) throw unsupported("plan changes in the portal");
  const updates = wanted.customer_update;
  return {
    customer_update: { allowed_updates: updates?.allowed_updates ?? [], enabled: updates?.enabled ?? false },
    invoice_history: { enabled: wanted.invoice_history?.enabled ?? false },
    payment_method_update: {
      enabled: wanted.payment_method_update?.enabled ?? false,
      payment_method_configuration: null,
    },
    subscription_cancel: {
      cancellation_reason: { enabled: false, feedback_options: null, options: [] },
      enabled: wanted.subscription_cancel?.enabled ?? false,
      mode: wanted.subscription_cancel?.mode ?? "at_period_end",
      proration_behavior: "none",
    },
    subscription_pause: { duration: { interval_options: [], type: "indefinite" }, enabled: false },
    subscription_update: {
      default_allowed_updates: [],
      enabled: false,
      proration_behavior: "none",
      schedule_at_period_end: { conditions: [] },
      trial_update_behavior: "end_trial",
      billing_cycle_anchor: null,
    },
  };
}

function createConfiguration(world: World, input: Wanted): PortalConfiguration {
  const configuration: PortalConfiguration = {
    id: world.newId("bpc"),
    object: "billing_portal.configuration",
    active: true,
    application: null,
    business_profile: {
      headline: input.business_profile?.headline ?? null,
      privacy_policy_url: null,
      terms_of_service_url: null,
    },
    created: world.now,
    default_return_url: input.default_return_url ?? null,
    features: featuresOf(input),
    is_default: false,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: input.metadata ?? {},
    name: input.name ?? null,
    updated: world.now,
  };
  world.state.portal_configurations[configuration.id] = configuration;
  return configuration;
}

function createSession(world: World, input: z.output<typeof sessionCreate>): PortalSession {
  world.find(world.state.customers, "customer", input.customer);
  const configuration = input.configuration ?? Object.keys(world.state.portal_configurations)[0] ?? "";
  world.find(world.state.portal_configurations, "configuration", configuration);
  const id = world.newId("bps");
  const session: PortalSession = {
    id,
    object: "billing_portal.session",
    configuration,
    created: world.now,
    customer: input.customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: input.locale ?? null,
    on_behalf_of: null,
    return_url: input.return_url ?? null,
    url: `${world.pages}/portal/${id}`,
  };
  world.state.portal_sessions[id] = session;
  return session;
}

export const portalRoutes: readonly Route[] = [
  route("POST", "billing_portal/configurations", configurationCreate, ({ world, params: input }) =>
    createConfiguration(world, input),
  ),
  route("GET", "billing_portal/configurations", configurationList, ({ world }) =>
    listOf("/v1/billing_portal/configurations", Object.values(world.state.portal_configurations)),
  ),
  route(
    "POST",
    "billing_portal/configurations/{id}",
    configurationUpdate,
    ({ world, ids: [id = ""], params: input }) => {
      const configuration = world.find(world.state.portal_configurations, "configuration", id);
      if (input.features !== undefined) configuration.features = featuresOf({ features: input.features });
      configuration.business_profile.headline =
        input.business_profile?.headline ?? configuration.business_profile.headline;
      configuration.metadata = { ...configuration.metadata, ...input.metadata };
      configuration.updated = world.now;
      return configuration;
    },
  ),
  route("POST", "billing_portal/sessions", sessionCreate, ({ world, params: input }) => createSession(world, input)),
];
