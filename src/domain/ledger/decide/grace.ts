import { addSpan } from "../../time/calendar.ts";
import type { LocalDate } from "../../time/local-date.ts";
import type { LotKey } from "../lot.ts";

/** Days that what a return gives back can at least be used. */
const RESTORE_GRACE_DAYS = 7;

/** The last day of what is given back: the old one, with a minimum of time to use it. */
export function graceUntil(expires_on: LocalDate | null, today: LocalDate): LocalDate | null {
  const least = addSpan(today, { days: RESTORE_GRACE_DAYS });
  return expires_on !== null && expires_on < least ? least : expires_on;
}

/** The lot that something given back goes to. */
export function withGrace(from: LotKey, today: LocalDate): LotKey {
  return { ...from, expires_on: graceUntil(from.expires_on, today) };
}
