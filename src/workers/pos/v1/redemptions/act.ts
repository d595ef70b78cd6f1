import { createRoute, z } from "@hono/zod-openapi";
import { redemptionAnswer } from "../../../../contract/pos-v1/redemption.ts";
import { assertNever, invariant } from "../../../../domain/invariant.ts";
import type { HoldActionCommand } from "../../../../domain/ledger/command.ts";
import { ProblemError } from "../../../http/problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { json, problems, WRITES } from "../openapi.ts";
import { renderingOf } from "../render/reader.ts";
import { type Carried, readBooking, runCommand } from "../run-command.ts";
import { releaseStock } from "../under-stock.ts";
import { type HoldStory, renderRedemptionAnswer } from "./render.ts";

type Action = HoldActionCommand["type"];

const TEXTS: Readonly<
  Record<Action, { readonly summary: string; readonly description: string; readonly done: string }>
> = {
  capture: {
    summary: "Hand the reward over",
    description: "The cost is spent for good. A sale that names the redemption does this by itself. Scope: redeem.",
    done: "The redemption is captured.",
  },
  cancel: {
    summary: "Give the reward back",
    description: "The member has the cost back, with its old dates. Scope: redeem.",
    done: "The redemption is cancelled.",
  },
  renew: {
    summary: "Hold the reward longer",
    description: "The time to expiry starts again. Scope: redeem.",
    done: "The redemption is held longer.",
  },
};

export const redemptionParams = z.strictObject({
  id: z.string().meta({ description: "The redemption's id.", example: "red_mpbffy96dbrqnwne4yvpdn76f" }),
});

function routeOf(action: Action) {
  return createRoute({
    method: "post",
    path: `/v1/redemptions/{id}/${action}`,
    operationId: `${action}Redemption`,
    tags: ["Redemptions"],
    summary: TEXTS[action].summary,
    description: TEXTS[action].description,
    request: { params: redemptionParams },
    responses: {
      200: json(TEXTS[action].done, redemptionAnswer),
      ...problems({ key: true, program: true }, [
        "redemption_unknown",
        "redemption_captured",
        "redemption_cancelled",
        "redemption_expired",
        "member_erased",
        ...(action === "capture" ? (["sale_required"] as const) : []),
      ]),
    },
    ...WRITES,
  });
}

function register(app: PosApp, action: Action): void {
  app.openapi(routeOf(action), async (c) => {
    const desk = c.var.pos;
    desk.require("redeem");
    const ref = desk.ids.parseBooking("red", c.req.valid("param").id);
    if (ref === null) throw new ProblemError("redemption_unknown");
    const carried = await runCommand(
      desk,
      { account: ref.account, card_no: null },
      {
        command: { type: action, hold: ref.seq },
        body: { hold: ref.seq },
        operation: `redemption.${action}`,
        key: idempotencyKey(c),
        staff: undefined,
        note: null,
        at_ms: desk.now_ms,
      },
    );
    if (carried.replayed) c.header("idempotency-replayed", "true");
    const { story } = await readBooking(desk, ref);
    if (story === null) throw new ProblemError("redemption_unknown");
    if (action === "cancel" && story.body.type === "hold" && story.hold_idem !== null) {
      await releaseStock(desk, story.body.reward, ref.account, story.hold_idem);
    }
    const hold = {
      account: carried.account,
      body: story.body,
      note: story.note,
      ...standing(action, carried, story.hold_expires_at_ms),
    };
    const rendering = await renderingOf(desk, carried.view.body);
    return c.json(renderRedemptionAnswer(rendering, carried, hold), 200);
  });
}

/** How the redemption stood right after this call, whatever has become of it since: a retry must hear the same. */
function standing(
  action: Action,
  { view }: Carried,
  expires_at_ms: number | null,
): Pick<HoldStory, "end" | "expires_at_ms"> {
  const { body } = view;
  switch (action) {
    case "capture":
      return { end: { end: "captured", at_ms: body.at_ms }, expires_at_ms };
    case "cancel":
      return { end: { end: "cancelled", at_ms: body.at_ms }, expires_at_ms };
    case "renew":
      invariant(body.type === "hold_renewed", `a renewal was answered with a ${body.type}`);
      return { end: null, expires_at_ms: body.expires_at_ms };
    default:
      return assertNever(action, "action");
  }
}

export const captureRedemption = (app: PosApp): void => register(app, "capture");
export const cancelRedemption = (app: PosApp): void => register(app, "cancel");
export const renewRedemption = (app: PosApp): void => register(app, "renew");
