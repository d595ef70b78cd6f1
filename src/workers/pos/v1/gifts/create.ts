import { createRoute, type z } from "@hono/zod-openapi";
import { giftAnswer, giftInput } from "../../../../contract/pos-v1/issued-reward.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type { GiftCommand, IssueCommand } from "../../../../domain/ledger/command.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireFull } from "../billing-gate.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { issuedBy, renderDone } from "../render/issued.ts";
import { type Rendering, renderingOf } from "../render/reader.ts";
import { resolveMember } from "../resolve-member.ts";
import { type Carried, runCommand } from "../run-command.ts";
import { underStock } from "../under-stock.ts";
import { wireTime } from "../../../http/wire-time.ts";

const route = createRoute({
  method: "post",
  path: "/v1/gifts",
  operationId: "createGift",
  tags: ["Adjustments"],
  summary: "Give a reward or points by hand",
  description:
    "Gives one member a reward to redeem later for nothing, or units, with a message. Conditions on the reward do not count, its stock does. Scope: adjust.",
  request: { body: jsonBody(giftInput) },
  responses: {
    201: json("The gift was booked.", giftAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "reward_unknown",
      "unit_unknown",
      "out_of_stock",
      "too_many_issued_rewards",
      "changes_paused",
    ]),
  },
  ...WRITES,
});

export function createGift(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("adjust");
    requireFull(desk);
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const named = await resolveMember(desk, input.member, key);
    const { member: _member, ...body } = input;
    const { message, metadata, staff } = input;
    const till = {
      command: commandOf(input, named.card_no),
      body,
      operation: "gift",
      key,
      staff,
      note: { ...(message === undefined ? {} : { message }), metadata },
      at_ms: desk.now_ms,
    };
    const gift = { reward: input.reward ?? null, account: named.account, key };
    const carried = await underStock(desk, gift, () => runCommand(desk, named, till));
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.json(renderAnswer(await renderingOf(desk, carried.view.body), carried), 201);
  });
}

function commandOf(input: z.infer<typeof giftInput>, card_no: number | null): GiftCommand | IssueCommand {
  const { reward, unit, amount, expires_on = null } = input;
  if (reward !== undefined) return { type: "issue", origin: "gift", reward, expires_on, card_no };
  invariant(unit !== undefined && amount !== undefined, "a gift is a reward or an amount");
  return { type: "gift", unit, amount, card_no };
}

function renderAnswer(rendering: Rendering, carried: Carried): z.infer<typeof giftAnswer> {
  const { account, view } = carried;
  const { body, note } = view;
  invariant(body.type === "gift" || body.type === "issued", `a gift was answered with a ${body.type}`);
  const given = body.type === "gift" ? { unit: body.unit, amount: body.amount } : { unit: null, amount: null };
  return {
    gift: {
      object: "gift",
      id: rendering.desk.ids.booking("gft", { account, seq: body.seq }),
      created_at: wireTime(body.at_ms),
      member: rendering.desk.ids.member(account),
      issued_reward: body.type === "gift" ? null : issuedBy(rendering, carried),
      ...given,
      message: note?.message ?? null,
      metadata: note?.metadata ?? {},
    },
    ...renderDone(rendering, carried),
  };
}
