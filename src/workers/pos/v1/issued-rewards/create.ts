import { createRoute } from "@hono/zod-openapi";
import { issuedRewardAnswer, issuedRewardInput } from "../../../../contract/pos-v1/issued-reward.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireRedeeming } from "../billing-gate.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { issuedBy, renderDone } from "../render/issued.ts";
import { renderingOf } from "../render/reader.ts";
import { resolveMember } from "../resolve-member.ts";
import { runCommand } from "../run-command.ts";
import { underStock } from "../under-stock.ts";

const route = createRoute({
  method: "post",
  path: "/v1/issued-rewards",
  operationId: "createIssuedReward",
  tags: ["Redemptions"],
  summary: "Pay for a reward now, collect it later",
  description:
    "Spends what the reward costs and gives the member the reward itself, to be redeemed later for nothing. Its limit, dates, hours and stock count now. Scope: redeem.",
  request: { body: jsonBody(issuedRewardInput) },
  responses: {
    201: json("The reward was issued.", issuedRewardAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "reward_unknown",
      "insufficient_balance",
      "reward_closed",
      "reward_outside_hours",
      "reward_limit_reached",
      "reward_not_for_tier",
      "reward_only_issued",
      "out_of_stock",
      "too_many_issued_rewards",
      "redeeming_paused",
    ]),
  },
  ...WRITES,
});

export function createIssuedReward(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("redeem");
    requireRedeeming(desk);
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const named = await resolveMember(desk, input.member, key);
    const { member: _member, ...body } = input;
    const { reward, staff, metadata } = input;
    const note = Object.keys(metadata).length === 0 ? null : { metadata };
    const carried = await underStock(desk, { reward, account: named.account, key }, () =>
      runCommand(desk, named, {
        command: { type: "issue", origin: "claim", reward, expires_on: null, card_no: named.card_no },
        body,
        operation: "issued_reward",
        key,
        staff,
        note,
        at_ms: desk.now_ms,
      }),
    );
    if (carried.replayed) c.header("idempotency-replayed", "true");
    const rendering = await renderingOf(desk, carried.view.body);
    return c.json({ issued_reward: issuedBy(rendering, carried), ...renderDone(rendering, carried) }, 201);
  });
}
