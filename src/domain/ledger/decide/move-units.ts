import type { UnitOutcome } from "../../program/earn.ts";
import type { ClawedBack, EntryFact, HeldPart } from "../booking.ts";
import { DEBT_LOT } from "../debt.ts";
import type { EntryDraft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import { type LotKey, PLAIN_LOT, sameLot, sumParts } from "../lot.ts";
import { type AccountState, unitState } from "../state.ts";
import { clawBack, type SpentPolicy } from "./claw-back.ts";

/** What a difference is taken from. */
export interface Around {
  readonly before: readonly UnitOutcome[];
  /** What this return restores; it may be taken again. */
  readonly back: readonly EntryDraft[];
  readonly own: readonly LotKey[];
  /** What becomes of units that were already spent. */
  readonly policy: SpentPolicy;
  /** How far earlier returns have come; null when they took none. */
  readonly earlier: ClawedBack | null;
  /** What of the units that they wrote off is asked again. */
  readonly again: number;
}

/** How a return moves one unit that its sale had earned. */
export interface Moved {
  readonly entries: readonly EntryDraft[];
  readonly clawed: ClawedBack;
}

/**
 * Takes the difference back: pending first, then the sale's own lots, then the others in spend order, those included that
 * this return restores, but never what was paid for with money. What is not there any more is written off. Where a smaller
 * basket earns more than a larger one did, what was written off is no longer wanted, and then what was taken last goes back.
 */
export function moveUnits(state: AccountState, outcome: UnitOutcome, around: Around): Moved {
  const { before, back, own, policy, earlier, again } = around;
  const { unit, fact } = outcome;
  const why = { code: "returned", kept: fact } as const;
  const difference = amountOf(before, unit) - outcome.amount;
  const short = earlier?.written_off ?? 0;
  const forgiven = Math.min(Math.max(0, -difference), short);
  const asked = Math.min(again, short - forgiven);
  const restored = applyDrafts(state, back);
  const undone = giveAgain(restored, Math.max(0, -difference) - forgiven, {
    parts: earlier?.parts ?? [],
    own,
    why,
    unit,
  });
  const { lots } = unitState(restored, unit);
  const { entries, missing } = clawBack(lots, { unit, amount: Math.max(0, difference) + asked, why, own, policy });
  const written_off = short - forgiven - asked + missing;
  const clawed = { of: "earned", unit, written_off, parts: undone.parts } as const;
  return { entries: [...undone.entries, ...entries], clawed: withParts(clawed, entries) };
}

/** How far returns have come when these entries took some of the same unit, for whatever reason it had been given. */
export function withParts(clawed: ClawedBack, entries: readonly EntryDraft[]): ClawedBack {
  if (clawed.of !== "earned") return clawed;
  const taken = entries.filter(({ unit, delta }) => unit === clawed.unit && delta < 0);
  const parts = taken.map(({ lot, delta }) => ({ from: lot, amount: -delta }));
  return { ...clawed, parts: parts.reduce(withPart, clawed.parts ?? []) };
}

function amountOf(outcomes: readonly UnitOutcome[], unit: string): number {
  return outcomes.find((outcome) => outcome.unit === unit)?.amount ?? 0;
}

interface Undoing {
  readonly unit: string;
  readonly parts: readonly HeldPart[];
  readonly own: readonly LotKey[];
  readonly why: EntryFact;
}

/** Gives units back to the lots from which earlier returns took them, the last one first; what was owed is owed no more. */
function giveAgain(
  state: AccountState,
  amount: number,
  { unit, parts, own, why }: Undoing,
): { readonly entries: readonly EntryDraft[]; readonly parts: readonly HeldPart[] } {
  const left = [...parts];
  const entries: EntryDraft[] = [];
  let open = amount;
  let owed = -sumParts(unitState(state, unit).lots.filter((lot) => lot.class === "debt"));
  while (open > 0) {
    const last = left.pop();
    const part = last === undefined ? open : Math.min(open, last.amount);
    const debt = last?.from.class === "debt" ? Math.min(part, owed) : 0;
    owed -= debt;
    open -= part;
    const lot = last === undefined || last.from.class === "debt" ? (own[0] ?? PLAIN_LOT) : last.from;
    entries.push({ unit, lot: DEBT_LOT, delta: debt, why }, { unit, lot, delta: part - debt, why });
    if (last !== undefined && last.amount > part) left.push({ ...last, amount: last.amount - part });
  }
  return { entries: entries.filter(({ delta }) => delta !== 0), parts: left };
}

function withPart(parts: readonly HeldPart[], next: HeldPart): readonly HeldPart[] {
  const last = parts.at(-1);
  if (last === undefined || !sameLot(last.from, next.from)) return [...parts, next];
  return [...parts.slice(0, -1), { ...last, amount: last.amount + next.amount }];
}
