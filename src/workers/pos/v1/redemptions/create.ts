import { createRoute } from "@hono/zod-openapi";
import { type RedemptionInput, redemptionAnswer, redemptionInput } from "../../../../contract/pos-v1/redemption.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type { HoldCommand } from "../../../../domain/ledger/command.ts";
import { issueKey } from "../../../../domain/ledger/issued.ts";
import { ProblemError } from "../../../http/problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { basketLines } from "../basket-lines.ts";
import { requireRedeeming } from "../billing-gate.ts";
import { type PosDesk, requireProgramCurrency } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderingOf } from "../render/reader.ts";
import { type NamedAccount, resolveMember } from "../resolve-member.ts";
import { runCommand } from "../run-command.ts";
import { underStock } from "../under-stock.ts";
import { offlineCommand, offlineFacts } from "./offline.ts";
import { renderRedemptionAnswer } from "./render.ts";

const route = createRoute({
  method: "post",
  path: "/v1/redemptions",
  operationId: "createRedemption",
  tags: ["Redemptions"],
  summary: "Reserve a reward",
  description:
    "Reserves what the reward costs and answers its effect. Apply the effect to the basket, then name the redemption in the sale, or capture it. Not captured in time (15 minutes unless the programme says otherwise), it expires and the member has everything back. Scope: redeem.",
  request: { body: jsonBody(redemptionInput) },
  responses: {
    201: json("The reward is held.", redemptionAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "reward_unknown",
      "unit_unknown",
      "pay_with_points_off",
      "insufficient_balance",
      "minimum_spend_not_met",
      "reward_closed",
      "reward_outside_hours",
      "reward_limit_reached",
      "reward_not_for_tier",
      "reward_only_issued",
      "no_eligible_item",
      "out_of_stock",
      "issued_reward_unknown",
      "issued_reward_gone",
      "issued_reward_held",
      "too_many_holds",
      "redeeming_paused",
      "offline_redemption_off",
      "offline_value_unknown",
      "offline_allowance_exceeded",
      "snapshot_invalid",
      "snapshot_expired",
      "snapshot_too_low",
    ]),
  },
  ...WRITES,
});

export function createRedemption(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("redeem");
    requireRedeeming(desk);
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    if (input.sale_total !== undefined) {
      requireProgramCurrency(desk, input.sale_total.currency, "sale_total.currency");
    }
    const named = await resolveMember(desk, input.member, key, "member_or_gift_card");
    const { member: _member, ...body } = input;
    const hold = holdOf(desk, input, named);
    const offline = input.offline === undefined ? null : await offlineFacts(desk, input.offline, named.account);
    const command = offline === null ? hold : offlineCommand(hold, offline);
    const note = Object.keys(input.metadata).length === 0 ? null : { metadata: input.metadata };
    const till = {
      command,
      body,
      operation: "redemption",
      key,
      staff: input.staff,
      note,
      at_ms: offline?.handed_out_at_ms ?? desk.now_ms,
    };
    const gift = { reward: offline === null ? (input.reward ?? null) : null, account: named.account, key };
    const carried = await underStock(desk, gift, () => runCommand(desk, named, till));
    if (carried.replayed) c.header("idempotency-replayed", "true");
    const rendering = await renderingOf(desk, carried.view.body);
    const { body: booked, note: kept } = carried.view;
    const story = { account: carried.account, body: booked, note: kept, end: null, expires_at_ms: null };
    return c.json(renderRedemptionAnswer(rendering, carried, story), 201);
  });
}

function holdOf(desk: PosDesk, input: RedemptionInput, { account, card_no }: NamedAccount): HoldCommand {
  return {
    type: "hold",
    ask: askOf(desk, input, account),
    lines: input.lines === undefined ? null : basketLines(desk, input.lines),
    sale_total: input.sale_total?.amount ?? null,
    card_no,
  };
}

/** An issued reward must be the same member's; any other is as good as unknown. */
function askOf(desk: PosDesk, input: RedemptionInput, account: string): HoldCommand["ask"] {
  if (input.issued_reward !== undefined) {
    const ref = desk.ids.parseIssue(input.issued_reward);
    if (ref === null || ref.account !== account) throw new ProblemError("issued_reward_unknown");
    return { issue: issueKey(ref) };
  }
  if (input.reward !== undefined) return { reward: input.reward };
  invariant(input.unit !== undefined && input.amount !== undefined, "a redemption names a reward or an amount");
  return { unit: input.unit, amount: input.amount };
}
