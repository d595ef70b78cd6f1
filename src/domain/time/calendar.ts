import { Temporal } from "temporal-polyfill";
import type { LocalDate } from "./local-date.ts";

/** A span of calendar time. Months are added first and the day is clamped: 31 January + 1 month = 28 or 29 February. */
export interface Span {
  readonly months?: number | undefined;
  readonly days?: number | undefined;
}

const REMEMBERED_MAX = 2_000;
const dates = new Map<string, LocalDate>();
const instants = new Map<string, number>();

/** Every sale of a day asks for the same few dates, and the calendar takes some ten microseconds for each. */
function remembered<Answer>(known: Map<string, Answer>, question: string, reckon: () => Answer): Answer {
  const found = known.get(question);
  if (found !== undefined) return found;
  const answer = reckon();
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(question, answer);
  return answer;
}

export function addSpan(date: LocalDate, { months = 0, days = 0 }: Span): LocalDate {
  return remembered(dates, `${date}+${months}+${days}`, () =>
    Temporal.PlainDate.from(date).add({ months }).add({ days }).toString(),
  );
}

/** The first day of the date's month. */
export function startOfMonth(date: LocalDate): LocalDate {
  return `${date.slice(0, -2)}01`;
}

/** The last day of the date's month. */
export function endOfMonth(date: LocalDate): LocalDate {
  return remembered(dates, `end of month ${date}`, () => {
    const day = Temporal.PlainDate.from(date);
    return day.with({ day: day.daysInMonth }).toString();
  });
}

/**
 * The first of the yearly dates ("MM-DD") that is not before `from`. 29 February falls on the 28th in years without one.
 */
export function nextYearlyDate(from: LocalDate, yearly: readonly string[]): LocalDate {
  const year = Temporal.PlainDate.from(from).year;
  const candidates = [year, year + 1].flatMap((each) => yearly.map((day) => inYear(each, day)));
  const next = candidates.filter((date) => date >= from).sort(compareDates)[0];
  return next ?? from;
}

/** The instant, in epoch ms, at which a date begins in a zone; where clocks skip midnight, the first instant of the day. */
export function startOfDay(date: LocalDate, zone: string): number {
  return remembered(
    instants,
    `${date} ${zone}`,
    () => Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds,
  );
}

/** A yearly day ("MM-DD") in a year; 29 February falls on the 28th in years without one. */
export function inYear(year: number, day: string): LocalDate {
  const [month = 1, ofMonth = 1] = day.split("-").map(Number);
  return Temporal.PlainDate.from({ year, month, day: ofMonth }, { overflow: "constrain" }).toString();
}

function compareDates(left: LocalDate, right: LocalDate): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The Monday of the date's week. */
export function startOfWeek(date: LocalDate): LocalDate {
  return remembered(dates, `start of week ${date}`, () => {
    const day = Temporal.PlainDate.from(date);
    return day.subtract({ days: day.dayOfWeek - 1 }).toString();
  });
}

/** The month, "YYYY-MM", so many months after the one of a date or a month. */
export function monthOf(date: string, months = 0): string {
  return monthText(monthNumber(date) + months);
}

/** Months since January of the year 0. January is divisible by twelve. */
export function monthNumber(date: string): number {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return year * 12 + month - 1;
}

export function monthText(number: number): string {
  return `${String(Math.floor(number / 12)).padStart(4, "0")}-${String((number % 12) + 1).padStart(2, "0")}`;
}
