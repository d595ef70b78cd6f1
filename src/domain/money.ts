import type { Locale } from "./tenancy/config.ts";

const formatters = new Map<string, { readonly format: Intl.NumberFormat; readonly divisor: number }>();

/** An amount in minor units in the reader's language: 1250 EUR → "€ 12,50". Formatters are kept; making one is slow. */
export function formatMoney(amount: number, currency: string, locale: Locale): string {
  const key = `${locale} ${currency}`;
  let known = formatters.get(key);
  if (known === undefined) {
    const format = new Intl.NumberFormat(locale === "nl" ? "nl-NL" : "en-GB", { style: "currency", currency });
    known = { format, divisor: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
    formatters.set(key, known);
  }
  return known.format.format(amount / known.divisor).replaceAll("\u00a0", " ");
}
