import * as asModule from "rrule";
import { Temporal } from "temporal-polyfill";

// To bundlers the package is a module; Node takes its CommonJS file, whose names all stand in `default`.
const { RRule }: typeof asModule = "RRule" in asModule ? asModule : Reflect.get(asModule, "default");

/** A span of local time that may come back: when it begins ("YYYY-MM-DDTHH:MM"), how long it lasts, and how it recurs. */
export interface Recurrence {
  readonly starts: string;
  readonly minutes: number;
  /** RFC 5545 recurrence rule without DTSTART; once when absent. */
  readonly rrule?: string | undefined;
}

const MINUTE_MS = 60_000;

/** What was asked last of a rule. Sales are of this minute mostly, and a rule that began long ago is slow to evaluate. */
const latest = new WeakMap<Recurrence, { readonly minute: number; readonly within: boolean }>();

/** The minute asked for last and how far its clock is ahead of UTC, by zone. */
const ahead = new Map<string, { readonly minute: number; readonly by_ms: number }>();

/** The wall clock of a zone at an instant, as the epoch ms that this clock would show in UTC. Clocks change at whole minutes. */
export function wallClock(at_ms: number, zone: string): number {
  const minute = Math.floor(at_ms / MINUTE_MS);
  let known = ahead.get(zone);
  if (known?.minute !== minute) {
    known = { minute, by_ms: reckonWallClock(at_ms, zone) - at_ms };
    ahead.set(zone, known);
  }
  return at_ms + known.by_ms;
}

function reckonWallClock(at_ms: number, zone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at_ms).toZonedDateTimeISO(zone).toPlainDateTime();
  return local.toZonedDateTime("UTC").epochMilliseconds;
}

/** Whether a wall clock ({@link wallClock}) stands inside a recurrence; the first minute is, the one after the last is not. */
export function isWithin(recurrence: Recurrence, wall_ms: number): boolean {
  const minute = Math.floor(wall_ms / MINUTE_MS);
  const known = latest.get(recurrence);
  if (known?.minute === minute) return known.within;
  const within = evaluate(recurrence, minute * MINUTE_MS);
  latest.set(recurrence, { minute, within });
  return within;
}

function evaluate({ starts, minutes, rrule }: Recurrence, wall_ms: number): boolean {
  const first = new Date(`${starts}:00Z`);
  const began = (at: Date) => wall_ms >= at.getTime() && wall_ms < at.getTime() + minutes * MINUTE_MS;
  if (rrule === undefined) return began(first);
  const rule = new RRule({ ...RRule.parseString(rrule), dtstart: first });
  const last = rule.before(new Date(wall_ms), true);
  return last !== null && began(last);
}

/** Whether a text is a recurrence rule that can be evaluated. */
export function isRecurrenceRule(text: string): boolean {
  try {
    const rule = new RRule({ ...RRule.parseString(text), dtstart: new Date(0) });
    return rule.after(new Date(0), true) !== null;
  } catch {
    return false;
  }
}
