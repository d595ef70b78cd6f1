import type { Hono } from "hono";
import { cardRoutes } from "./card/card-routes.tsx";
import { claimRoutes } from "./card/claim-routes.tsx";
import { joinRoutes } from "./card/join-routes.tsx";
import { createDashboardApp } from "./dashboard/app.ts";
import { devRoutes } from "./dev/dev-routes.ts";
import type { AppEnv } from "./hono-env.ts";
import { createPosApp } from "./pos/v1/app.ts";
import { referenceRoutes } from "./reference/reference-routes.tsx";
import { stripeWebhooks } from "./webhooks/stripe-routes.ts";

/** The whole Worker: what answers under which path. */
export function createApp(): Hono<AppEnv> {
  // The POS API is the root: mounted on one, each of its handlers would run in a chain of its own, to catch its errors.
  const app = createPosApp();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.route("/", createDashboardApp());
  app.route("/", stripeWebhooks);
  app.route("/", referenceRoutes);
  app.route("/", joinRoutes);
  app.route("/", claimRoutes);
  app.route("/", cardRoutes);
  app.route("/dev", devRoutes);
  return app;
}
