import { Temporal } from "temporal-polyfill";
import type { OpeningHours } from "../tenancy/config.ts";
import { localClock } from "./local-clock.ts";
import { localDate, type LocalDate } from "./local-date.ts";

const MINUTE_MS = 60_000;

/**
 * Whether a shop is open at an instant, or was or will be within so many minutes. The hours are what its clock says, so
 * that a night on which clocks change is as long as it is. Without any hours nothing is known, and it counts as open.
 *
 * @param margin_minutes real minutes before opening and after closing
 */
export function isAboutOpen(
  at_ms: number,
  zone: string,
  hours: readonly OpeningHours[],
  margin_minutes: number,
): boolean {
  if (hours.length === 0 || isOpen(at_ms, zone, hours)) return true;
  const margin_ms = margin_minutes * MINUTE_MS;
  const [from_ms, to_ms] = [at_ms - margin_ms, at_ms + margin_ms];
  return datesBetween(localDate(from_ms, zone), localDate(to_ms, zone)).some((date) => {
    const weekday = Temporal.PlainDate.from(date).dayOfWeek;
    return hours.some((span) => {
      if (span.weekday !== weekday) return false;
      return instantOf(date, span.opens, zone) <= to_ms && instantOf(date, span.closes, zone) > from_ms;
    });
  });
}

/** By the clock on the wall: at the minute of opening it is open, at that of closing no longer. */
function isOpen(at_ms: number, zone: string, hours: readonly OpeningHours[]): boolean {
  const { weekday, time } = localClock(at_ms, zone);
  return hours.some((span) => span.weekday === weekday && span.opens <= time && time < span.closes);
}

function datesBetween(first: LocalDate, last: LocalDate): LocalDate[] {
  const dates: LocalDate[] = [];
  for (let date = first; date <= last; date = nextDate(date)) dates.push(date);
  return dates;
}

function nextDate(date: LocalDate): LocalDate {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toString();
}

/** The instant at which a clock shows a time; a time that is skipped is the first after it. "24:00" ends the date. */
function instantOf(date: LocalDate, time: string, zone: string): number {
  const [on, at] = time === "24:00" ? [nextDate(date), "00:00"] : [date, time];
  return Temporal.PlainDateTime.from(`${on}T${at}`).toZonedDateTime(zone).epochMilliseconds;
}
