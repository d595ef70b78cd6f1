import { createRoute } from "@hono/zod-openapi";
import { returnAnswer, returnInput } from "../../../../contract/pos-v1/return.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { carryReturn } from "./carry-return.ts";

const route = createRoute({
  method: "post",
  path: "/v1/returns",
  operationId: "createReturn",
  tags: ["Sales"],
  summary: "Book a return",
  description:
    "Takes back what the returned goods had earned, by the rules of the day they were sold: what the sale would have earned on what is kept, so several small returns take exactly what one large return takes. A whole return also gives the rewards of the sale back. A sale that has not arrived yet answers `sale_not_known_yet`; the return waits for it. Scope: sell.",
  request: { body: jsonBody(returnInput) },
  responses: {
    201: json("The return was booked.", returnAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "sale_unknown",
      "sale_not_known_yet",
      "line_unknown",
      "return_exceeds_sale",
      "already_returned",
      "return_id_reused",
    ]),
  },
  ...WRITES,
});

export function createReturn(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("sell");
    const { answer, replayed } = await carryReturn(desk, c.req.valid("json"), idempotencyKey(c));
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json(answer, 201);
  });
}
