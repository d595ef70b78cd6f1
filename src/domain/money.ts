import type { Locale } from "./tenancy/config.ts";

interface Formatter {
  readonly format: Intl.NumberFormat;
  /** Minor units in one of the currency's own. */
  readonly divisor: number;
}

const formatters = new Map<string, Formatter>();

const known = new Map<string, string>();
const KNOWN_MAX = 2_000;

/**
 * An amount in minor units in the reader's language: 1250 EUR → "€ 12,50". What was said is kept, because a shop's prices
 * come back all day and Intl takes some five microseconds for each; so are formatters, which are slower to make.
 */
export function formatMoney(amount: number, currency: string, locale: Locale): string {
  const key = `${locale} ${currency} ${amount}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const { format, divisor } = formatterOf(currency, locale);
  const text = format.format(amount / divisor).replaceAll("\u00a0", " ");
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, text);
  return text;
}

function formatterOf(currency: string, locale: Locale): Formatter {
  const key = `${locale} ${currency}`;
  const found = formatters.get(key);
  if (found !== undefined) return found;
  const format = new Intl.NumberFormat(locale === "nl" ? "nl-NL" : "en-GB", { style: "currency", currency });
  const formatter = { format, divisor: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
  formatters.set(key, formatter);
  return formatter;
}
