import { createRoute } from "@hono/zod-openapi";
import { merchant, merchantChange } from "../../../contract/dashboard-v1/merchant.ts";
import { given } from "../../services/given.ts";
import { getMerchant } from "../../services/merchant/get.ts";
import { updateMerchant } from "../../services/merchant/update.ts";
import { leaveStaff } from "../../services/staff/leave.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, merchantPath, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderMerchant } from "../render.ts";

const getRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}",
  operationId: "getMerchant",
  tags: ["Merchant"],
  summary: "Read the merchant",
  request: { params: merchantPath },
  responses: { 200: json("The merchant.", merchant), ...problems({ for: "merchant" }) },
});

const updateRoute = createRoute({
  method: "patch",
  path: "/api/merchants/{merchant}",
  operationId: "updateMerchant",
  tags: ["Merchant"],
  summary: "Change the merchant",
  description: "Fields that are left out stay; null clears. Owners only.",
  request: { params: merchantPath, body: jsonBody(merchantChange) },
  responses: { 200: json("The merchant.", merchant), ...problems({ for: "merchant", changes: true }) },
});

const leaveRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/leave",
  operationId: "leaveMerchant",
  tags: ["Merchant"],
  summary: "Stop working here",
  description: "Ends your own roles, PIN and access. The last owner cannot leave.",
  request: { params: merchantPath },
  responses: {
    204: { description: "You have left." },
    ...problems({ for: "merchant", changes: true }, ["last_owner"]),
  },
});

/** The merchant itself. */
export function merchantRoutes(app: DashboardApp): void {
  app.openapi(getRoute, async (c) => c.json(renderMerchant(must(await getMerchant({ ctx: c.var.desk }))), 200));
  app.openapi(updateRoute, async (c) => {
    const changed = must(await updateMerchant({ ctx: c.var.desk, input: given(c.req.valid("json")) }));
    return c.json(renderMerchant(changed), 200);
  });
  app.openapi(leaveRoute, async (c) => {
    must(await leaveStaff({ ctx: c.var.desk }));
    return c.body(null, 204);
  });
}
