// Dates by counting days, apart from the product's calendar on purpose.

const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The date "YYYY-MM-DD" at an instant in a zone. */
export function dateAt(at_ms: number, zone: string): string {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formatters.set(zone, formatter);
  }
  return formatter.format(at_ms);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The time "HH:MM" on the wall at an instant in a zone. */
export function timeAt(at_ms: number, zone: string): string {
  let formatter = clocks.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    clocks.set(zone, formatter);
  }
  return formatter.format(at_ms);
}

export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

export function lastOfMonth(date: string): string {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** The same day so many months on, or the month's last day where it has no such day. */
export function plusMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  const last = lastOfMonth(first);
  const wanted = `${first.slice(0, 8)}${String(day).padStart(2, "0")}`;
  return wanted < last ? wanted : last;
}

/** The first day from `from` on that bears one of the names "MM-DD", found by looking at each day in turn. */
export function nextNamedDay(from: string, names: readonly string[]): string {
  for (let date = from; ; date = plusDays(date, 1)) {
    const day = date.slice(5);
    const isLeapless = day === "02-28" && plusDays(date, 1).slice(5) === "03-01";
    if (names.includes(day) || (isLeapless && names.includes("02-29"))) return date;
  }
}
