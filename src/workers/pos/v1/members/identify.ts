import { createRoute } from "@hono/zod-openapi";
import { identifyInput, memberAnswer } from "../../../../contract/pos-v1/member.ts";
import { ProblemError } from "../../../http/problem.ts";
import { verifyCardToken } from "../../../../domain/tenancy/card-token.ts";
import type { CardRef } from "../../../../domain/tenancy/ids.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { resolveMember } from "../resolve-member.ts";
import type { PosDesk } from "../desk.ts";
import type { WireCard } from "../render/member.ts";
import { readMember } from "./read-member.ts";

const route = createRoute({
  method: "post",
  path: "/v1/members/identify",
  operationId: "identifyMember",
  tags: ["Members"],
  summary: "Find the member at the till",
  description:
    "Who it is, what they have, which rewards they can have now and how far the next one is. Writes nothing and needs no key. Scope: sell, redeem, members or read.",
  request: { body: jsonBody(identifyInput) },
  responses: { 200: json("The member.", memberAnswer), ...problems({ body: true, member: true, program: true }) },
});

export function identifyMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("sell", "redeem", "members", "read");
    const { account, card_no } = await resolveMember(desk, c.req.valid("json").member, null);
    const answer = await readMember(desk, account);
    const shown =
      card_no === null ? undefined : answer.cards.find((card) => isCard(desk, card, { account, cardNo: card_no }));
    if (card_no !== null && shown === undefined) throw new ProblemError("card_unknown");
    if (shown?.state === "blocked") throw new ProblemError("card_blocked");
    return c.json(answer, 200);
  });
}

/** Whether a card of the member is the one that was shown: by its number here, or as the account that issued it knows it. */
function isCard(desk: PosDesk, card: WireCard, shown: CardRef): boolean {
  if (card.id === desk.ids.card(shown)) return true;
  const issued = card.token === null ? null : verifyCardToken(desk.parts.secrets.cardKeys, desk.tenant, card.token);
  return issued !== null && issued.account === shown.account && issued.cardNo === shown.cardNo;
}
