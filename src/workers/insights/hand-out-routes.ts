import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { mode } from "../../contract/dashboard-v1/insights.ts";
import { handOutExport, handOutExportQuery, handOutPage, handOutQuery } from "../../contract/pos-v1/hand-out.ts";
import type { Mode } from "../../domain/tenancy/merchant.ts";
import type { DashboardApp } from "../dashboard/app.ts";
import { json, merchantPath, problems } from "../dashboard/openapi.ts";
import type { AppEnv } from "../hono-env.ts";
import { preferredLocale } from "../middleware/authenticate-pos-key.ts";
import { requireLook } from "./access.ts";
import { exportHandOuts, handOutCsv, type HandOutReader, listHandOuts } from "./hand-outs.ts";
import { openInsights } from "./routes.ts";

const tags = ["Insights"];

const handOutsRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/hand-outs",
  operationId: "listMerchantHandOuts",
  tags,
  summary: "See what is still to be handed out",
  description:
    "Products, experiences, seats and partners' rewards of all members. Names are in the merchant's language.",
  request: { params: merchantPath, query: handOutQuery.extend({ mode }) },
  responses: { 200: json("A page.", handOutPage), ...problems({ for: "merchant" }) },
});

const handOutExportRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/hand-outs/export",
  operationId: "exportMerchantHandOuts",
  tags,
  summary: "Export what partners have to fulfil",
  description: "As JSON, or as CSV with `Accept: text/csv`.",
  request: { params: merchantPath, query: handOutExportQuery.extend({ mode }) },
  responses: {
    200: {
      description: "The rows.",
      content: { ...json("The rows.", handOutExport).content, "text/csv": { schema: z.string() } },
    },
    ...problems({ for: "merchant" }),
  },
});

/** What the merchant still has to hand out, and what partners have to fulfil. */
export function handOutRoutes(app: DashboardApp): void {
  app.openapi(handOutsRoute, async (c) => {
    const { mode: wanted, ...query } = c.req.valid("query");
    requireLook(c.var.desk.actor, null);
    return c.json(await listHandOuts(readerOf(c, wanted), query), 200);
  });
  app.openapi(handOutExportRoute, async (c) => {
    const { mode: wanted, ...query } = c.req.valid("query");
    const { actor, ports } = c.var.desk;
    requireLook(actor, null);
    const all = await exportHandOuts(readerOf(c, wanted), query, ports.now_ms());
    if (c.req.header("accept")?.startsWith("text/csv") !== true) return c.json(all, 200);
    return c.text(handOutCsv(all), 200, { "content-type": "text/csv; charset=utf-8" });
  });
}

function readerOf(c: Context<AppEnv>, wanted: Mode): HandOutReader {
  return { ...openInsights(c, wanted), locale: preferredLocale(c.req.header("accept-language"), "nl") };
}
