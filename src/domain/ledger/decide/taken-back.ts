import type { UnitOutcome } from "../../program/earn.ts";
import type { ClawedBack, ReturnEvent, SoldStrips } from "../booking.ts";
import type { SaleBooking } from "../command.ts";
import type { EntryDraft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import type { LotKey } from "../lot.ts";
import { type AccountState, unitState } from "../state.ts";
import type { ChallengeMoves } from "./challenges.ts";
import { clawBack, type SpentPolicy } from "./claw-back.ts";
import type { KeptMoney } from "./kept-money.ts";
import { moveUnits, withParts } from "./move-units.ts";
import type { Shortfalls } from "./shortfalls.ts";
import { takeStripsBack } from "./strips.ts";
import { type Less, takeTopUpBack } from "./top-up.ts";

/** What a return leaves of what a sale gave. */
export interface LeftOfSale {
  readonly sale: SaleBooking;
  readonly previous: ReturnEvent | null;
  readonly outcomes: readonly UnitOutcome[];
  readonly topped_up: KeptMoney["topped_up"];
  /** Null for a sale that sold none. */
  readonly strips: readonly SoldStrips[] | null;
  /** What this return gives back; it may be taken again. */
  readonly back: readonly EntryDraft[];
  readonly policy: SpentPolicy;
}

/** What a return takes, and how far all returns of the sale have come with it. */
export interface TakenUnits {
  readonly entries: readonly EntryDraft[];
  readonly clawed: readonly ClawedBack[];
}

/**
 * Takes back what a sale gave and the kept basket does not. Nobody gains or loses by returning bit by bit: every return goes
 * on where the one before it stopped. What a smaller basket earns again is first what could not be taken, then what was
 * taken last; and what was written off is asked again of what this return itself gives back.
 */
export function takeUnitsBack(state: AccountState, left: LeftOfSale, shortfalls: Shortfalls): TakenUnits {
  const { sale, previous, outcomes, back, policy } = left;
  const before = previous?.outcomes ?? sale.outcomes;
  const earned = outcomes.map((outcome) =>
    moveUnits(state, outcome, {
      before,
      back,
      own: ownLots(sale, outcome),
      policy,
      earlier: shortfalls.earlier("earned", outcome.unit),
      again: shortfalls.again("earned", outcome.unit),
    }),
  );
  for (const { entries } of earned) shortfalls.gave(entries);
  const after = applyDrafts(state, [...back, ...earned.flatMap(({ entries }) => entries)]);
  const stored = [...creditTaken(after, left, shortfalls), ...stripsTaken(after, left, shortfalls)];
  return {
    entries: [...earned, ...stored].flatMap(({ entries }) => entries),
    clawed: [...earned, ...stored].map(({ clawed }) => withParts(clawed, given(stored))),
  };
}

/** What was taken of what nobody had paid for. */
function given(taken: readonly Taken[]): EntryDraft[] {
  return taken.filter(({ clawed }) => clawed.of === "bonus").flatMap(({ entries }) => [...entries]);
}

interface Taken {
  readonly entries: readonly EntryDraft[];
  readonly clawed: ClawedBack;
}

function creditTaken(state: AccountState, { sale, topped_up, policy }: LeftOfSale, shortfalls: Shortfalls): Taken[] {
  if (topped_up === null) return [];
  const { before, after } = topped_up;
  const { unit } = before;
  const less = {
    bonus: lessOf(shortfalls, "bonus", unit, before.granted - after.granted),
    paid: lessOf(shortfalls, "bought", unit, before.paid - after.paid),
  };
  const { paid, bonus } = takeTopUpBack(state, { unit, ...less, own: boughtLots(sale, unit), policy });
  return [
    { entries: paid.entries, clawed: shortfalls.after("bought", unit, less.paid.again, paid.missing) },
    { entries: bonus.entries, clawed: shortfalls.after("bonus", unit, less.bonus.again, bonus.missing) },
  ];
}

function lessOf(shortfalls: Shortfalls, of: ClawedBack["of"], unit: string, less: number): Less {
  const short = shortfalls.earlier(of, unit)?.written_off ?? 0;
  const forgiven = Math.min(Math.max(0, -less), short);
  return { less, forgiven, again: Math.min(shortfalls.again(of, unit), short - forgiven) };
}

function stripsTaken(
  state: AccountState,
  { sale, previous, strips, policy }: LeftOfSale,
  shortfalls: Shortfalls,
): Taken[] {
  if (strips === null) return [];
  return (previous?.strips ?? sale.strips ?? []).map((before) => {
    const { unit } = before;
    const again = shortfalls.again("bought", unit);
    const after = strips.find((one) => one.unit === unit)?.count ?? 0;
    const { entries, missing } = takeStripsBack(state, before, after, { again, own: boughtLots(sale, unit), policy });
    return { entries, clawed: shortfalls.after("bought", unit, again, missing) };
  });
}

/** What challenges lose with a return, and what an earlier return of the same sale could not take of their bonuses. */
export function takeBonusesBack(
  state: AccountState,
  { steps }: Pick<ChallengeMoves, "steps">,
  policy: SpentPolicy,
  shortfalls: Shortfalls,
): TakenUnits {
  const lost = steps.flatMap(({ name, taken }) =>
    taken?.bonus.kind === "units" ? [{ unit: taken.bonus.unit, what: name, missing: taken.written_off }] : [],
  );
  const open = [...shortfalls.standing("challenge"), ...lost.map(({ unit, what }) => ({ unit, what }))];
  const units = new Map(open.map(({ unit, what }) => [unit, what ?? {}]));
  const taken = [...units].map(([unit, what]) => {
    const again = shortfalls.again("challenge", unit);
    const why = { code: "challenge_lost", what } as const;
    const asked = clawBack(unitState(state, unit).lots, { unit, amount: again, why, own: [], policy });
    const missing = lost.reduce((sum, one) => (one.unit === unit ? sum + one.missing : sum), asked.missing);
    return { entries: asked.entries, clawed: { ...shortfalls.after("challenge", unit, again, missing), what } };
  });
  return { entries: taken.flatMap(({ entries }) => entries), clawed: taken.map(({ clawed }) => clawed) };
}

/** The lots that a sale's own units went to. */
function ownLots(sale: SaleBooking, { unit }: UnitOutcome): LotKey[] {
  return sale.entries.filter((entry) => entry.unit === unit && EARNED.has(entry.why.code)).map((entry) => entry.lot);
}

/** The lots of a unit that what was bought in a sale went to, with its bonus. Lots of other units may look the same. */
function boughtLots({ entries }: SaleBooking, unit: string): LotKey[] {
  return entries
    .filter((entry) => entry.unit === unit && (entry.why.code === "bought" || entry.why.code === "bonus"))
    .map(({ lot }) => lot);
}

const EARNED: ReadonlySet<string> = new Set(["earned_spend", "earned_visit", "earned_units", "earned_with"]);
