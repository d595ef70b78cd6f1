import type { LocalizedText } from "../program/document-parts.ts";
import type { Challenge } from "../program/challenge-rules.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { LotKey } from "./lot.ts";

/** An issued reward by the booking that issued it and its place there; sequence 0 is the booking in which this is said. */
export interface IssuePlace {
  readonly seq: number;
  readonly index: number;
}

/** What a challenge gave when its goal was reached. */
export type GivenBonus =
  | {
      readonly kind: "units";
      readonly unit: string;
      readonly amount: number;
      readonly lot: LotKey;
      /** The month ("YYYY-MM") in which it counts for the level; absent when it does not. */
      readonly tier_month?: string;
    }
  | { readonly kind: "reward"; readonly reward: string; readonly issue: IssuePlace | null };

/** A goal that was reached. */
export interface ChallengeDone {
  /** When the sale was that reached it. */
  readonly at_ms: number;
  readonly goal: number;
  readonly bonus: GivenBonus;
}

/** What a member has done of a challenge in one window. */
export interface ChallengeWindow {
  readonly from: LocalDate | null;
  readonly until: LocalDate | null;
  /** The latest day on which something counted. */
  readonly last: LocalDate;
  readonly counted: number;
  /** Different things and in how many sales each is; absent where amounts count. */
  readonly seen?: Readonly<Record<string, number>>;
  readonly done?: ChallengeDone;
}

/** By challenge and what it counts ({@link tallyOf}), then by window. */
export type ChallengeStates = Readonly<Record<string, Readonly<Record<string, ChallengeWindow>>>>;

/** How a booking moved a challenge, and what came or went with it. */
export interface ChallengeStep {
  readonly challenge: string;
  /** What it is stored under. */
  readonly tally: string;
  readonly name: LocalizedText;
  readonly counts: Challenge["counts"]["kind"];
  /** What the window is stored under, and its first and last day. */
  readonly window: string;
  readonly from: LocalDate | null;
  readonly until: LocalDate | null;
  /** The day of the sale. */
  readonly on: LocalDate;
  readonly added: number;
  /** Different things that came (1) or went (-1); absent where amounts count. */
  readonly values?: Readonly<Record<string, 1 | -1>>;
  readonly goal: number;
  /** Where the member stands after this. */
  readonly progress: number;
  readonly given?: ChallengeDone;
  /** What a return took back, and units of it that had been spent; absent when it took nothing. */
  readonly taken?: { readonly bonus: GivenBonus; readonly written_off: number };
}

/** Windows of one challenge that are kept; a return of a sale in an older one takes no bonus back. */
const WINDOWS_KEPT = 6;

/** A challenge that comes to count something else begins anew: visits and euros do not add up. */
export function tallyOf({ id, counts }: Pick<Challenge, "id" | "counts">): string {
  return counts.kind === "distinct" ? `${id}:${counts.of}` : `${id}:${counts.kind}`;
}

export function progressOf({ counted, seen }: Pick<ChallengeWindow, "counted" | "seen">): number {
  return seen === undefined ? counted : Object.keys(seen).length;
}

/** Moves a window by what a sale added, or a return took. */
export function movedWindow(window: ChallengeWindow, step: Pick<ChallengeStep, "added" | "values" | "on">) {
  const { added, values, on } = step;
  const seen = values === undefined && window.seen === undefined ? {} : { seen: movedValues(window.seen, values) };
  return {
    ...window,
    last: on > window.last ? on : window.last,
    counted: Math.max(0, window.counted + added),
    ...seen,
  };
}

function movedValues(
  seen: Readonly<Record<string, number>> = {},
  values: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const all = { ...seen };
  for (const [value, change] of Object.entries(values)) all[value] = (all[value] ?? 0) + change;
  return Object.fromEntries(Object.entries(all).filter(([, sales]) => sales > 0));
}

/** The challenges after a booking. A window in which nothing is left is forgotten, and so are the oldest of many. */
export function applySteps(states: ChallengeStates, steps: readonly ChallengeStep[], seq: number): ChallengeStates {
  return steps.reduce((all, step) => {
    const { tally, window: key, from, until, on, given, taken } = step;
    const { [key]: before = { from, until, last: on, counted: 0 }, ...others } = all[tally] ?? {};
    const { done, ...moved } = movedWindow({ ...before, from, until }, step);
    const kept = taken === undefined ? done : undefined;
    const reached = given === undefined ? kept : issuedIn(given, seq);
    const isLeft = progressOf(moved) > 0 || reached !== undefined;
    const after = reached === undefined ? moved : { ...moved, done: reached };
    return { ...all, [tally]: latest(isLeft ? { ...others, [key]: after } : others) };
  }, states);
}

