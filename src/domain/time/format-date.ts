import type { Locale } from "../tenancy/config.ts";
import type { LocalDate } from "./local-date.ts";

const formatters = new Map<Locale, Intl.DateTimeFormat>();

/** A date in the reader's language: "14 maart 2027", "14 March 2027". */
export function formatDate(date: LocalDate, locale: Locale): string {
  let formatter = formatters.get(locale);
  if (formatter === undefined) {
    const options = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
    formatter = new Intl.DateTimeFormat(locale === "nl" ? "nl-NL" : "en-GB", options);
    formatters.set(locale, formatter);
  }
  return formatter.format(Date.parse(`${date}T00:00:00Z`));
}
