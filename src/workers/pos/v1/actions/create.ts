import { createRoute, type z } from "@hono/zod-openapi";
import { actionAnswer, actionInput } from "../../../../contract/pos-v1/action.ts";
import { invariant } from "../../../../domain/invariant.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireFull } from "../billing-gate.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderChange } from "../render/change.ts";
import { type Rendering, renderingOf } from "../render/reader.ts";
import { resolveMember } from "../resolve-member.ts";
import { type Carried, runCommand } from "../run-command.ts";
import { wireTime } from "../../../http/wire-time.ts";

const route = createRoute({
  method: "post",
  path: "/v1/actions",
  operationId: "createAction",
  tags: ["Actions"],
  summary: "Give for something other than buying",
  description:
    "Gives what an action of the programme is worth: a friend brought along, a survey, a completed profile. Once, once a period, or once for each subject. Scope: adjust.",
  request: { body: jsonBody(actionInput) },
  responses: {
    201: json("The action was booked.", actionAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "action_unknown",
      "subject_required",
      "action_already_given",
      "changes_paused",
    ]),
  },
  ...WRITES,
});

export function createAction(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("adjust");
    requireFull(desk);
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const named = await resolveMember(desk, input.member, key);
    const { member: _member, ...body } = input;
    const carried = await runCommand(desk, named, {
      command: { type: "action", action: input.action, subject: input.subject ?? null, card_no: named.card_no },
      body,
      operation: "action",
      key,
      staff: input.staff,
      note: Object.keys(input.metadata).length === 0 ? null : { metadata: input.metadata },
      at_ms: desk.now_ms,
    });
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.json(renderAnswer(await renderingOf(desk, carried.view.body), carried), 201);
  });
}

function renderAnswer(rendering: Rendering, carried: Carried): z.infer<typeof actionAnswer> {
  const { account, view } = carried;
  const { body, note } = view;
  invariant(body.type === "action", `an action was answered with a ${body.type}`);
  const { desk } = rendering;
  return {
    action: {
      object: "action",
      id: desk.ids.booking("acn", { account, seq: body.seq }),
      created_at: wireTime(body.at_ms),
      member: desk.ids.member(account),
      action: body.action,
      subject: body.subject,
      unit: body.unit,
      delta: body.amount,
      metadata: note?.metadata ?? {},
    },
    ...renderChange(rendering, carried),
  };
}
