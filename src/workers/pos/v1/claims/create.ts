import { createRoute, type z } from "@hono/zod-openapi";
import { claim, claimInput } from "../../../../contract/pos-v1/claim.ts";
import { sumParts } from "../../../../domain/ledger/lot.ts";
import { accountKindOf } from "../../../../domain/tenancy/account-id.ts";
import { verifyCardToken } from "../../../../domain/tenancy/card-token.ts";
import { CLAIM_CARD_NO } from "../../../../domain/tenancy/receipt-account.ts";
import type { Parcel } from "../../../../durable/member-account/estate.ts";
import { claimReceipt } from "../../../claims/claim-receipt.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { resolveMember } from "../resolve-member.ts";
import { wireTime } from "../../../http/wire-time.ts";

const route = createRoute({
  method: "post",
  path: "/v1/claims",
  operationId: "createClaim",
  tags: ["Sales"],
  summary: "Collect a sale for a member",
  description:
    "Moves what a sale without a member earned to a member's account. A sale is collected once; asking again for the same member answers the same, so it needs no key. Scope: sell.",
  request: { body: jsonBody(claimInput) },
  responses: {
    200: json("The sale is collected.", claim),
    ...problems({ body: true, member: true }, ["claim_unknown", "claim_used", "claim_expired"]),
  },
});

export function createClaim(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("sell");
    const input = c.req.valid("json");
    const receipt = receiptOf(desk, input.token);
    const named = await resolveMember(desk, input.member, null);
    const { till, location, key } = desk.parts;
    const by = { kind: "till", till: till.id, location: location.id, key: key.id } as const;
    const claimed = await claimReceipt({ account: (account) => desk.account(account), by }, receipt, named.account);
    if (!claimed.ok) throw new ProblemError(claimed.error);
    return c.json(renderClaim(desk, claimed.value), 200);
  });
}

/** @throws ProblemError `claim_unknown` for a token that is not of this merchant, mode and kind */
function receiptOf(desk: PosDesk, text: string): string {
  const token = text.slice(text.lastIndexOf("/") + 1);
  const ref = verifyCardToken(desk.parts.secrets.cardKeys, desk.tenant, token);
  if (ref === null || ref.cardNo !== CLAIM_CARD_NO || accountKindOf(ref.account) !== "receipt") {
    throw new ProblemError("claim_unknown");
  }
  return ref.account;
}

function renderClaim(
  desk: PosDesk,
  { parcel, member }: { readonly parcel: Parcel; readonly member: string },
): z.infer<typeof claim> {
  const units = [...new Set(parcel.estate.lots.map(({ unit }) => unit))];
  return {
    object: "claim",
    claimed_at: wireTime(parcel.at_ms),
    member: desk.ids.member(member),
    amounts: units.map((unit) => ({ unit, amount: sumParts(parcel.estate.lots.filter((lot) => lot.unit === unit)) })),
  };
}
