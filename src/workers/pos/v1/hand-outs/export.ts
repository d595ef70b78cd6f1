import { createRoute, z } from "@hono/zod-openapi";
import { handOutExport, handOutExportQuery } from "../../../../contract/pos-v1/hand-out.ts";
import { exportHandOuts as readExport, handOutCsv } from "../../../insights/hand-outs.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { handOutReader } from "./reader.ts";

const route = createRoute({
  method: "get",
  path: "/v1/hand-outs/export",
  operationId: "exportHandOuts",
  tags: ["Redemptions"],
  summary: "Export what partners have to fulfil",
  description:
    "What was asked for in a period, oldest first, with the partner's reference and the cost price: as JSON, or as CSV with `Accept: text/csv`. Partners' rewards unless another kind is named; at most 5,000 rows. Scope: read.",
  request: { query: handOutExportQuery },
  responses: {
    200: {
      description: "The rows.",
      content: { ...json("The rows.", handOutExport).content, "text/csv": { schema: z.string() } },
    },
    ...problems({}),
  },
});

export function exportHandOuts(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read");
    const all = await readExport(handOutReader(desk), c.req.valid("query"), desk.now_ms);
    c.header("cache-control", "no-store");
    if (c.req.header("accept")?.startsWith("text/csv") !== true) return c.json(all, 200);
    const headers = {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="hand-outs.csv"',
    };
    return c.text(handOutCsv(all), 200, headers);
  });
}