function latest(windows: Readonly<Record<string, ChallengeWindow>>): Readonly<Record<string, ChallengeWindow>> {
  if (Object.keys(windows).length <= WINDOWS_KEPT) return windows;
  return Object.fromEntries(inOrder(windows).slice(-WINDOWS_KEPT));
}

/**
 * Windows by their first day, then by what they are stored under. Periods of another length may overlap after the programme changed, and
 * an object lists keys such as "2026" before others whatever came first.
 */
export function inOrder(
  windows: Readonly<Record<string, ChallengeWindow>>,
): readonly (readonly [key: string, window: ChallengeWindow])[] {
  const place = ([key, { from }]: readonly [string, ChallengeWindow]) => `${from ?? ""} ${key}`;
  return Object.entries(windows).toSorted((left, right) => (place(left) < place(right) ? -1 : 1));
}

function issuedIn(done: ChallengeDone, seq: number): ChallengeDone {
  const { bonus } = done;
  if (bonus.kind === "units" || bonus.issue?.seq !== 0) return done;
  return { ...done, bonus: { ...bonus, issue: { ...bonus.issue, seq } } };
}

/** The window that a day falls in: the one it was stored under, or one whose days it is among. */
export function windowOf(
  windows: Readonly<Record<string, ChallengeWindow>>,
  key: string,
  on: LocalDate,
): readonly [key: string, window: ChallengeWindow] | null {
  const own = windows[key];
  if (own !== undefined) return [key, own];
  return inOrder(windows).find(([, { from, until }]) => isWithin(on, from, until)) ?? null;
}

export function isWithin(on: LocalDate, from: LocalDate | null, until: LocalDate | null): boolean {
  return (from === null || from <= on) && (until === null || on <= until);
}

/**
 * Adds what another account had done: what both did in one window, or in windows that overlap, counts together. A goal that
 * both had reached stays reached once; what each was given stays theirs.
 */
export function joinChallenges(states: ChallengeStates, arriving: ChallengeStates, seq: number): ChallengeStates {
  let all = states;
  for (const [tally, windows] of Object.entries(arriving)) {
    for (const [key, window] of inOrder(windows)) {
      all = { ...all, [tally]: latest(joinWindow(all[tally] ?? {}, key, window, seq)) };
    }
  }
  return all;
}

function joinWindow(
  windows: Readonly<Record<string, ChallengeWindow>>,
  key: string,
  arriving: ChallengeWindow,
  seq: number,
): Readonly<Record<string, ChallengeWindow>> {
  const done = arriving.done === undefined ? undefined : issuedIn(arriving.done, seq);
  const found = overlapping(windows, key, arriving);
  if (found === null) return { ...windows, [key]: { ...arriving, ...(done === undefined ? {} : { done }) } };
  const [at, own] = found;
  const reached = own.done ?? done;
  const seen = joinedSeen(own.seen, arriving.seen);
  return {
    ...windows,
    [at]: {
      from: own.from === null || arriving.from === null ? null : least(own.from, arriving.from),
      until: own.until === null || arriving.until === null ? null : most(own.until, arriving.until),
      last: most(own.last, arriving.last),
      counted: own.counted + arriving.counted,
      ...(seen === undefined ? {} : { seen }),
      ...(reached === undefined ? {} : { done: reached }),
    },
  };
}

function overlapping(
  windows: Readonly<Record<string, ChallengeWindow>>,
  key: string,
  { from, until }: ChallengeWindow,
): readonly [string, ChallengeWindow] | null {
  const own = windows[key];
  if (own !== undefined) return [key, own];
  const touches = (other: ChallengeWindow) =>
    (until === null || other.from === null || other.from <= until) &&
    (from === null || other.until === null || from <= other.until);
  return inOrder(windows).find(([, other]) => touches(other)) ?? null;
}

function joinedSeen(left: ChallengeWindow["seen"], right: ChallengeWindow["seen"]): ChallengeWindow["seen"] {
  if (left === undefined || right === undefined) return left ?? right;
  const all = { ...left };
  for (const [value, sales] of Object.entries(right)) all[value] = (all[value] ?? 0) + sales;
  return all;
}

function least(left: LocalDate, right: LocalDate): LocalDate {
  return left < right ? left : right;
}

function most(left: LocalDate, right: LocalDate): LocalDate {
  return left > right ? left : right;
}
