import type { LocalizedText } from "../program/document-parts.ts";
import { addSpan } from "../time/calendar.ts";
import { type LocalDate, localDate } from "../time/local-date.ts";
import type { IssuedReward } from "./issued.ts";
import type { MeterChange } from "./meter.ts";
import type { AccountState } from "./state.ts";

/**
 * What an account may know of a birthday: the day and month, kept outside every booking, and gone with the person.
 */
export interface GiftDay {
  /** "MM-DD"; null when the member has told none, or has taken it back. */
  readonly born_on: string | null;
  /** The first day on which a birthday may be celebrated again after it was changed; null when it was not. */
  readonly not_before: LocalDate | null;
}

/** A dated gift that a booking gives. It says for which year, and not which day is celebrated: a birthday is nobody's business. */
export interface GivenGift {
  readonly gift: string;
  readonly kind: "birthday" | "joined" | "date";
  readonly what: LocalizedText;
  /** The year of the celebrated day. */
  readonly year: number;
  /** The local day on which it was given. */
  readonly on: LocalDate;
  /** The reward that it issues; absent when it gives units. */
  readonly issued?: IssuedReward;
  readonly meters?: readonly MeterChange[];
}

/** Which gift was given last, by gift. */
export type GivenGifts = Readonly<Record<string, Pick<GivenGift, "kind" | "year" | "on">>>;

/** Rewards of dated gifts have places of their own, so that what else a booking issues keeps its place. */
export const GIFT_PLACE = 512;

/** The gifts after a booking; at most one a year of each. */
export function applyGifts(given: GivenGifts | undefined, gifts: readonly GivenGift[]): GivenGifts {
  return gifts.reduce<GivenGifts>(
    (all, { gift, kind, year, on }) => ({ ...all, [gift]: { kind, year, on } }),
    given ?? {},
  );
}

/** What two accounts were given together: the later of each. */
export function joinGifts(given: GivenGifts | undefined, arriving: GivenGifts): GivenGifts {
  const own = given ?? {};
  const later = Object.entries(arriving).filter(([gift, { year }]) => year > (own[gift]?.year ?? 0));
  return { ...own, ...Object.fromEntries(later) };
}

/**
 * The gift day after a birthday was told, changed or taken back. After a change the next birthday gift is a year after the
 * latest one at the soonest, however the day moves.
 */
export function changedGiftDay(state: AccountState, known: GiftDay | null, born_on: string | null): GiftDay {
  if (known?.born_on === born_on) return known;
  const given = Object.values(state.dated_gifts ?? {}).flatMap(({ kind, on }) => (kind === "birthday" ? [on] : []));
  const latest = given.toSorted().at(-1);
  return { born_on, not_before: latest === undefined ? null : addSpan(latest, { months: 12 }) };
}

export function joinedOn({ opened_at_ms }: AccountState, timezone: string): LocalDate {
  return localDate(opened_at_ms, timezone);
}
