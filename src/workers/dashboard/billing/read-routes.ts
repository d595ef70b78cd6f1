import { createRoute, z } from "@hono/zod-openapi";
import { billing, invoiceList, link, planList } from "../../../contract/dashboard-v1/billing.ts";
import { listInvoices } from "../../services/billing/list-invoices.ts";
import { openPortal } from "../../services/billing/open-portal.ts";
import { readBilling, refreshBilling } from "../../services/billing/read.ts";
import type { DashboardApp } from "../app.ts";
import { json, merchantPath, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { billingContext } from "./context.ts";
import { renderBilling, renderInvoices, renderPlans } from "./render.ts";

const tags = ["Billing"];
const BILLED = ["billing_absent"] as const;
const ASKS_STRIPE = [...BILLED, "billing_unavailable", "payment_refused"] as const;

const plansRoute = createRoute({
  method: "get",
  path: "/api/plans",
  operationId: "listPlans",
  tags,
  summary: "Read the plans and their prices",
  responses: { 200: json("The plans, cheapest first.", planList), ...problems({ for: "everybody" }) },
});

const readRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/billing",
  operationId: "readBilling",
  tags,
  summary: "Where the merchant stands",
  description: "In plain words: what holds now, what happens when, what is used and what is open. Owners only.",
  request: { params: merchantPath },
  responses: { 200: json("The billing.", billing), ...problems({ for: "merchant" }, BILLED) },
});

const refreshRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/billing/refresh",
  operationId: "refreshBilling",
  tags,
  summary: "Ask again how it stands",
  description: "For whoever comes back from paying before the news of it does. Owners only.",
  request: { params: merchantPath },
  responses: { 200: json("The billing.", billing), ...problems({ for: "merchant", changes: true }, ASKS_STRIPE) },
});

const portalRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/billing/portal",
  operationId: "openBillingPortal",
  tags,
  summary: "Open the portal",
  description: "For the payment method, invoices and cancelling. Owners only.",
  request: { params: merchantPath },
  responses: {
    201: json("Where the portal is, for the next minutes.", link),
    ...problems({ for: "merchant", changes: true }, [...ASKS_STRIPE, "not_subscribed"]),
  },
});

const invoicesRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/billing/invoices",
  operationId: "listInvoices",
  tags,
  summary: "List invoices",
  description: "Newest first. Owners only.",
  request: {
    params: merchantPath,
    query: z.strictObject({
      limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(20),
      cursor: z.string().max(100).optional(),
    }),
  },
  responses: { 200: json("A page of invoices.", invoiceList), ...problems({ for: "merchant" }, ASKS_STRIPE) },
});

/** What everybody may know of prices. */
export function planRoutes(app: DashboardApp): void {
  app.openapi(plansRoute, (c) => c.json(renderPlans(), 200));
}

/** How a merchant stands with paying. */
export function billingReadRoutes(app: DashboardApp): void {
  app.openapi(readRoute, async (c) => c.json(renderBilling(must(await readBilling(billingContext(c)))), 200));
  app.openapi(refreshRoute, async (c) => c.json(renderBilling(must(await refreshBilling(billingContext(c)))), 200));
  app.openapi(portalRoute, async (c) => c.json(must(await openPortal(billingContext(c))), 201));
  app.openapi(invoicesRoute, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const input = { limit, ...(cursor === undefined ? {} : { after: cursor }) };
    return c.json(renderInvoices(must(await listInvoices(billingContext(c), input))), 200);
  });
}
