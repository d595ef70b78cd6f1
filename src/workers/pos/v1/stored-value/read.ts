import { createRoute, z } from "@hono/zod-openapi";
import { storedValueQuery, storedValueStatement } from "../../../../contract/pos-v1/stored-value.ts";
import { readStoredValue as read, storedValueCsv } from "../../../insights/stored-value.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { storedValueReader } from "./reader.ts";

const route = createRoute({
  method: "get",
  path: "/v1/stored-value",
  operationId: "readStoredValue",
  tags: ["Gift cards"],
  summary: "Draw up the bookkeeper's statement of stored value",
  description:
    "Credit, gift cards and strips of all members: what was outstanding, sold, given, redeemed, taken back and expired in each calendar month, paid and granted apart, with the VAT purpose; as JSON, or as CSV with `Accept: text/csv`. Days are those of the day totals: a sale's business day. About a second behind; a till that was offline can still add to a month that is over. Scope: read.",
  request: { query: storedValueQuery },
  responses: {
    200: {
      description: "The statement.",
      content: { ...json("The statement.", storedValueStatement).content, "text/csv": { schema: z.string() } },
    },
    ...problems({ program: true }),
  },
});

export function readStoredValue(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read");
    const statement = await read(await storedValueReader(desk), c.req.valid("query"));
    c.header("cache-control", "no-store");
    if (c.req.header("accept")?.startsWith("text/csv") !== true) return c.json(statement, 200);
    const headers = {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="stored-value.csv"',
    };
    return c.text(storedValueCsv(statement), 200, headers);
  });
}
