import { looksLikeCardToken, verifyCardToken } from "../../../../domain/tenancy/card-token.ts";
import type { CardRef } from "../../../../domain/tenancy/ids.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosDesk } from "../desk.ts";
import { resolveMember } from "../resolve-member.ts";

/**
 * The card that a text names: an id, a QR text or a number.
 *
 * @throws ProblemError `card_unknown`
 */
export async function resolveCard(desk: PosDesk, text: string, key: string): Promise<CardRef> {
  const known = text.startsWith("crd_") ? desk.ids.parseCard(text) : null;
  if (known !== null) return known;
  if (text.startsWith("crd_")) throw new ProblemError("card_unknown");
  if (looksLikeCardToken(text)) {
    const card = verifyCardToken(desk.parts.secrets.cardKeys, desk.tenant, text);
    if (card === null) throw new ProblemError("card_unknown");
    return card;
  }
  const { account, card_no } = await resolveMember(desk, { card: text }, key, "member_or_gift_card");
  if (card_no === null) throw new ProblemError("card_unknown");
  return { account, cardNo: card_no };
}
