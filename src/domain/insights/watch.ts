import type { OpeningHours } from "../tenancy/config.ts";
import { accountKindOf } from "../tenancy/account-id.ts";
import { isAboutOpen } from "../time/opening.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { ActivityFacts, ActivityType } from "./activity.ts";

/** What a merchant finds usual; more than that is flagged for a person to look at. Null never flags. */
export interface WatchLimits {
  /** Uses of one card on one day: sales, redemptions by themselves, receipts claimed, paper cards taken in. */
  readonly card_uses_max: number | null;
  /** Redemptions by one cashier on one day for members who bought nothing there that day. */
  readonly lone_redemptions_max: number | null;
  /** Times on one day that a cashier serves their own card. */
  readonly own_card_uses_max: number | null;
  /** Minutes before opening and after closing in which a shop is still at work. */
  readonly outside_hours_minutes: number | null;
}

export const WATCH_DEFAULTS: WatchLimits = {
  card_uses_max: 5,
  lone_redemptions_max: 3,
  own_card_uses_max: 0,
  outside_hours_minutes: 60,
};

export const WATCH_RULES = ["card_used_often", "redeemed_without_sale", "own_card_used", "outside_hours"] as const;
export type WatchRule = (typeof WATCH_RULES)[number];

/** What the rules know of a merchant. Absent parts are not looked at. */
export interface WatchSettings {
  readonly limits: WatchLimits;
  /** Zone and opening hours by location. */
  readonly shops: Readonly<
    Record<string, { readonly timezone: string; readonly opening_hours: readonly OpeningHours[] }>
  >;
  /** The account of each cashier's own card, by staff id. */
  readonly own_cards: Readonly<Record<string, string>>;
}

/** A projected booking as the rules look at it. */
export interface Watched {
  readonly account: string;
  readonly type: ActivityType;
  readonly at_ms: number;
  readonly location: string | null;
  readonly day: LocalDate;
  readonly facts: ActivityFacts;
}

/** A day's bookings are judged when they arrive; older ones are history: a till's queue is a week at most. */
const JUDGED_BACK_MS = 8 * 24 * 3_600_000;

/** Whether a booking is recent enough to be judged. A rebuild of years must not flag what nobody can look into. */
export function isJudged({ at_ms, facts }: Pick<Watched, "at_ms" | "facts">, now_ms: number): boolean {
  return facts.backfilled !== true && (facts.occurred_at_ms ?? at_ms) > now_ms - JUDGED_BACK_MS;
}

/** Bookings that may be a use of the member's card. */
export const CARD_USES: readonly ActivityType[] = [
  "sale",
  "hold_captured",
  "offline_redemption",
  "absorbed",
  "opening",
];

/** Whether a booking is a use of the member's card. */
export function isCardUse({ account, type, facts }: Pick<Watched, "account" | "type" | "facts">): boolean {
  if (accountKindOf(account) !== "member") return false;
  if (type === "absorbed") return facts.other !== undefined && accountKindOf(facts.other) === "receipt";
  return type === "sale" || REDEMPTIONS.includes(type) || (type === "opening" && facts.paper_card !== undefined);
}

/** Redemptions by themselves; what a sale redeems is the sale's. */
export const REDEMPTIONS: readonly ActivityType[] = ["hold_captured", "offline_redemption"];

/** What people do with a card at a till; keeping the books is none of it. */
const AT_A_TILL: readonly ActivityType[] = [
  "sale",
  "hold_captured",
  "offline_redemption",
  "action",
  "gift",
  "issued",
  "adjustment",
];

/** The rules that a booking by itself gives reason to ask, each with what it looks at. */
export function subjectsOf(
  row: Watched,
  { limits, shops, own_cards }: WatchSettings,
  holderOf: (account: string) => string,
): { readonly rule: WatchRule; readonly subject: string }[] {
  const { account, type, location, day, facts } = row;
  const found: { rule: WatchRule; subject: string }[] = [];
  if (limits.card_uses_max !== null && isCardUse(row)) {
    found.push({ rule: "card_used_often", subject: `${account}|${day}` });
  }
  if (location === null || !AT_A_TILL.includes(type)) return found;
  if (limits.lone_redemptions_max !== null && REDEMPTIONS.includes(type)) {
    found.push({ rule: "redeemed_without_sale", subject: `${facts.staff ?? facts.till ?? location}|${day}` });
  }
  const own = facts.staff === undefined ? undefined : own_cards[facts.staff];
  if (limits.own_card_uses_max !== null && own !== undefined && holderOf(own) === account) {
    found.push({ rule: "own_card_used", subject: `${facts.staff}|${day}` });
  }
  const shop = shops[location];
  if (limits.outside_hours_minutes === null || shop === undefined) return found;
  const at_ms = facts.occurred_at_ms ?? row.at_ms;
  if (!isAboutOpen(at_ms, shop.timezone, shop.opening_hours, limits.outside_hours_minutes)) {
    found.push({ rule: "outside_hours", subject: `${location}|${day}` });
  }
  return found;
}

/** How many pieces of evidence are still usual: more than that is a finding. Null when the rule is off. */
export function usualOf(rule: WatchRule, limits: WatchLimits): number | null {
  switch (rule) {
    case "card_used_often":
      return limits.card_uses_max;
    case "redeemed_without_sale":
      return limits.lone_redemptions_max;
    case "own_card_used":
      return limits.own_card_uses_max;
    case "outside_hours":
      return limits.outside_hours_minutes === null ? null : 0;
  }
}
