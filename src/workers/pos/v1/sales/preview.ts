import { createRoute } from "@hono/zod-openapi";
import { saleAnswer, saleInput } from "../../../../contract/pos-v1/sale.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { carrySale } from "./carry-sale.ts";
import { saleProblems } from "./create.ts";

const route = createRoute({
  method: "post",
  path: "/v1/sales/preview",
  operationId: "previewSale",
  tags: ["Sales"],
  summary: "See what a sale would do",
  description: "Answers what the same sale would answer, and writes nothing. Needs no key. Scope: sell.",
  request: { body: jsonBody(saleInput) },
  responses: {
    200: json("What the sale would do.", saleAnswer),
    ...problems({ body: true, member: true, program: true }, saleProblems),
  },
});

export function previewSale(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("sell");
    const { answer } = await carrySale(desk, c.req.valid("json"), null);
    return c.json(answer, 200);
  });
}
