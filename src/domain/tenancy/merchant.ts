import { encodeBase32, isBase32 } from "./base32.ts";
import { equalConstantTime, type Mac, macText } from "./mac.ts";

/** `live` or `test`: test data live in objects of their own. */
export type Mode = "live" | "test";
export const MODES: readonly Mode[] = ["live", "test"];

/** Where a merchant's objects may live; fixed at creation. */
export type Jurisdiction = "eu" | "us";
const JURISDICTION_LETTERS: Readonly<Record<Jurisdiction, string>> = { eu: "e", us: "s" };

/** The merchant and mode that a credential speaks for. */
export interface Tenant {
  readonly mode: Mode;
  /** The merchant's eight-character locator. */
  readonly merchant: string;
}

/**
 * A merchant's locator: jurisdiction letter, five random characters, two characters of MAC.
 * The letter lets the edge name the right namespace before it has read anything; the MAC lets it turn away
 * 1,023 of 1,024 invented locators without waking an object. Uniqueness is settled by D1 at creation.
 */
export function createLocator(jurisdiction: Jurisdiction, random: Uint8Array, mac: Mac): string {
  const head = `${JURISDICTION_LETTERS[jurisdiction]}${encodeBase32(random, 5)}`;
  return `${head}${macText(mac, 2, ["locator", head])}`;
}

/** Whether the text is a locator that this platform made (as far as its MAC can tell). */
export function isLocator(text: string, mac: Mac): boolean {
  if (!isBase32(text, 8) || jurisdictionOf(text) === null) return false;
  return equalConstantTime(text.slice(6), macText(mac, 2, ["locator", text.slice(0, 6)]));
}

/** The jurisdiction a locator's first letter names; null when it names none. */
export function jurisdictionOf(locator: string): Jurisdiction | null {
  if (locator.startsWith(JURISDICTION_LETTERS.eu)) return "eu";
  if (locator.startsWith(JURISDICTION_LETTERS.us)) return "us";
  return null;
}
