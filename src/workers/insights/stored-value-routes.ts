import { createRoute, z } from "@hono/zod-openapi";
import { mode } from "../../contract/dashboard-v1/insights.ts";
import { storedValueQuery, storedValueStatement } from "../../contract/pos-v1/stored-value.ts";
import { compiledProgram } from "../../durable/member-account/programs.ts";
import { deskOfMerchant } from "../card/member-desk.ts";
import type { DashboardApp } from "../dashboard/app.ts";
import { json, merchantPath, problems } from "../dashboard/openapi.ts";
import { ProblemError } from "../http/problem.ts";
import { preferredLocale } from "../middleware/authenticate-pos-key.ts";
import { requireLook } from "./access.ts";
import { openInsights } from "./routes.ts";
import { readStoredValue, storedValueCsv } from "./stored-value.ts";

const route = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/stored-value",
  operationId: "readMerchantStoredValue",
  tags: ["Insights"],
  summary: "Draw up the bookkeeper's statement of stored value",
  description: "By calendar month unless told otherwise; as JSON, or as CSV with `Accept: text/csv`.",
  request: { params: merchantPath, query: storedValueQuery.extend({ mode }) },
  responses: {
    200: {
      description: "The statement.",
      content: { ...json("The statement.", storedValueStatement).content, "text/csv": { schema: z.string() } },
    },
    ...problems({ for: "merchant" }, ["program_missing"]),
  },
});

/** What the merchant's bookkeeper needs. */
export function storedValueRoutes(app: DashboardApp): void {
  app.openapi(route, async (c) => {
    const { mode: wanted, ...query } = c.req.valid("query");
    requireLook(c.var.desk.actor, null);
    const desk = await deskOfMerchant(c.env, { mode: wanted, merchant: c.req.param("merchant") });
    const program = (await desk?.program()) ?? null;
    if (program === null) throw new ProblemError("program_missing");
    const statement = await readStoredValue(
      {
        insights: openInsights(c, wanted).insights,
        program: compiledProgram(program),
        locale: preferredLocale(c.req.header("accept-language"), "nl"),
        now_ms: desk?.now_ms ?? c.var.desk.ports.now_ms(),
      },
      query,
    );
    if (c.req.header("accept")?.startsWith("text/csv") !== true) return c.json(statement, 200);
    return c.text(storedValueCsv(statement), 200, { "content-type": "text/csv; charset=utf-8" });
  });
}
