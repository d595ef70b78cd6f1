import { ACCOUNT_ID_LENGTH, accountKindOf, createAccountId } from "./account-id.ts";
import { equalConstantTime, type Mac, macText } from "./mac.ts";
import type { Tenant } from "./merchant.ts";

/** 25 bits: a code that was made up is refused without waking anything. What makes it unguessable is the account's 75. */
const MAC_LENGTH = 5;
const GROUP_LENGTH = 5;
const CODE_LENGTH = ACCOUNT_ID_LENGTH - 1 + MAC_LENGTH;

/** The digital card that a bearer account is born with: its code. */
export const GIFT_CARD_NO = 1;

/** `XXXXX-XXXXX-XXXXX-XXXXX`: a bearer account and a MAC over merchant and mode, to be printed, read aloud and typed. */
export function createGiftCode(mac: Mac, tenant: Tenant, account: string): string {
  const text = `${account.slice(1)}${macOf(mac, tenant, account)}`.toUpperCase();
  return text.replaceAll(new RegExp(`(.{${GROUP_LENGTH}})(?=.)`, "g"), "$1-");
}

/** The account that a code names, when it was made for this merchant and mode; null otherwise. As people type it. */
export function parseGiftCode(mac: Mac, tenant: Tenant, text: string): string | null {
  const code = text.replaceAll(/[\s-]/g, "").toLowerCase().replaceAll(/[il]/g, "1").replaceAll("o", "0");
  if (code.length !== CODE_LENGTH) return null;
  const account = `b${code.slice(0, -MAC_LENGTH)}`;
  if (accountKindOf(account) !== "bearer") return null;
  return equalConstantTime(code.slice(-MAC_LENGTH), macOf(mac, tenant, account)) ? account : null;
}

/** The account of a gift card. It follows from the request that sells it, so that a retry finds it again without any index. */
export function giftAccountId(mac: Mac, tenant: Tenant, idem: string): string {
  return createAccountId("bearer", mac(["bearer", tenant.mode, tenant.merchant, idem].join("\n")));
}

function macOf(mac: Mac, tenant: Tenant, account: string): string {
  return macText(mac, MAC_LENGTH, ["giftcard", tenant.mode, tenant.merchant, account]);
}
