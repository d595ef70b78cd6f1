import { addSpan, inYear } from "../time/calendar.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { DatedGift } from "./dated-gift-rules.ts";

/** What decides which day a gift celebrates for a member. */
export interface GiftDays {
  /** In the programme's zone. */
  readonly today: LocalDate;
  readonly joined_on: LocalDate;
  /** "MM-DD"; null when it is not known. */
  readonly born_on: string | null;
}

/** The celebrated day within whose window today is; null when there is none. */
export function celebratedOn(gift: DatedGift, days: GiftDays): LocalDate | null {
  const day = dayOf(gift, days);
  if (day === null) return null;
  const year = Number(days.today.slice(0, 4));
  const celebrated = [year - 1, year, year + 1].map((each) => inYear(each, day));
  return celebrated.find((on) => isOpen(gift, on, days.today) && isDue(gift, on, days.joined_on)) ?? null;
}

function dayOf({ on }: DatedGift, { joined_on, born_on }: GiftDays): string | null {
  if (on.kind === "birthday") return born_on;
  return on.kind === "joined" ? joined_on.slice("YYYY-".length) : on.day;
}

function isOpen({ days_before, days_after }: DatedGift, on: LocalDate, today: LocalDate): boolean {
  return addSpan(on, { days: -days_before }) <= today && today <= addSpan(on, { days: days_after });
}

/** The day of joining itself is no anniversary. */
function isDue({ on: { kind } }: DatedGift, on: LocalDate, joined_on: LocalDate): boolean {
  return kind !== "joined" || on.slice(0, 4) > joined_on.slice(0, 4);
}
