import { type CompiledProgram, policyOf } from "../../program/compile.ts";
import { celebratedOn, type GiftDays } from "../../program/dated-gift.ts";
import type { DatedGift } from "../../program/dated-gift-rules.ts";
import { lotOn } from "../../program/lot-policy.ts";
import { isInSegment } from "../../program/promotion.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import { applyGifts, GIFT_PLACE, type GiftDay, type GivenGift, joinedOn } from "../dated-gift.ts";
import { debtPayments } from "../debt.ts";
import type { EntryDraft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import { issueKey, ISSUES_MAX, type OpenIssue, openIssues } from "../issued.ts";
import { levelAt } from "../level.ts";
import { applyMeters } from "../meter.ts";
import type { AccountState } from "../state.ts";
import { issuedBonus, tierBonus } from "./bonus.ts";

/** Dated gifts that a member can have now and has not had this year. */
export interface DueGifts {
  readonly gifts: readonly GivenGift[];
  readonly entries: readonly EntryDraft[];
}

const NONE: DueGifts = { gifts: [], entries: [] };

/** What decides which gifts are due, besides the account and the rules. */
export interface GiftMoment {
  readonly now_ms: number;
  readonly gift_day: GiftDay | null;
}

/**
 * The gifts that the next booking brings along. Evaluated with every read and command that carries rules, so that no scan
 * has to look for birthdays; one that nobody comes for in its window is not given.
 */
export function dueGifts(state: AccountState, program: CompiledProgram, { now_ms, gift_day }: GiftMoment): DueGifts {
  const all = program.document.dated_gifts;
  if (all.length === 0 || state.account_kind !== "member" || state.tombstone !== null) return NONE;
  const { timezone } = program.document;
  const today = localDate(now_ms, timezone);
  const days = { today, joined_on: joinedOn(state, timezone), born_on: gift_day?.born_on ?? null };
  const due = all.flatMap((gift) => {
    const year = yearOf(state, gift, days, gift_day);
    return year === null || !isFor(gift, state, program, now_ms) ? [] : [give(program, gift, year, today)];
  });
  const room = Math.max(0, ISSUES_MAX - openIssues(state).length);
  const rewards = due.filter(({ gift }) => gift.issued !== undefined).slice(0, room);
  const given = due.filter((one) => one.gift.issued === undefined || rewards.includes(one));
  const entries = given.flatMap((one) => one.entries);
  const paid = entries.length === 0 ? [] : debtPayments(applyDrafts(state, entries));
  return { gifts: given.map(({ gift }) => gift), entries: [...entries, ...paid] };
}

/** The year for which a gift is due; null when it is not, or was given for that year. */
function yearOf(state: AccountState, gift: DatedGift, days: GiftDays, gift_day: GiftDay | null): number | null {
  const on = celebratedOn(gift, days);
  if (on === null) return null;
  const not_before = gift.on.kind === "birthday" ? (gift_day?.not_before ?? null) : null;
  if (not_before !== null && days.today < not_before) return null;
  const year = Number(on.slice(0, 4));
  return year > (state.dated_gifts?.[gift.id]?.year ?? 0) ? year : null;
}

/** Whether the gift is for this member just now; who comes to be among them within its window has it then. */
function isFor({ segment }: DatedGift, state: AccountState, program: CompiledProgram, now_ms: number): boolean {
  if (segment === undefined) return true;
  return isInSegment(segment, {
    occurred_at_ms: now_ms,
    tier: levelAt(state, program, now_ms)?.id ?? null,
    member_since_ms: state.opened_at_ms,
    seen_at_ms: state.last_sale_at_ms ?? null,
  });
}

function give(
  program: CompiledProgram,
  { id, name: what, on, gives, counts_for_tier }: DatedGift,
  year: number,
  today: LocalDate,
): { readonly gift: GivenGift; readonly entries: readonly EntryDraft[] } {
  const gift = { gift: id, kind: on.kind, what, year, on: today };
  if (gives.kind === "reward") {
    const issued = issuedBonus(program, gives, { origin: "dated", on: today, what });
    return { gift: { ...gift, issued }, entries: [] };
  }
  const { unit, give: amount } = gives;
  const lot = { ...lotOn({ ...policyOf(program, unit), pending_days: 0 }, today), class: "granted" } as const;
  const counted = tierBonus(program, { unit, amount, counts_for_tier }, today);
  const meters = counted === null ? {} : { meters: [counted] };
  return { gift: { ...gift, ...meters }, entries: [{ unit, lot, delta: amount, why: { code: "dated_gift", what } }] };
}

/** The account as a read shows it: what the next booking brings along is the member's already. */
export function withGifts(
  state: AccountState,
  { gifts, entries }: DueGifts,
  program: number,
  now_ms: number,
): AccountState {
  if (gifts.length === 0) return state;
  const seq = state.seq + 1;
  const issued = gifts.flatMap(({ issued: reward }, index): OpenIssue[] =>
    reward === undefined ? [] : [{ ...reward, seq, index: GIFT_PLACE + index, issued_at_ms: now_ms, program }],
  );
  const meters = gifts.flatMap((gift) => gift.meters ?? []);
  return {
    ...applyDrafts(state, entries),
    dated_gifts: applyGifts(state.dated_gifts, gifts),
    ...(issued.length === 0
      ? {}
      : { issued: { ...state.issued, ...Object.fromEntries(issued.map((one) => [issueKey(one), one])) } }),
    ...(meters.length === 0 ? {} : { meters: applyMeters(state.meters ?? {}, meters) }),
  };
}
