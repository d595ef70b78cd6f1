import { invariant } from "../invariant.ts";
import { equalConstantTime, type Mac } from "./mac.ts";
import type { Tenant } from "./merchant.ts";

/** A plastic card that we issued: which print run, and which card of it. */
export interface PlasticCard {
  /** 1 … 9999. */
  readonly batch: number;
  /** 1 … 9,999,999. */
  readonly sequence: number;
}

/** Sixteen digits: batch (4), sequence (7), MAC (4), Luhn check digit (1). A mistyped or invented number is refused without a look-up. */
export function createPlasticNumber(mac: Mac, tenant: Tenant, card: PlasticCard): string {
  invariant(card.batch >= 1 && card.batch <= 9999, `batch out of range: ${card.batch}`);
  invariant(card.sequence >= 1 && card.sequence <= 9_999_999, `sequence out of range: ${card.sequence}`);
  const payload = `${String(card.batch).padStart(4, "0")}${String(card.sequence).padStart(7, "0")}`;
  const body = `${payload}${macDigits(mac, tenant, payload)}`;
  return `${body}${luhnDigit(body)}`;
}

/** The card a number names, when Luhn digit and MAC are right for this merchant and mode; null otherwise. */
export function verifyPlasticNumber(mac: Mac, tenant: Tenant, number: string): PlasticCard | null {
  if (!/^\d{16}$/.test(number) || luhnDigit(number.slice(0, 15)) !== number.charAt(15)) return null;
  const payload = number.slice(0, 11);
  if (!equalConstantTime(number.slice(11, 15), macDigits(mac, tenant, payload))) return null;
  const card = { batch: Number(payload.slice(0, 4)), sequence: Number(payload.slice(4)) };
  return card.batch > 0 && card.sequence > 0 ? card : null;
}

function macDigits(mac: Mac, tenant: Tenant, payload: string): string {
  const bytes = mac(["plastic", tenant.mode, tenant.merchant, payload].join("\n"));
  const value = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  return String(value % 10_000).padStart(4, "0");
}

/** Check digit by the Luhn formula (ISO/IEC 7812-1, annex B). */
function luhnDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - index));
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}
