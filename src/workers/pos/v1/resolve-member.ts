import type { MemberRef } from "../../../contract/pos-v1/common.ts";
import { looksLikeCardToken, verifyCardToken } from "../../../domain/tenancy/card-token.ts";
import { accountKindOf } from "../../../domain/tenancy/account-id.ts";
import { GIFT_CARD_NO, parseGiftCode } from "../../../domain/tenancy/gift-code.ts";
import type { IdentifierAnswer, RawIdentifier } from "../../../durable/merchant-registry/protocol.ts";
import { ProblemError } from "../../http/problem.ts";
import { identifierOf } from "../../middleware/authenticate-pos-key.ts";
import { idemOf, type PosDesk } from "./desk.ts";
import { limitCardRate } from "./limit-card-rate.ts";

/** The account that a request means. */
export interface NamedAccount {
  readonly account: string;
  /** The card that was shown; null when the member was named otherwise. */
  readonly card_no: number | null;
}

/**
 * Finds the account that a till names. Ids and card tokens prove themselves by their MAC and cost nothing; phone, e-mail,
 * plastic number and external id cost one call of the registry, unless it was asked together with the key.
 *
 * @param key the request's Idempotency-Key; null when it has none
 * @param who whether a gift card will do; where it does not, its code is as good as unknown
 * @throws ProblemError `member_unknown`, `card_unknown`, or `rate_limited` when one card is asked about too often
 */
export async function resolveMember(
  desk: PosDesk,
  ref: MemberRef,
  key: string | null,
  who: "member" | "member_or_gift_card" = "member",
): Promise<NamedAccount> {
  const named = giftCardOf(desk, ref) ?? (await resolvePerson(desk, ref, key));
  if (who === "member" && accountKindOf(named.account) === "bearer") throw new ProblemError("card_unknown");
  await limitCardRate(desk, named.account);
  return named;
}

/** A gift card's code proves itself by its MAC, like a token. */
function giftCardOf({ parts, tenant }: PosDesk, { card }: MemberRef): NamedAccount | null {
  const account = card === undefined ? null : parseGiftCode(parts.secrets.idMac, tenant, card);
  return account === null ? null : { account, card_no: GIFT_CARD_NO };
}

async function resolvePerson(desk: PosDesk, ref: MemberRef, key: string | null): Promise<NamedAccount> {
  if (ref.id !== undefined) {
    const account = desk.ids.parseMember(ref.id);
    if (account === null || accountKindOf(account) === "bearer") throw new ProblemError("member_unknown");
    return { account, card_no: null };
  }
  if (ref.card !== undefined && looksLikeCardToken(ref.card)) {
    const card = verifyCardToken(desk.parts.secrets.cardKeys, desk.tenant, ref.card);
    if (card === null) throw new ProblemError("card_unknown");
    return { account: card.account, card_no: card.cardNo };
  }
  const wanted = identifierOf(ref);
  if (wanted === null) throw new ProblemError("member_unknown");
  const answer = await lookUp(desk, wanted);
  const former = await formerWithKey(desk, answer.former, key);
  if (former !== null) return { account: former, card_no: null };
  if (answer.outcome === "found") return { account: answer.account, card_no: answer.card_no };
  if (wanted.kind === "card_number") throw new ProblemError("card_unknown");
  if (wanted.kind !== "phone") throw new ProblemError("member_unknown");
  const { country } = desk.parts.location;
  throw new ProblemError("member_unknown", {
    detail: `Nobody has this phone number; a national number is read as one of ${country}.`,
  });
}

/** An identifier may have moved to another member between a request and its retry; then the key lies with a former owner. */
async function formerWithKey(desk: PosDesk, former: readonly string[], key: string | null): Promise<string | null> {
  if (key === null) return null;
  for (const account of former) {
    if (await desk.account(account).knowsKey(idemOf(desk, key))) return account;
  }
  return null;
}

async function lookUp(desk: PosDesk, wanted: RawIdentifier): Promise<IdentifierAnswer> {
  const { prefetched, key, config } = desk.parts;
  if (prefetched !== null && prefetched.wanted.kind === wanted.kind && prefetched.wanted.text === wanted.text) {
    return prefetched.answer;
  }
  const answer = await desk.registry().resolve({
    keyHash: key.hash,
    rawIdentifier: wanted,
    configVersionKnown: config.config.version,
    now_ms: Date.now(),
  });
  if (!answer.ok || answer.value.identifier === null) return { outcome: "unknown", former: [] };
  return answer.value.identifier;
}
