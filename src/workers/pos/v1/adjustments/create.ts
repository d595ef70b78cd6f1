import { createRoute, type z } from "@hono/zod-openapi";
import { adjustmentAnswer, adjustmentInput } from "../../../../contract/pos-v1/adjustment.ts";
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
  path: "/v1/adjustments",
  operationId: "createAdjustment",
  tags: ["Adjustments"],
  summary: "Correct a balance by hand",
  description: "Adds to or takes from a balance, with a reason that stays with the entry. Scope: adjust.",
  request: { body: jsonBody(adjustmentInput) },
  responses: {
    201: json("The correction was booked.", adjustmentAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "unit_unknown",
      "insufficient_balance",
      "changes_paused",
    ]),
  },
  ...WRITES,
});

export function createAdjustment(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("adjust");
    requireFull(desk);
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const named = await resolveMember(desk, input.member, key);
    const { member: _member, ...body } = input;
    const type = input.kind === "opening" ? "opening" : "adjustment";
    const carried = await runCommand(desk, named, {
      command: {
        type,
        unit: input.unit,
        delta: input.delta,
        card_no: named.card_no,
        ...(input.origin === "paid" ? { origin: input.origin } : {}),
      },
      body,
      operation: "adjustment",
      key,
      staff: input.staff,
      note: { reason: input.reason, metadata: input.metadata },
      at_ms: desk.now_ms,
    });
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.json(renderAdjustment(await renderingOf(desk, carried.view.body), carried), 201);
  });
}

export function renderAdjustment(rendering: Rendering, carried: Carried): z.infer<typeof adjustmentAnswer> {
  const { account, view } = carried;
  const { body, note } = view;
  invariant(body.type === "adjustment" || body.type === "opening", `an adjustment was answered with a ${body.type}`);
  const { desk } = rendering;
  return {
    adjustment: {
      object: "adjustment",
      id: desk.ids.booking("adj", { account, seq: body.seq }),
      created_at: wireTime(body.at_ms),
      member: desk.ids.member(account),
      kind: body.type === "opening" ? "opening" : "correction",
      unit: body.unit,
      delta: body.amount,
      reason: note?.reason ?? null,
      metadata: note?.metadata ?? {},
    },
    ...renderChange(rendering, carried),
  };
}
