/** A calendar date "YYYY-MM-DD" in some time zone. Dates in this form compare as text. */
export type LocalDate = string;

const formatters = new Map<string, Intl.DateTimeFormat>();

const MINUTE_MS = 60_000;
/** From here on every zone is whole minutes from UTC, so that a date lasts whole minutes. */
const WHOLE_MINUTES_SINCE_MS = Date.UTC(1973, 0, 1);
/** The minute asked for last and its date, by zone. Sales are of this minute mostly, and formatting costs 30 µs. */
const latest = new Map<string, { readonly minute: number; readonly date: LocalDate }>();

/** The calendar date at an instant in an IANA zone. */
export function localDate(at_ms: number, zone: string): LocalDate {
  if (at_ms < WHOLE_MINUTES_SINCE_MS) return formatDate(at_ms, zone);
  const minute = Math.floor(at_ms / MINUTE_MS);
  const known = latest.get(zone);
  if (known?.minute === minute) return known.date;
  const date = formatDate(at_ms, zone);
  latest.set(zone, { minute, date });
  return date;
}

/** Formatters are kept because making one costs about 80 µs. */
function formatDate(at_ms: number, zone: string): LocalDate {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formatters.set(zone, formatter);
  }
  // Years before 1000 come without their zeros.
  return formatter.format(at_ms).padStart(10, "0");
}
