import { Temporal } from "temporal-polyfill";
import { fillBasket, type BasketLine } from "./baskets.ts";
import { LOCATIONS, TIMEZONE } from "./koffie-en-zo.ts";
import type { Habit, Person } from "./people.ts";
import { Random } from "./random.ts";

/** One time that somebody comes by and buys something. */
export interface Visit {
  /** Names the visit in idempotency keys: the same visit is never told twice. */
  readonly name: string;
  readonly receipt: string;
  readonly location: 0 | 1;
  readonly occurred_at_ms: number;
  readonly lines: readonly [BasketLine, ...BasketLine[]];
  readonly tender: "card" | "cash" | "mobile";
  readonly staff: string;
  /** Whether they would like a reward today, if there is one to be had. */
  readonly wantsReward: boolean;
  /** What comes back a little later: nothing, one line, or all of it. */
  readonly comesBack: "nothing" | "a_line" | "everything";
}

/** The days that are told: from a local date on, up to an instant. */
export interface Period {
  readonly from: string;
  readonly months: number;
  readonly to_ms: number;
}

interface Rhythm {
  /** Chance of a visit per day, Monday first. */
  readonly days: readonly number[];
  /** Usual minute of the day, and how far from it half of the visits are. */
  readonly minute: number;
  readonly spread: number;
  /** Chance of coming once more in the afternoon. */
  readonly again: number;
}

const RHYTHMS: Readonly<Record<Habit, Rhythm>> = {
  commuter: { days: [0.78, 0.82, 0.8, 0.84, 0.7, 0.2, 0.08], minute: 8 * 60 + 5, spread: 22, again: 0.2 },
  lunch: { days: [0.5, 0.55, 0.6, 0.58, 0.55, 0.12, 0.05], minute: 12 * 60 + 25, spread: 25, again: 0.12 },
  weekend: { days: [0.05, 0.05, 0.08, 0.1, 0.16, 0.7, 0.5], minute: 11 * 60 + 15, spread: 70, again: 0.05 },
  now_and_then: { days: [0.06, 0.06, 0.08, 0.08, 0.1, 0.14, 0.08], minute: 14 * 60, spread: 120, again: 0 },
};
const DAYS_PER_MONTH = 30;
const MINUTE_MS = 60_000;

/** Everything that somebody buys in the period, oldest first. A longer period only adds to the end. */
export function planVisits(person: Person, period: Period): Visit[] {
  const start = Temporal.PlainDate.from(period.from);
  const end = Temporal.Instant.fromEpochMilliseconds(period.to_ms).toZonedDateTimeISO(TIMEZONE).toPlainDate();
  const joined = start.add({ days: Math.floor(person.joined * period.months * DAYS_PER_MONTH) });
  const days = joined.until(end).days;
  return Array.from({ length: Math.max(0, days + 1) }, (_, index) => joined.add({ days: index }))
    .flatMap((date) => visitsOn(person, date))
    .filter((visit) => visit.occurred_at_ms <= period.to_ms)
    .sort((left, right) => left.occurred_at_ms - right.occurred_at_ms);
}

function visitsOn(person: Person, date: Temporal.PlainDate): Visit[] {
  const random = new Random("visits", person.number, date.toString());
  const { days, minute, spread, again } = RHYTHMS[person.habit];
  if (!random.chance(days[date.dayOfWeek - 1] ?? 0)) return [];
  const first = minute + Math.round((random.next() + random.next() - 1) * 2 * spread);
  const minutes = random.chance(again) ? [first, Math.max(first + 90, 15 * 60 + random.int(-40, 80))] : [first];
  return minutes.flatMap((at, index) => visitAt(person, date, at, index + 1) ?? []);
}

/** Null when every door is closed. */
function visitAt(person: Person, date: Temporal.PlainDate, minute: number, count: number): Visit | null {
  const random = new Random("visit", person.number, date.toString(), count);
  const location = openLocation(person, date, minute, random);
  if (location === null) return null;
  const time = { hour: Math.floor(minute / 60), minute: minute % 60, second: random.int(0, 59) };
  const local = date.toZonedDateTime({ timeZone: TIMEZONE, plainTime: Temporal.PlainTime.from(time) });
  const day = date.toString().slice(2).replaceAll("-", "");
  return {
    name: `${date.toString()}-${person.number}-${count}`,
    receipt: `${LOCATIONS[location].code}${day}-${String(person.number).padStart(3, "0")}${count}`,
    location,
    occurred_at_ms: local.epochMilliseconds,
    lines: fillBasket(person, { minute, isWeekend: date.dayOfWeek > 5 }, random),
    tender: random.weighted([
      [70, "card"],
      [18, "mobile"],
      [12, "cash"],
    ]),
    staff: `c0${random.int(1, 6)}`,
    wantsReward: random.chance(0.3),
    comesBack: random.weighted([
      [985, "nothing"],
      [11, "a_line"],
      [4, "everything"],
    ]),
  };
}

function openLocation(person: Person, date: Temporal.PlainDate, minute: number, random: Random): 0 | 1 | null {
  const other = person.home === 0 ? 1 : 0;
  const order = random.chance(0.12) ? ([other, person.home] as const) : ([person.home, other] as const);
  return order.find((index) => isOpen(index, date, minute)) ?? null;
}

function isOpen(location: 0 | 1, date: Temporal.PlainDate, minute: number): boolean {
  const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return LOCATIONS[location].hours.some(
    ({ weekday, opens, closes }) => weekday === date.dayOfWeek && opens <= time && time < closes,
  );
}

/** The period that ends now and began so many months ago. */
export function periodUntil(now_ms: number, months: number): Period {
  const to_ms = now_ms - (now_ms % MINUTE_MS);
  const today = Temporal.Instant.fromEpochMilliseconds(to_ms).toZonedDateTimeISO(TIMEZONE).toPlainDate();
  return { from: today.subtract({ months }).toString(), months, to_ms };
}
