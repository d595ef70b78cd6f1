import { Hono } from "hono";
import { cardRoutes } from "./card/card-routes.tsx";
import { claimRoutes } from "./card/claim-routes.tsx";
import { joinRoutes } from "./card/join-routes.tsx";
import { createDashboardApp } from "./dashboard/app.ts";
import { devRoutes } from "./dev/dev-routes.ts";
import type { AppEnv } from "./hono-env.ts";
import { LiteralRouter } from "./http/literal-router.ts";
import { onError, onNotFound } from "./http/on-error.ts";
import { requestId } from "./middleware/request-id.ts";
import { createPosApp } from "./pos/v1/app.ts";
import { referenceRoutes } from "./reference/reference-routes.tsx";
import { stripeWebhooks } from "./webhooks/stripe-routes.ts";

/** The whole Worker: what answers under which path. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ router: new LiteralRouter() });
  app.use(requestId);
  app.onError(onError);
  app.notFound(onNotFound);
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.route("/", createPosApp());
  app.route("/", createDashboardApp());
  app.route("/", stripeWebhooks);
  app.route("/", referenceRoutes);
  app.route("/", joinRoutes);
  app.route("/", claimRoutes);
  app.route("/", cardRoutes);
  app.route("/dev", devRoutes);
  return app;
}
