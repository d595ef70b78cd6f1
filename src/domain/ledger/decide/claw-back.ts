import type { ProgramDocument } from "../../program/document.ts";
import type { EntryFact } from "../booking.ts";
import { DEBT_LOT } from "../debt.ts";
import type { EntryDraft } from "../draft.ts";
import { type Lot, type LotKey, sumParts, takeFrom } from "../lot.ts";

/** What becomes of units that a return should take and that were spent. */
export type SpentPolicy = ProgramDocument["returns"]["spent_points"];

export interface ClawBack {
  readonly unit: string;
  readonly amount: number;
  readonly why: EntryFact;
  /** The lots that the units had gone to; they are taken first. */
  readonly own: readonly LotKey[];
  readonly policy: SpentPolicy;
}

/**
 * Takes units back: pending first, then the lots they had gone to, then the others in spend order. What is not there any
 * more is owed, or missing. What was paid for with money stays.
 */
export function clawBack(
  lots: readonly Lot[],
  { unit, amount, why, own, policy }: ClawBack,
): { readonly entries: readonly EntryDraft[]; readonly missing: number } {
  const order = clawbackOrder(lots, own).filter((lot) => policy !== "pending_only" || lot.bucket === "pending");
  const parts = takeFrom(order, amount);
  const entries = parts.map(({ key, amount: part }) => ({ unit, lot: key, delta: -part, why }));
  const missing = amount - sumParts(parts);
  if (policy !== "debt" || missing === 0) return { entries, missing };
  return { entries: [...entries, { unit, lot: DEBT_LOT, delta: -missing, why }], missing: 0 };
}

function clawbackOrder(lots: readonly Lot[], own: readonly LotKey[]): Lot[] {
  const isOwn = (lot: Lot) =>
    own.some(({ class: lotClass, expires_on }) => lot.class === lotClass && lot.expires_on === expires_on);
  const inOrder = (bucket: Lot["bucket"]) => {
    const all = lots.filter((lot) => lot.bucket === bucket && lot.class !== "paid");
    return [...all.filter(isOwn), ...all.filter((lot) => !isOwn(lot))];
  };
  return [...inOrder("pending"), ...inOrder("available")];
}
