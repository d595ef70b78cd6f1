import { z } from "zod";
import { LOCALES } from "../../domain/tenancy/config.ts";

// The fields that several inputs share. Limits are in the unit that is stored.

/** One line of text, trimmed, without control characters. */
export function line(length_max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(length_max)
    .regex(/^\P{Cc}*$/u, "must be one line without control characters");
}

export const name = line(80);

export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, "must be an ISO 3166-1 code in upper case")
  .refine(isCountry, "is no country we know");

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code in upper case")
  .refine((code) => Intl.supportedValuesOf("currency").includes(code), "is no currency we know");

export const timezone = z.string().min(1).max(64).refine(isTimeZone, "must be an IANA time zone");

/** Six digits, so that pages can reckon contrast with it; kept in lower case. */
export const color = z
  .string()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, "must be a colour such as #0b6a5c");

export const locale = z.enum(LOCALES);

/** Folded to lower case: an address is one person's however it is typed. */
export const email = z.string().trim().toLowerCase().max(254).pipe(z.email());

export const at_ms = z.int().min(0).max(8_640_000_000_000_000);

/** An id as it was handed out; whether it exists is another question. */
export const id = z.string().min(1).max(64);

export const pageLimit = z.int().min(1).max(500).default(100);

/** Codes that have a name but are unions, regions, test locales or the unknown place. */
const NO_COUNTRIES = ["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"];

function isCountry(code: string): boolean {
  if (NO_COUNTRIES.includes(code)) return false;
  return new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(code) !== undefined;
}

function isTimeZone(zone: string): boolean {
  // Offsets such as "+01:00" are understood too, but know nothing of summer time.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
