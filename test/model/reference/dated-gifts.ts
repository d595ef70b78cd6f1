import type { DatedGift } from "../../../src/domain/program/dated-gift-rules.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { RefAccount } from "./account.ts";
import { dateAt, plusDays, plusMonths } from "./calendar.ts";
import { hasRoom, lastDayAfter, plainIssue, put } from "./issues.ts";
import { datingOf, lastDayOf } from "./rules.ts";

// What members are given on a day of theirs, or of the year: with whatever is booked next, if they come in time.

/** Places among what a booking issues that are kept for these. */
const PLACE = 512;

/** The latest of a gift that a member had. */
export interface GiftHad {
  readonly kind: DatedGift["on"]["kind"];
  readonly year: number;
  readonly on: string;
}

/** What is known of a birthday, and from when it may be celebrated again after it was changed. */
export interface Birthday {
  readonly born_on: string | null;
  readonly not_before: string | null;
}

/** Gives everything that is due today, in the booking that comes next. */
export function giveDated(account: RefAccount, program: ProgramDocument, now_ms: number): void {
  if (account.isReceipt || account.end !== null) return;
  const today = dateAt(now_ms, program.timezone);
  let index = 0;
  for (const gift of program.dated_gifts) {
    const year = yearDue(account, gift, today, dateAt(account.opened_ms, program.timezone));
    if (year === null) continue;
    const { gives } = gift;
    if (gives.kind === "reward") {
      if (!hasRoom(account)) continue;
      const span = gives.valid_for ?? program.rewards.find(({ id }) => id === gives.reward)?.valid_for;
      const issue = { ...plainIssue(program, gives.reward, "dated"), expires: lastDayAfter(today, span) };
      put(account, account.seq + 1, [issue], PLACE + index);
    } else {
      const { unit, give: amount } = gives;
      const expires = lastDayOf(datingOf(program, unit).expiry, today);
      account.piles.push({ unit, rank: "granted", amount, opens: null, expires });
      if (gift.counts_for_tier && unit === "points" && program.tiers !== undefined) {
        account.notes.push({ of: "tier points", on: today, amount });
      }
    }
    account.gifts.set(gift.id, { kind: gift.on.kind, year, on: today });
    index += 1;
  }
}

/** Looks at every day around today that bears the name: the year of the one in whose time today is, if it was not given. */
function yearDue(account: RefAccount, gift: DatedGift, today: string, joined: string): number | null {
  const { on, days_before, days_after } = gift;
  const name = on.kind === "date" ? on.day : on.kind === "joined" ? joined.slice(5) : account.birthday?.born_on;
  if (name === undefined || name === null) return null;
  const later = account.birthday?.not_before ?? null;
  if (on.kind === "birthday" && later !== null && today < later) return null;
  for (let day = plusDays(today, -days_after); day <= plusDays(today, days_before); day = plusDays(day, 1)) {
    const year = Number(day.slice(0, 4));
    const isLeapless = name === "02-29" && day.endsWith("02-28") && plusDays(day, 1).endsWith("03-01");
    if (!day.endsWith(name) && !isLeapless) continue;
    if (on.kind === "joined" && year <= Number(joined.slice(0, 4))) continue;
    return year > (account.gifts.get(gift.id)?.year ?? 0) ? year : null;
  }
  return null;
}

/** Somebody tells a birthday, changes it, or takes it back. After a change the next gift is a year after the latest one. */
export function tellBirthday(account: RefAccount, born_on: string | null): void {
  if ((account.birthday?.born_on ?? null) === born_on) return;
  const had = [...account.gifts.values()].filter(({ kind }) => kind === "birthday").map(({ on }) => on);
  const latest = had.sort().at(-1);
  account.birthday = { born_on, not_before: latest === undefined ? null : plusMonths(latest, 12) };
}

/** Of what two accounts had the later counts. */
export function joinGifts(account: RefAccount, arriving: RefAccount["gifts"]): void {
  for (const [id, gift] of arriving) if (gift.year > (account.gifts.get(id)?.year ?? 0)) account.gifts.set(id, gift);
}
