import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../hono-env.ts";
import { handOutRoutes } from "../insights/hand-out-routes.ts";
import { storedValueRoutes } from "../insights/stored-value-routes.ts";
import { insightsRoutes } from "../insights/routes.ts";
import { authenticateSession, openLogin, openMerchant } from "../middleware/authenticate-session.ts";
import { BODY_BYTES_MAX, limitBody, requireJson } from "../middleware/json-body.ts";
import { matchOperation, type Operation } from "../middleware/match-operation.ts";
import { requireSameOrigin } from "../middleware/same-origin.ts";
import { acceptInvitationByLink, previewInvitationByLink } from "./invitations/answer.ts";
import { invitationRoutes } from "./invitations/manage.ts";
import { billingChangeRoutes } from "./billing/change-routes.ts";
import { billingReadRoutes, planRoutes } from "./billing/read-routes.ts";
import { itemRoutes } from "./items/routes.ts";
import { keyRoutes } from "./keys/routes.ts";
import { locationRoutes } from "./locations/routes.ts";
import { meRoutes } from "./me/routes.ts";
import { merchantRoutes } from "./merchant/routes.ts";
import { invalidRequest } from "./openapi.ts";
import { passkeyRoutes, passkeySignInRoutes } from "./passkeys/routes.ts";
import { programRoutes } from "./program/routes.ts";
import { sessionRoutes, signInRoutes } from "./sessions/routes.ts";
import { signUpFacts, signUpMerchant } from "./signup/routes.ts";
import { staffRoutes } from "./staff/routes.ts";
import { tillRoutes } from "./tills/routes.ts";

/** The dashboard API's router. */
export type DashboardApp = OpenAPIHono<AppEnv>;

type Register = (app: DashboardApp) => void;

/** For everybody: signing in, and what somebody reads before. */
const open: readonly Register[] = [signInRoutes, passkeySignInRoutes, signUpFacts, planRoutes, previewInvitationByLink];
/** For whoever is signed in. */
const signedIn: readonly Register[] = [meRoutes, sessionRoutes, passkeyRoutes, signUpMerchant, acceptInvitationByLink];
/** For whoever works for the merchant in the path; what they may do there is checked by the services. */
const atMerchant: readonly Register[] = [
  merchantRoutes,
  locationRoutes,
  tillRoutes,
  keyRoutes,
  itemRoutes,
  staffRoutes,
  invitationRoutes,
  programRoutes,
  insightsRoutes,
  handOutRoutes,
  storedValueRoutes,
  billingReadRoutes,
  billingChangeRoutes,
];

/**
 * Builds the dashboard's API. Default deny: what stands before `authenticateSession` is for everybody, every other path
 * below /api needs a session, those that do not exist too.
 */
export function createDashboardApp(): DashboardApp {
  const app: DashboardApp = new OpenAPIHono<AppEnv>({ defaultHook: invalidRequest });
  app.use("/api/*", limitBody(BODY_BYTES_MAX), requireJson, requireSameOrigin, openLogin);
  for (const register of open) register(app);
  app.use("/api/*", authenticateSession);
  app.use(
    "/api/*",
    matchOperation(() => operationsOf(app)),
  );
  for (const register of signedIn) register(app);
  app.use("/api/merchants/:merchant/*", openMerchant);
  app.use("/api/merchants/:merchant", openMerchant);
  for (const register of atMerchant) register(app);
  return app;
}

/** What has been registered, to tell a wrong method from a wrong path. */
function operationsOf(app: DashboardApp): Operation[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, request } = definition.route;
    return [{ method: method.toUpperCase(), path, takesBody: request?.body !== undefined }];
  });
}
