import { assertNever } from "../invariant.ts";
import { addSpan, endOfMonth, monthOf, startOfWeek } from "../time/calendar.ts";
import type { LocalDate } from "../time/local-date.ts";
import { type Basket, type BasketLine, eligibleAmount, eligibleLines, wholeUnits, withoutTax } from "./basket.ts";
import type { CompiledChallenge, CompiledProgram } from "./compile.ts";
import type { Challenge } from "./challenge-rules.ts";
import { isInSegment, type PromotionMoment } from "./promotion.ts";

/** What a sale adds to a challenge: an amount, or different things. */
export interface Contribution {
  readonly amount: number;
  readonly values: readonly string[];
}

export const NO_CONTRIBUTION: Contribution = { amount: 0, values: [] };

/** Ids of the challenges that a sale counts for, apart from its basket: they run on its day and are for the member. */
export function openChallenges(program: CompiledProgram, moment: PromotionMoment): string[] {
  return program.challenges
    .filter(({ challenge }) => runsOn(challenge, moment.on) && isInSegment(challenge.segment, moment))
    .map(({ challenge }) => challenge.id);
}

export function runsOn({ from, until }: Challenge, on: LocalDate): boolean {
  return (from === undefined || from <= on) && (until === undefined || on <= until);
}

/** What a basket adds, on its day in the programme's zone. Pure: a return asks it again about what is kept. */
export function contributionOf(
  program: CompiledProgram,
  { challenge, only, except }: CompiledChallenge,
  basket: Basket,
  on: LocalDate,
): Contribution {
  const { earn_before_tax } = program.document;
  const counted = earn_before_tax === undefined ? basket : withoutTax(basket, earn_before_tax.default_rate);
  const lines = eligibleLines(counted, { only, except, exclude: program.exclude });
  const eligible = eligibleAmount(counted, lines);
  if (lines.length === 0 || eligible <= 0 || eligible < (challenge.minimum_spend ?? 0)) return NO_CONTRIBUTION;
  const { counts } = challenge;
  switch (counts.kind) {
    case "visits":
      return { amount: 1, values: [] };
    case "items":
      return { amount: wholeUnits(lines), values: [] };
    case "spend":
      return { amount: eligible, values: [] };
    case "distinct":
      return { amount: 0, values: [...new Set(valuesOf(counts, lines, on))] };
    default:
      return assertNever(counts, "what counts");
  }
}

function valuesOf(
  { of }: Extract<Challenge["counts"], { kind: "distinct" }>,
  lines: readonly BasketLine[],
  on: LocalDate,
): string[] {
  return of === "day" ? [on] : lines.flatMap((line) => line[of] ?? []);
}

/** A time within which a goal must be reached. */
export interface Span {
  /** What it is stored under. */
  readonly key: string;
  /** First and last local day; null without one. */
  readonly from: LocalDate | null;
  readonly until: LocalDate | null;
}

/** The window that a day falls in by the calendar alone; null where the first sale begins it. */
export function calendarWindow({ window, from, until }: Challenge, on: LocalDate): Span | null {
  switch (window.kind) {
    case "dates":
      return { key: "all", from: from ?? null, until: until ?? null };
    case "week": {
      const monday = startOfWeek(on);
      return { key: monday, from: monday, until: addSpan(monday, { days: 6 }) };
    }
    case "month":
      return { key: monthOf(on), from: `${monthOf(on)}-01`, until: endOfMonth(on) };
    case "year":
      return { key: on.slice(0, 4), from: `${on.slice(0, 4)}-01-01`, until: `${on.slice(0, 4)}-12-31` };
    case "days":
      return null;
    default:
      return assertNever(window, "window");
  }
}
