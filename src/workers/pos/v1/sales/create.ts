import { createRoute } from "@hono/zod-openapi";
import { saleAnswer, saleInput } from "../../../../contract/pos-v1/sale.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { carrySale } from "./carry-sale.ts";

export const saleProblems = [
  "receipt_reused",
  "receipt_on_another_card",
  "redemption_unknown",
  "redemption_captured",
  "redemption_cancelled",
  "redemption_expired",
  "minimum_spend_not_met",
  "tender_not_covered",
  "sale_unknown",
  "line_unknown",
  "return_exceeds_sale",
  "already_returned",
] as const;

const route = createRoute({
  method: "post",
  path: "/v1/sales",
  operationId: "createSale",
  tags: ["Sales"],
  summary: "Book a sale",
  description:
    "Books the sale on the member's account and answers what it earned, the balances right after, and why. Held redemptions that it names, of the member or of gift cards, are captured with it. A retry with the same key answers the same; a retry under a new key with the same receipt, till and business day does too. Without a member the sale waits for whoever scans the claim link in the answer; when the merchant has claims switched off, nothing is booked and the answer says so with status 200. Scope: sell.",
  request: { body: jsonBody(saleInput) },
  responses: {
    201: json("The sale was booked.", saleAnswer),
    200: json("No member was named and claims are off, so nothing was booked.", saleAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, saleProblems),
  },
  ...WRITES,
});

export function createSale(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("sell");
    const { answer, replayed } = await carrySale(desk, c.req.valid("json"), idempotencyKey(c));
    if (replayed) c.header("idempotency-replayed", "true");
    return answer.sale === null ? c.json(answer, 200) : c.json(answer, 201);
  });
}
