import { createRoute } from "@hono/zod-openapi";
import { redemption } from "../../../../contract/pos-v1/redemption.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { renderingOf } from "../render/reader.ts";
import { readBooking } from "../run-command.ts";
import { redemptionParams } from "./act.ts";
import { isRedemption, renderRedemption } from "./render.ts";

const route = createRoute({
  method: "get",
  path: "/v1/redemptions/{id}",
  operationId: "getRedemption",
  tags: ["Redemptions"],
  summary: "Read a redemption",
  description: "The redemption as it stands now. Scope: read or redeem.",
  request: { params: redemptionParams },
  responses: { 200: json("The redemption.", redemption), ...problems({}, ["redemption_unknown", "member_erased"]) },
});

export function getRedemption(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "redeem");
    const ref = desk.ids.parseBooking("red", c.req.valid("param").id);
    if (ref === null) throw new ProblemError("redemption_unknown");
    const { story } = await readBooking(desk, ref);
    const { account } = ref;
    if (story === null || !isRedemption(story.body)) throw new ProblemError("redemption_unknown");
    const rendering = await renderingOf(desk, story.body);
    const { body, note, hold_end: end, hold_expires_at_ms: expires_at_ms } = story;
    return c.json(renderRedemption(rendering, { account, body, note, end, expires_at_ms }), 200);
  });
}
