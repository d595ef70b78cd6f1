import { createAccountId } from "./account-id.ts";
import type { Mac } from "./mac.ts";
import type { Tenant } from "./merchant.ts";

/** How long a sale waits to be claimed. */
export const CLAIM_DAYS = 30;
export const CLAIM_MS = CLAIM_DAYS * 24 * 60 * 60 * 1000;

/** The number that stands for the card in a claim token: a receipt account has no card. */
export const CLAIM_CARD_NO = 0;

/**
 * The account of a sale that nobody has claimed yet. It follows from the sale's natural key, so that a retry finds it again
 * without any index.
 *
 * @param time from 1: the how-manieth sale with this key, where the ones before were collected and came back whole
 */
export function receiptAccountId(mac: Mac, tenant: Tenant, naturalKey: string, time = 1): string {
  const again = time === 1 ? [] : [String(time)];
  return createAccountId("receipt", mac(["receipt", tenant.mode, tenant.merchant, naturalKey, ...again].join("\n")));
}
