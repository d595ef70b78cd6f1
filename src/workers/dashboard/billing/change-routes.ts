import { createRoute } from "@hono/zod-openapi";
import {
  billing,
  cancellation,
  changePreview,
  checkout,
  checkoutRequest,
  detailsChange,
  planChange,
  planChoice,
} from "../../../contract/dashboard-v1/billing.ts";
import type { Result } from "../../../domain/result.ts";
import { applyChange } from "../../services/billing/apply-change.ts";
import { cancelSubscription, resumeSubscription } from "../../services/billing/cancel.ts";
import type { BillingContext } from "../../services/billing/context.ts";
import { dropChange } from "../../services/billing/drop-change.ts";
import { previewChange } from "../../services/billing/preview-change.ts";
import { readBilling } from "../../services/billing/read.ts";
import type { BillingRefusal } from "../../services/billing/refusal.ts";
import { startCheckout } from "../../services/billing/start-checkout.ts";
import { updateDetails } from "../../services/billing/update-details.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, merchantPath, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { billingContext } from "./context.ts";
import { renderBilling, renderCheckout, renderPreview } from "./render.ts";

const tags = ["Billing"];
const STRIPE = ["billing_absent", "billing_unavailable", "payment_refused"] as const;
const CHANGES = [...STRIPE, "not_subscribed", "plan_unchanged"] as const;
const BASE = "/api/merchants/{merchant}/billing";
const changed = (codes: Parameters<typeof problems>[1]) => ({
  200: json("The billing after that.", billing),
  ...problems({ for: "merchant", changes: true }, codes),
});

const checkoutRoute = createRoute({
  method: "post",
  path: `${BASE}/checkout`,
  operationId: "startCheckout",
  tags,
  summary: "Begin a subscription",
  description:
    "Answers the page to pay on. What is left of a trial stays free when it is two days or more. Owners only.",
  request: { params: merchantPath, body: jsonBody(checkoutRequest) },
  responses: {
    201: json("Where to pay.", checkout),
    ...problems({ for: "merchant", changes: true }, [...STRIPE, "already_subscribed", "freeze_needed"]),
  },
});

const previewRoute = createRoute({
  method: "post",
  path: `${BASE}/change/preview`,
  operationId: "previewPlanChange",
  tags,
  summary: "See what a change does and costs",
  description: "Up counts at once and the difference is charged; down counts when the paid period ends. Owners only.",
  request: { params: merchantPath, body: jsonBody(planChoice) },
  responses: {
    200: json("What would happen.", changePreview),
    ...problems({ for: "merchant", changes: true }, CHANGES),
  },
});

const changeRoute = createRoute({
  method: "post",
  path: `${BASE}/change`,
  operationId: "changePlan",
  tags,
  summary: "Change the subscription",
  description: "As the preview showed. A refused payment changes nothing. Owners only.",
  request: { params: merchantPath, body: jsonBody(planChange) },
  responses: changed([...CHANGES, "preview_outdated", "freeze_needed"]),
});

const dropRoute = createRoute({
  method: "delete",
  path: `${BASE}/change`,
  operationId: "dropPlanChange",
  tags,
  summary: "Drop a planned change",
  request: { params: merchantPath },
  responses: changed(CHANGES),
});

const cancelRoute = createRoute({
  method: "post",
  path: `${BASE}/cancellation`,
  operationId: "cancelSubscription",
  tags,
  summary: "Cancel the subscription",
  description: "No fee. Of a yearly plan the rest of what was paid comes back after a month's notice. Owners only.",
  request: { params: merchantPath, body: jsonBody(cancellation) },
  responses: changed(CHANGES),
});

const resumeRoute = createRoute({
  method: "delete",
  path: `${BASE}/cancellation`,
  operationId: "resumeSubscription",
  tags,
  summary: "Take a cancellation back",
  request: { params: merchantPath },
  responses: changed(CHANGES),
});

const detailsRoute = createRoute({
  method: "patch",
  path: `${BASE}/details`,
  operationId: "updateBillingDetails",
  tags,
  summary: "Change what stands on invoices",
  description: "Fields that are left out stay; null clears. Owners only.",
  request: { params: merchantPath, body: jsonBody(detailsChange) },
  responses: changed([...STRIPE, "tax_id_refused"]),
});

/** What an owner does about paying. */
export function billingChangeRoutes(app: DashboardApp): void {
  app.openapi(checkoutRoute, async (c) =>
    c.json(renderCheckout(must(await startCheckout(billingContext(c), c.req.valid("json")))), 201),
  );
  app.openapi(previewRoute, async (c) =>
    c.json(renderPreview(must(await previewChange(billingContext(c), c.req.valid("json")))), 200),
  );
  app.openapi(changeRoute, async (c) => {
    const { proration_at, ...wanted } = c.req.valid("json");
    const ctx = billingContext(c);
    return c.json(await after(ctx, applyChange(ctx, { ...wanted, proration_at_ms: Date.parse(proration_at) })), 200);
  });
  app.openapi(dropRoute, async (c) => {
    const ctx = billingContext(c);
    return c.json(await after(ctx, dropChange(ctx)), 200);
  });
  app.openapi(cancelRoute, async (c) => {
    const ctx = billingContext(c);
    return c.json(await after(ctx, cancelSubscription(ctx, c.req.valid("json"))), 200);
  });
  app.openapi(resumeRoute, async (c) => {
    const ctx = billingContext(c);
    return c.json(await after(ctx, resumeSubscription(ctx)), 200);
  });
  app.openapi(detailsRoute, async (c) => {
    const ctx = billingContext(c);
    return c.json(await after(ctx, updateDetails(ctx, c.req.valid("json"))), 200);
  });
}

/** Where the merchant stands once something was done. */
async function after(ctx: BillingContext, done: Promise<Result<unknown, BillingRefusal>>) {
  must(await done);
  return renderBilling(must(await readBilling(ctx)));
}
