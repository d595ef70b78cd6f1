import { ACCOUNT_ID_LENGTH, accountKindOf } from "./account-id.ts";
import { decodeInteger, encodeInteger } from "./base32.ts";
import type { CardRef } from "./ids.ts";
import { equalConstantTime, type Mac, macText } from "./mac.ts";
import type { Tenant } from "./merchant.ts";

/** 80 bits: the token is the card, so it must not be guessable. */
const MAC_LENGTH = 16;

/** Keys by id. New tokens are signed with `current`; retired keys still verify. */
export interface CardKeys {
  readonly current: string;
  readonly macs: ReadonlyMap<string, Mac>;
}

/** A card token's parts, before its MAC is checked. */
interface TokenParts extends CardRef {
  readonly kid: string;
  readonly merchant: string;
  readonly mac: string;
}

/** `1.{kid}.{locator}.{account}.{card_no}.{mac}`: what the QR code of a digital card says. */
export function createCardToken(keys: CardKeys, tenant: Tenant, card: CardRef): string {
  const mac = keys.macs.get(keys.current);
  if (mac === undefined) throw new Error(`card key ${keys.current} is missing`);
  return `1.${keys.current}.${tenant.merchant}.${card.account}.${encodeInteger(card.cardNo)}.${tokenMac(mac, tenant, card)}`;
}

/** The card a token names, with or without a snapshot behind it, when it was made for this merchant and mode with a key we know; null otherwise. */
export function verifyCardToken(keys: CardKeys, tenant: Tenant, token: string): CardRef | null {
  const parts = parseToken(token);
  if (parts === null || parts.merchant !== tenant.merchant) return null;
  const mac = keys.macs.get(parts.kid);
  if (mac === undefined) return null;
  const expected = tokenMac(mac, tenant, parts);
  if (!equalConstantTime(parts.mac, expected)) return null;
  return { account: parts.account, cardNo: parts.cardNo };
}

/** The locator that a token claims, unchecked; null when the text has not the shape of a token. */
export function merchantOfCardToken(token: string): string | null {
  return parseToken(token)?.merchant ?? null;
}

/** Whether the text has the shape of a token; then it is never looked up as a plastic number. */
export function looksLikeCardToken(text: string): boolean {
  return /^\d+\.[^.]+\./.test(text);
}

function parseToken(token: string): TokenParts | null {
  const match = /^1\.([a-z0-9]{1,8})\.([0-9a-z]{8})\.([0-9a-z]+)\.([0-9a-z]{1,8})\.([0-9a-z]{16})(?:~[\w.-]*)?$/.exec(
    token,
  );
  if (match === null) return null;
  const [, kid = "", merchant = "", account = "", number = "", mac = ""] = match;
  const cardNo = decodeInteger(number);
  if (cardNo === null || account.length !== ACCOUNT_ID_LENGTH || accountKindOf(account) === null) return null;
  return { kid, merchant, account, cardNo, mac };
}

function tokenMac(mac: Mac, tenant: Tenant, card: CardRef): string {
  return macText(mac, MAC_LENGTH, ["card", tenant.mode, tenant.merchant, card.account, encodeInteger(card.cardNo)]);
}
