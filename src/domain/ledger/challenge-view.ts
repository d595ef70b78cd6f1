import { calendarWindow, runsOn } from "../program/challenge.ts";
import type { Challenge } from "../program/challenge-rules.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { LocalizedText } from "../program/document-parts.ts";
import { isInSegment, type PromotionMoment } from "../program/promotion.ts";
import { tierLevel } from "../program/tier.ts";
import { monthOf } from "../time/calendar.ts";
import { type LocalDate, localDate } from "../time/local-date.ts";
import { type ChallengeWindow, inOrder, isWithin, progressOf, tallyOf } from "./challenge.ts";
import type { AccountState } from "./state.ts";

/** How far a member is with a challenge. */
export interface ChallengeView {
  readonly id: string;
  readonly name: LocalizedText;
  readonly counts: Challenge["counts"]["kind"];
  /** Never more than the goal. */
  readonly progress: number;
  /** Minor units where spending counts. */
  readonly goal: number;
  /** The last local day on which something counts; null without one, or before the first sale begins the time. */
  readonly ends_on: LocalDate | null;
  /** When the sale was that reached the goal; null while it is not reached. */
  readonly completed_at_ms: number | null;
}

/** The challenges that run today and are for the member, or that the member has begun. */
export function challengesOf(state: AccountState, program: CompiledProgram, at_ms: number): ChallengeView[] {
  if (program.challenges.length === 0) return [];
  const moment = momentOf(state, program, at_ms);
  return program.challenges.flatMap(({ challenge }) => {
    if (!runsOn(challenge, moment.on)) return [];
    const window = currentWindow(state, challenge, moment.on);
    if (window === null && !isInSegment(challenge.segment, moment)) return [];
    return [viewOf(challenge, window, moment.on)];
  });
}

function momentOf(state: AccountState, { document }: CompiledProgram, at_ms: number): PromotionMoment {
  const on = localDate(at_ms, document.timezone);
  const meters = state.meters ?? {};
  const tier = document.tiers === undefined ? null : tierLevel(document.tiers, meters, monthOf(on));
  return {
    occurred_at_ms: at_ms,
    zone: document.timezone,
    on,
    tier: tier?.id ?? null,
    member_since_ms: state.opened_at_ms,
    seen_at_ms: state.last_sale_at_ms ?? null,
    meters,
  };
}

/** The window of today; of a challenge that cannot be done again, the one in which it was done. */
function currentWindow(state: AccountState, challenge: Challenge, on: LocalDate): ChallengeWindow | null {
  const windows = state.challenges?.[tallyOf(challenge)] ?? {};
  const byCalendar = calendarWindow(challenge, on);
  if (byCalendar !== null) return windows[byCalendar.key] ?? null;
  const all = inOrder(windows).map(([, window]) => window);
  const today = all.find(({ from, until }) => isWithin(on, from, until)) ?? null;
  if (today !== null || (challenge.window.kind === "days" && challenge.window.again)) return today;
  return all.find(({ done }) => done !== undefined) ?? null;
}

function viewOf(challenge: Challenge, window: ChallengeWindow | null, on: LocalDate): ChallengeView {
  const { id, name, counts, goal } = challenge;
  const until = window === null ? (calendarWindow(challenge, on)?.until ?? null) : window.until;
  const last = challenge.until ?? null;
  const done = window?.done ?? null;
  return {
    id,
    name,
    counts: counts.kind,
    progress: done === null ? Math.min(goal, window === null ? 0 : progressOf(window)) : goal,
    goal,
    ends_on: until === null || (last !== null && last < until) ? last : until,
    completed_at_ms: done?.at_ms ?? null,
  };
}
