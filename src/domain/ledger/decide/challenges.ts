import type { Basket } from "../../program/basket.ts";
import {
  calendarWindow,
  type Contribution,
  contributionOf,
  NO_CONTRIBUTION,
  type Span,
} from "../../program/challenge.ts";
import type { Challenge } from "../../program/challenge-rules.ts";
import { type CompiledChallenge, type CompiledProgram, givenLot } from "../../program/compile.ts";
import type { FrozenContext } from "../../program/earn.ts";
import { addSpan } from "../../time/calendar.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import {
  type ChallengeDone,
  type ChallengeStates,
  type ChallengeStep,
  type ChallengeWindow,
  type GivenBonus,
  isWithin,
  movedWindow,
  progressOf,
  tallyOf,
  inOrder,
  windowOf,
} from "../challenge.ts";
import type { SaleBooking } from "../command.ts";
import type { EntryDraft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import { isHeld, ISSUES_MAX, type IssuedReward, issueKey, type OpenIssue, openIssues } from "../issued.ts";
import { type MeterChange, tierMeter } from "../meter.ts";
import { type AccountState, unitState } from "../state.ts";
import { clawBack } from "./claw-back.ts";
import { issuedBonus, tierBonus } from "./bonus.ts";

/** What challenges add to a booking. */
export interface ChallengeMoves {
  readonly steps: readonly ChallengeStep[];
  readonly entries: readonly EntryDraft[];
  readonly issued: readonly IssuedReward[];
  /** Keys of issued rewards that are taken back. */
  readonly revoked: readonly string[];
  readonly meters: readonly MeterChange[];
}

export const NO_CHALLENGES: ChallengeMoves = { steps: [], entries: [], issued: [], revoked: [], meters: [] };

/** Different things of one window that are remembered. */
const VALUES_KEPT = 200;

type Windows = Readonly<Record<string, ChallengeWindow>>;

/** What a sale counts for, and the bonuses that it completes. */
export interface CountedBasket {
  readonly basket: Basket;
  readonly occurred_at_ms: number;
  /** The sale's day in the programme's zone. */
  readonly on: LocalDate;
}

/** Counts a sale for the challenges that ran for the member when it was; one that reaches its goal gives its bonus. */
export function countedChallenges(
  state: AccountState,
  program: CompiledProgram,
  frozen: FrozenContext,
  sale: CountedBasket,
  issued_before: number,
): ChallengeMoves {
  if (frozen.challenges === undefined) return NO_CHALLENGES;
  const open = new Set(frozen.challenges);
  return program.challenges
    .filter(({ challenge }) => open.has(challenge.id))
    .reduce(
      (moves, compiled) => joined(moves, countOne(state, program, compiled, sale, issued_before + moves.issued.length)),
      NO_CHALLENGES,
    );
}

function countOne(
  state: AccountState,
  program: CompiledProgram,
  compiled: CompiledChallenge,
  { basket, on, occurred_at_ms }: CountedBasket,
  issued_before: number,
): ChallengeMoves {
  const { challenge } = compiled;
  const adds = contributionOf(program, compiled, basket, on);
  if (adds.amount === 0 && adds.values.length === 0) return NO_CHALLENGES;
  const windows = state.challenges?.[tallyOf(challenge)] ?? {};
  const span = spanFor(challenge, windows, on);
  if (span === null) return NO_CHALLENGES;
  const window = windows[span.key];
  const step = stepOf(challenge, span, window, { on, ...asAdded(adds, window) });
  if (step.progress < challenge.goal || window?.done !== undefined) return { ...NO_CHALLENGES, steps: [step] };
  // Whoever has all the rewards that an account can have is given this one when there is room.
  const isFull = challenge.gives.kind === "reward" && openIssues(state).length + issued_before >= ISSUES_MAX;
  if (isFull) return { ...NO_CHALLENGES, steps: [step] };
  const { bonus, ...moves } = give(challenge, program, on, issued_before);
  const given: ChallengeDone = { at_ms: occurred_at_ms, goal: challenge.goal, bonus };
  return { ...NO_CHALLENGES, ...moves, steps: [{ ...step, given }] };
}

/** The window that a sale counts in; null when the challenge was done and cannot be done again. */
function spanFor(challenge: Challenge, windows: Windows, on: LocalDate): Span | null {
  const byCalendar = calendarWindow(challenge, on);
  if (byCalendar !== null || challenge.window.kind !== "days") return byCalendar;
  const { days, again } = challenge.window;
  const within = inOrder(windows).find(([, { from, until }]) => isWithin(on, from, until));
  if (within !== undefined) return { key: within[0], from: within[1].from, until: within[1].until };
  if (!again && Object.values(windows).some(({ done }) => done !== undefined)) return null;
  const end = addSpan(on, { days: days - 1 });
  const next = inOrder(windows).find(([, { from }]) => from !== null && from > on);
  if (next === undefined) return { key: on, from: on, until: end };
  // A sale that comes late may turn out to be the first one: then the window begins with it, if all that counted fits.
  if (next[1].last <= end) return { key: next[0], from: on, until: end };
  const until = addSpan(next[1].from ?? on, { days: -1 });
  return { key: on, from: on, until: until < end ? until : end };
}

type Change = Pick<ChallengeStep, "added" | "values">;

function asAdded({ amount, values }: Contribution, window: ChallengeWindow | undefined): Change {
  if (values.length === 0) return { added: amount };
  const seen = window?.seen ?? {};
  const room = VALUES_KEPT - Object.keys(seen).length;
  const known = values.filter((value) => seen[value] !== undefined);
  const others = values.filter((value) => seen[value] === undefined).slice(0, room);
  return { added: 0, values: Object.fromEntries([...known, ...others].map((value) => [value, 1])) };
}

/** How a return moves a window: a smaller basket may count for more again than a larger one did. */
function asReturned(before: Contribution, after: Contribution, window: ChallengeWindow | undefined): Change {
  const seen = window?.seen ?? {};
  const gone = before.values.filter((value) => !after.values.includes(value) && seen[value] !== undefined);
  const again = after.values.filter((value) => !before.values.includes(value));
  const added = after.amount - before.amount;
  if (gone.length === 0 && again.length === 0) return { added };
  const of = (values: readonly string[], sign: 1 | -1) => values.map((value): [string, 1 | -1] => [value, sign]);
  return { added, values: Object.fromEntries([...of(gone, -1), ...of(again, 1)]) };
}

function stepOf(
  challenge: Challenge,
  { key, from, until }: Span,
  window: ChallengeWindow | undefined,
  change: Pick<ChallengeStep, "added" | "values" | "on">,
): ChallengeStep {
  const before: ChallengeWindow = { ...(window ?? { last: change.on, counted: 0 }), from, until };
  const progress = progressOf(movedWindow(before, change));
  const { id, name, counts, goal } = challenge;
  return {
    challenge: id,
    tally: tallyOf(challenge),
    name,
    counts: counts.kind,
    window: key,
    from,
    until,
    ...change,
    goal,
    progress,
  };
}

interface Given extends Pick<ChallengeMoves, "entries" | "issued" | "meters"> {
  readonly bonus: GivenBonus;
}

function give(challenge: Challenge, program: CompiledProgram, on: LocalDate, issued_before: number): Given {
  const { gives, name: what, counts_for_tier } = challenge;
  if (gives.kind === "reward") {
    const issued = issuedBonus(program, gives, { origin: "challenge", on, what: { en: gives.reward } });
    const bonus = { kind: "reward", reward: gives.reward, issue: { seq: 0, index: issued_before } } as const;
    return { bonus, entries: [], issued: [issued], meters: [] };
  }
  const { unit, give: amount } = gives;
  const lot = givenLot(program, unit, on);
  const counted = tierBonus(program, { unit, amount, counts_for_tier }, on);
  return {
    bonus: { kind: "units", unit, amount, lot, ...(counted === null ? {} : { tier_month: counted.on }) },
    entries: [{ unit, lot, delta: amount, why: { code: "challenge", what } }],
    issued: [],
    meters: counted === null ? [] : [counted],
  };
}

/** The baskets between which a return moves a sale; null when nothing of it is kept. */
export interface KeptBaskets {
  readonly before: Basket;
  readonly after: Basket | null;
}

/**
 * Takes back what a sale had counted for and what is kept does not, by the sale's own rules. Where that leaves a window below
 * its goal the bonus goes too: units as other earnings do, a reward while it is unused.
 */
export function returnedChallenges(
  state: AccountState,
  sale: SaleBooking,
  program: CompiledProgram,
  baskets: KeptBaskets,
): ChallengeMoves {
  let moves = NO_CHALLENGES;
  let current = state;
  for (const counted of sale.challenges ?? []) {
    const compiled = program.challenges.find(({ challenge }) => challenge.id === counted.challenge);
    if (compiled === undefined) continue;
    const next = returnOne(current, sale, { program, compiled, counted }, baskets);
    moves = joined(moves, next);
    current = applyDrafts(current, next.entries);
  }
  return moves;
}

function joined(left: ChallengeMoves, right: ChallengeMoves): ChallengeMoves {
  return {
    steps: [...left.steps, ...right.steps],
    entries: [...left.entries, ...right.entries],
    issued: [...left.issued, ...right.issued],
    revoked: [...left.revoked, ...right.revoked],
    meters: [...left.meters, ...right.meters],
  };
}

interface CountedStep {
  readonly program: CompiledProgram;
  readonly compiled: CompiledChallenge;
  readonly counted: ChallengeStep;
}

function returnOne(
  state: AccountState,
  sale: SaleBooking,
  { program, compiled, counted }: CountedStep,
  { before, after }: KeptBaskets,
): ChallengeMoves {
  const { challenge } = compiled;
  const on = localDate(sale.sale.occurred_at_ms, program.document.timezone);
  const found = windowOf(state.challenges?.[tallyOf(challenge)] ?? {}, counted.window, on);
  const of = (basket: Basket | null) =>
    basket === null ? NO_CONTRIBUTION : least(contributionOf(program, compiled, basket, on), counted);
  const change = asReturned(of(before), of(after), found?.[1]);
  const moves = [change.added, ...Object.values(change.values ?? {})];
  // A window that is not there any more, for nothing was left in it, comes back with what counts again.
  if (!moves.some((move) => (found === null ? move > 0 : move !== 0))) return NO_CHALLENGES;
  const forgotten: ChallengeWindow = { from: counted.from, until: counted.until, last: on, counted: 0 };
  const [key, window] = found ?? [counted.window, forgotten];
  const { from, until, done } = window;
  const step = stepOf(challenge, { key, from, until }, window, { on, ...change });
  if (done === undefined || step.progress >= done.goal) return { ...NO_CHALLENGES, steps: [step] };
  return take(state, challenge, step, done, program);
}

/** A kept basket never counts for more than the whole sale did. */
function least({ amount, values }: Contribution, { added, values: own = {} }: ChallengeStep): Contribution {
  return { amount: Math.min(amount, Math.max(0, added)), values: values.filter((value) => own[value] !== undefined) };
}

function take(
  state: AccountState,
  { name: what }: Challenge,
  step: ChallengeStep,
  { bonus }: ChallengeDone,
  program: CompiledProgram,
): ChallengeMoves {
  if (bonus.kind === "reward") {
    const key = bonus.issue === null ? null : issueKey(bonus.issue);
    const issue = key === null ? undefined : state.issued?.[key];
    // A reward that was used, or is being used, stays the member's: the goal counts as reached.
    if (key === null || issue === undefined || isHeld(state, issue)) return { ...NO_CHALLENGES, steps: [step] };
    return { ...NO_CHALLENGES, revoked: [key], steps: [{ ...step, taken: { bonus, written_off: 0 } }] };
  }
  const { unit, amount, lot, tier_month } = bonus;
  const why = { code: "challenge_lost", what } as const;
  const policy = program.document.returns.spent_points;
  const { entries, missing } = clawBack(unitState(state, unit).lots, { unit, amount, why, own: [lot], policy });
  return {
    ...NO_CHALLENGES,
    entries,
    steps: [{ ...step, taken: { bonus, written_off: missing } }],
    meters: tier_month === undefined ? [] : [{ meter: tierMeter("points"), on: tier_month, amount: -amount }],
  };
}

/** Challenges as they go to another account: rewards they gave are named by their place among those that go along. */
export function handedOnChallenges(states: ChallengeStates, open: readonly OpenIssue[]): ChallengeStates {
  const place = ({ seq, index }: { readonly seq: number; readonly index: number }) => {
    const at = open.findIndex((issue) => issue.seq === seq && issue.index === index);
    return at < 0 ? null : { seq: 0, index: at };
  };
  const moved = (window: ChallengeWindow): ChallengeWindow => {
    const { done } = window;
    if (done === undefined || done.bonus.kind === "units" || done.bonus.issue === null) return window;
    return { ...window, done: { ...done, bonus: { ...done.bonus, issue: place(done.bonus.issue) } } };
  };
  const mapped = <Value, Next>(all: Readonly<Record<string, Value>>, map: (value: Value) => Next) =>
    Object.fromEntries(Object.entries(all).map(([key, value]) => [key, map(value)]));
  return mapped(states, (windows) => mapped(windows, moved));
}
