import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Identifier, IdentifierKind } from "./member-profile.ts";

/** A phone number in E.164; a national one is read with the country. Null when it is no possible number. */
export function normalisePhone(text: string, country: string): string | null {
  const region = countryCode(country);
  const parsed = region === null ? parsePhoneNumberFromString(text) : parsePhoneNumberFromString(text, region);
  return parsed?.isValid() === true ? parsed.number : null;
}

/** An address as it is compared: without surrounding spaces, in lower case. Null when it is no address. */
export function normaliseEmail(text: string): string | null {
  const address = text.trim().toLowerCase();
  // The length first: on a long text the pattern takes quadratic time.
  return address.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) ? address : null;
}

/** A card number as it is compared: capitals and digits alone. Null when nothing is left of it. */
export function normaliseCardNumber(text: string): string | null {
  const number = text.replaceAll(/[\s.-]/g, "").toUpperCase();
  return /^[0-9A-Z]{4,32}$/.test(number) ? number : null;
}

/** An identifier as a person or scanner gave it, made comparable. Null when it cannot be one. */
export function normaliseIdentifier(kind: IdentifierKind, text: string, country: string): Identifier | null {
  const value = normalised(kind, text, country);
  return value === null ? null : { kind, value };
}

function normalised(kind: IdentifierKind, text: string, country: string): string | null {
  switch (kind) {
    case "phone":
      return normalisePhone(text, country);
    case "email":
      return normaliseEmail(text);
    case "card_number":
      return normaliseCardNumber(text);
    case "external_id":
      return text.length > 0 ? text : null;
  }
}

function countryCode(country: string): CountryCode | null {
  return isSupportedCountry(country) ? country : null;
}
