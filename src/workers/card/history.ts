import type { BookingBody, Entry } from "../../domain/ledger/booking.ts";
import { explainEntry, type Reader } from "../../domain/ledger/explain.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { languageTag } from "./card-view.ts";
import type { CardStory } from "./read-card.ts";

/** One booking as the history tells it. */
export interface HistoryLine {
  /** RFC 3339, for machines. */
  readonly at: string;
  /** Day and time where the merchant is. */
  readonly when: string;
  readonly changes: readonly Change[];
}

/** What changed and why. */
export interface Change {
  /** "+12 punten"; null when units only moved aside and the balance stayed the same. */
  readonly amount: string | null;
  readonly gain: boolean;
  readonly why: string;
}

const LINES_MAX = 6;

/** The latest changes, newest first, each explained in the reader's language. */
export function historyOf(story: CardStory, locale: Locale): HistoryLine[] {
  const { config } = story.desk.config;
  const timeZone = story.program?.document.timezone ?? config.merchant.timezone;
  const reader: Reader = {
    locale,
    currency: config.merchant.currency,
    unitName: (unit) => story.program?.units.get(unit)?.name ?? null,
  };
  const format = timeFormat(locale, timeZone);
  const telling = story.bookings.filter(({ body }) => body.entries.length > 0);
  return telling.slice(0, LINES_MAX).map(({ body }) => lineOf(body, reader, format));
}

function lineOf(body: BookingBody, reader: Reader, format: Intl.DateTimeFormat): HistoryLine {
  const at_ms = body.type === "sale" ? body.sale.occurred_at_ms : body.at_ms;
  const changes = sumsOf(body.entries).map(({ unit, delta, why }) => {
    const [amount = "", ...reasons] = explainEntry(reader, { unit, delta, why }).split(": ");
    return { amount: delta === 0 ? null : amount, gain: delta > 0, why: upperFirst(reasons.join(": ")) };
  });
  return { at: new Date(at_ms).toISOString(), when: format.format(at_ms), changes };
}

type Sum = Pick<Entry, "unit" | "delta" | "why">;

/** Entries of one unit and one reason as one: a ledger counts lots and buckets, a member counts points. */
function sumsOf(entries: readonly Entry[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { unit, delta, why } of entries) {
    const key = JSON.stringify([unit, why]);
    sums.set(key, { unit, why, delta: delta + (sums.get(key)?.delta ?? 0) });
  }
  return [...sums.values()];
}

function upperFirst(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 200;

/** Kept, because making one is slow. */
function timeFormat(locale: Locale, timeZone: string): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(languageTag(locale), {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(key, format);
  return format;
}
