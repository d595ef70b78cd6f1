import { type Context, Hono } from "hono";
import type { StripeEnv } from "../billing/stripe-client.ts";
import type { AppEnv } from "../hono-env.ts";
import { onNotFound } from "../http/on-error.ts";
import { ProblemError } from "../http/problem.ts";
import { mailboxRoutes } from "../mail/mailbox/mailbox-routes.tsx";
import { BODY_BYTES_MAX, limitBody, requireJson } from "../middleware/json-body.ts";
import { servicePorts, tenantOpener } from "../ports.ts";
import { readSecrets } from "../secrets.ts";
import type { SignupContext } from "../services/merchant/create.ts";
import { parseInput } from "../services/refusal.ts";
import { demoInput } from "./demo-schemas.ts";
import { makeDemo } from "./make-demo.ts";

/**
 * What exists on a developer's machine alone, under /dev. Elsewhere these paths are unknown: the routes ask for no key.
 */
export const devRoutes = new Hono<AppEnv>();

devRoutes.use(async (c, next) => (c.env.ENVIRONMENT === "local" ? next() : onNotFound(c)));
devRoutes.route("/", mailboxRoutes);

/** The pages of Stripe's stand-in, where one is bound: it answers whatever is below its path. */
devRoutes.all("/stripe/*", (c) => askStandIn(c));
devRoutes.all("/stripe", (c) => askStandIn(c));

function askStandIn(c: Context<AppEnv>): Response | Promise<Response> {
  const { STRIPE_API }: StripeEnv = c.env;
  return STRIPE_API === undefined ? onNotFound(c) : STRIPE_API.fetch(new Request(c.req.raw, { redirect: "manual" }));
}

/** Makes a merchant with locations, tills, keys, items and a programme. Each call makes another one. */
devRoutes.post("/demo", limitBody(BODY_BYTES_MAX), requireJson, async (c) => {
  const body: unknown = await c.req.json().catch(() => {
    throw new ProblemError("malformed_json");
  });
  const input = parseInput(demoInput, body);
  if (!input.ok) throw new ProblemError("validation_failed", { errors: input.error.issues });
  const made = await makeDemo(localSignup(c.env, c.var.requestId), input.value);
  if (!made.ok) throw new ProblemError("validation_failed", { errors: made.error.issues });
  return c.json(made.value, 201, { "cache-control": "no-store" });
});

/** A sign-up on this machine, where anybody may. */
function localSignup(env: Env, request_id: string): SignupContext {
  return {
    request_id,
    openTenant: tenantOpener(env),
    locatorMac: readSecrets(env).idMac,
    ports: servicePorts(env),
  };
}
