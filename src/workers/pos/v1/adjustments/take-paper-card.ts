import { createRoute } from "@hono/zod-openapi";
import { adjustmentAnswer, paperCardInput } from "../../../../contract/pos-v1/adjustment.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireFull } from "../billing-gate.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderingOf } from "../render/reader.ts";
import { resolveMember } from "../resolve-member.ts";
import { runCommand } from "../run-command.ts";
import { renderAdjustment } from "./create.ts";

const route = createRoute({
  method: "post",
  path: "/v1/paper-cards",
  operationId: "takePaperCard",
  tags: ["Adjustments"],
  summary: "Take a half-full paper card in",
  description:
    "Books the stamps of a paper card as an opening balance: 1 to one fewer than a full card, once per member and stamp card, with a reason and the cashier. The owner can switch it off in the programme. Scope: members or adjust.",
  request: { body: jsonBody(paperCardInput) },
  responses: {
    201: json("The stamps were booked.", adjustmentAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "unit_unknown",
      "paper_cards_off",
      "paper_card_taken",
      "paper_card_full",
      "changes_paused",
    ]),
  },
  ...WRITES,
});

export function takePaperCard(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members", "adjust");
    requireFull(desk);
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const named = await resolveMember(desk, input.member, key);
    const { member: _member, ...body } = input;
    const { stamp_card, stamps, reason, staff, metadata } = input;
    const carried = await runCommand(desk, named, {
      command: { type: "paper_card", stamp_card, stamps, card_no: named.card_no },
      body,
      operation: "paper_card",
      key,
      staff,
      note: { reason, metadata },
      at_ms: desk.now_ms,
    });
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.json(renderAdjustment(await renderingOf(desk, carried.view.body), carried), 201);
  });
}
