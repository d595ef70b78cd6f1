import { createRoute, z } from "@hono/zod-openapi";
import { issuedRewardAnswer } from "../../../../contract/pos-v1/issued-reward.ts";
import { issueKey } from "../../../../domain/ledger/issued.ts";
import { ProblemError } from "../../../http/problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { json, problems, WRITES } from "../openapi.ts";
import { renderDone } from "../render/issued.ts";
import { renderingOf } from "../render/reader.ts";
import { runCommand } from "../run-command.ts";

const params = z.strictObject({
  id: z.string().meta({ description: "The issued reward's id.", example: "iss_mpbffy96dbrqnwne00586mzy5tg" }),
});

const route = createRoute({
  method: "post",
  path: "/v1/issued-rewards/{id}/cancel",
  operationId: "cancelIssuedReward",
  tags: ["Redemptions"],
  summary: "Take an issued reward back",
  description: "The member has what was spent on it back, with its old dates; a gift is simply gone. Scope: adjust.",
  request: { params },
  responses: {
    200: json("The issued reward is taken back.", issuedRewardAnswer),
    ...problems({ key: true, program: true }, [
      "issued_reward_unknown",
      "issued_reward_gone",
      "issued_reward_held",
      "member_erased",
    ]),
  },
  ...WRITES,
});

export function cancelIssuedReward(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("adjust");
    const ref = desk.ids.parseIssue(c.req.valid("param").id);
    if (ref === null) throw new ProblemError("issued_reward_unknown");
    const issue = issueKey(ref);
    const named = { account: ref.account, card_no: null };
    const carried = await runCommand(desk, named, {
      command: { type: "cancel_issue", issue },
      body: { issue },
      operation: "issued_reward.cancel",
      key: idempotencyKey(c),
      staff: undefined,
      note: null,
      at_ms: desk.now_ms,
    });
    if (carried.replayed) c.header("idempotency-replayed", "true");
    const rendering = await renderingOf(desk, carried.view.body);
    return c.json({ issued_reward: null, ...renderDone(rendering, carried) }, 200);
  });
}
