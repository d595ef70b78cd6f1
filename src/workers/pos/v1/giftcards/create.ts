import { createRoute } from "@hono/zod-openapi";
import { giftcardAnswer, giftcardInput } from "../../../../contract/pos-v1/giftcard.ts";
import { formatMoney } from "../../../../domain/money.ts";
import { GIFT_CARD_NO, giftAccountId } from "../../../../domain/tenancy/gift-code.ts";
import { formatDate } from "../../../../domain/time/format-date.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireFull } from "../billing-gate.ts";
import { idemOf, type PosDesk, requireProgramCurrency } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderEntries } from "../render/entry.ts";
import { renderingOf } from "../render/reader.ts";
import { runCommand } from "../run-command.ts";
import { renderGiftcard, type WireGiftcard } from "./render.ts";

const route = createRoute({
  method: "post",
  path: "/v1/giftcards",
  operationId: "createGiftcard",
  tags: ["Gift cards"],
  summary: "Sell or give a gift card",
  description:
    "Makes a gift card that is worth something at once, and answers its code: credit that belongs to whoever has the code. Ring the money up in a sale line of kind `gift_card`, which never earns. Pay with it by naming `{card: code}` as the member of a redemption, and that redemption in the sale: of a member, or of the gift card itself. A retry with the same key answers the same card. Scope: sell; to give one, adjust too.",
  request: { body: jsonBody(giftcardInput) },
  responses: {
    201: json("The gift card, ready to be handed over.", giftcardAnswer),
    ...problems({ body: true, key: true, program: true }, ["unit_unknown", "expiry_not_allowed", "changes_paused"]),
  },
  ...WRITES,
});

export function createGiftcard(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("sell");
    const input = c.req.valid("json");
    if (input.origin === "granted") {
      desk.require("adjust");
      requireFull(desk);
    }
    requireProgramCurrency(desk, input.amount.currency, "amount.currency");
    const key = idempotencyKey(c);
    const account = giftAccountId(desk.parts.secrets.idMac, desk.tenant, idemOf(desk, key));
    const { message, metadata, origin, expires_on = null } = input;
    const carried = await runCommand(
      desk,
      { account, card_no: GIFT_CARD_NO },
      {
        command: { type: "load", amount: input.amount.amount, origin, expires_on },
        body: input,
        operation: "giftcard",
        key,
        staff: input.staff,
        note: { ...(message === undefined ? {} : { message }), metadata },
        at_ms: desk.now_ms,
        opens: true,
      },
    );
    if (carried.replayed) c.header("idempotency-replayed", "true");
    const { body, note, wallet } = carried.view;
    const giftcard = renderGiftcard(desk, { account, loaded: body, note, wallet, state: "active" });
    const rendering = await renderingOf(desk, body);
    const entries = renderEntries(rendering, { account, body, note });
    return c.json({ giftcard, entries, receipt_lines: receiptLines(desk, giftcard) }, 201);
  });
}

function receiptLines({ locale, currency, parts }: PosDesk, { code, amount, expires_on }: WireGiftcard): string[] {
  const nl = locale === "nl";
  const worth = formatMoney(amount.amount, currency, locale);
  const until = expires_on === null ? [] : [`${nl ? "Geldig t/m" : "Valid until"} ${formatDate(expires_on, locale)}`];
  const lines = [parts.config.config.merchant.name, `${nl ? "Cadeaukaart" : "Gift card"} ${worth}`, code, ...until];
  return lines.map((line) => [...line].slice(0, 32).join(""));
}
