import { createRoute, z } from "@hono/zod-openapi";
import { giftcardStory } from "../../../../contract/pos-v1/giftcard.ts";
import { GIFT_CARD_NO, parseGiftCode } from "../../../../domain/tenancy/gift-code.ts";
import type { Answer } from "../../../../durable/member-account/protocol.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { renderEntries } from "../render/entry.ts";
import { renderingAt } from "../render/reader.ts";
import { renderGiftcard } from "./render.ts";

const HISTORY_MAX = 100;

const params = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: "The gift card's code, with or without dashes.", example: "7K2QM-9A4XC-E1RTZ-0HVWB" }),
});

const route = createRoute({
  method: "get",
  path: "/v1/giftcards/{code}",
  operationId: "getGiftcard",
  tags: ["Gift cards"],
  summary: "Read a gift card",
  description: "What it has left, and what happened to it. Scope: read, sell or redeem.",
  request: { params },
  responses: { 200: json("The gift card.", giftcardStory), ...problems({ program: true }, ["card_unknown"]) },
});

export function getGiftcard(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "sell", "redeem");
    const account = parseGiftCode(desk.parts.secrets.idMac, desk.tenant, c.req.valid("param").code);
    if (account === null) throw new ProblemError("card_unknown");
    const client = desk.account(account);
    const [view, first, latest] = await Promise.all([
      client.wallet(await desk.programsAt(desk.now_ms)),
      client.bookings({ beyond_seq: null, order: "asc", limit: 1, types: ["loaded"] }),
      client.bookings({ beyond_seq: null, order: "desc", limit: HISTORY_MAX, types: null }),
    ]);
    const { wallet, cards } = found(view);
    const [loaded] = found(first);
    if (loaded === undefined) throw new ProblemError("card_unknown");
    const card = cards.find(({ card_no }) => card_no === GIFT_CARD_NO);
    const standing = { account, loaded: loaded.body, note: loaded.note, wallet, state: card?.state ?? "active" };
    const rendering = await renderingAt(desk, desk.now_ms);
    const history = found(latest).flatMap(({ body, note }) => renderEntries(rendering, { account, body, note }));
    return c.json({ giftcard: renderGiftcard(desk, standing), history }, 200);
  });
}

/** A code whose card was never made: the request that would have made it did not come through. */
function found<Value>(answer: Answer<Value>): Value {
  if (!answer.ok) throw new ProblemError("card_unknown");
  return answer.value;
}
