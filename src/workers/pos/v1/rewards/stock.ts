import { createRoute, z } from "@hono/zod-openapi";
import { rewardStock } from "../../../../contract/pos-v1/reward-stock.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { stockOf } from "../under-stock.ts";

const params = z.strictObject({
  id: z.string().max(64).meta({ description: "The reward's id in the programme.", example: "rew_twee_euro" }),
});

const route = createRoute({
  method: "get",
  path: "/v1/rewards/{id}/stock",
  operationId: "getRewardStock",
  tags: ["Redemptions"],
  summary: "See what is left of a reward",
  description: "The stock of a reward, or the seats at an event, over all members. Scope: read, redeem or sell.",
  request: { params },
  responses: { 200: json("What is left.", rewardStock), ...problems({ program: true }, ["reward_unknown"]) },
});

export function getRewardStock(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "redeem", "sell");
    const { id } = c.req.valid("param");
    const [payload] = await desk.programsAt(desk.now_ms);
    const reward = compiledProgram(payload).rewards.get(id);
    if (reward === undefined) throw new ProblemError("reward_unknown");
    const { stock_max = null } = reward;
    const left = stock_max === null ? null : await stockOf(desk, id, stock_max);
    return c.json({ object: "reward_stock" as const, reward: id, stock_max, left }, 200);
  });
}
