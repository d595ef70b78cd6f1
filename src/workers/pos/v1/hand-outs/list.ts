import { createRoute } from "@hono/zod-openapi";
import { handOutPage, handOutQuery } from "../../../../contract/pos-v1/hand-out.ts";
import { listHandOuts as readHandOuts } from "../../../insights/hand-outs.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { handOutReader } from "./reader.ts";

const route = createRoute({
  method: "get",
  path: "/v1/hand-outs",
  operationId: "listHandOuts",
  tags: ["Redemptions"],
  summary: "List what is still to be handed out",
  description:
    "Products, experiences, seats and partners' rewards of all members: open, handed over and by whom, or cancelled; about a second after it happens. Hand one over by redeeming the issued reward and capturing the redemption, cancel it by cancelling either. Scope: read or redeem.",
  request: { query: handOutQuery },
  responses: { 200: json("A page, newest first unless told.", handOutPage), ...problems({}) },
});

export function listHandOuts(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "redeem");
    return c.json(await readHandOuts(handOutReader(desk), c.req.valid("query")), 200);
  });
}
