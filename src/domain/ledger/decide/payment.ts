import { type Basket, sumOf } from "../../program/basket.ts";
import { payableWithCredit } from "../../program/credit.ts";
import type { LocalDate } from "../../time/local-date.ts";
import type { Capture, EntryFact, HeldPart } from "../booking.ts";
import type { EntryDraft } from "../draft.ts";
import { captureEntries, releaseEntries } from "../due.ts";
import { sumParts } from "../lot.ts";
import type { OpenHold } from "../state.ts";
import { withGrace } from "./grace.ts";

/** Whether a hold, or what a sale made of it, pays instead of taking something off. */
export function isPayment({ effect }: Pick<Capture, "effect">): boolean {
  return effect.kind === "payment";
}

/** Cuts parts in two, in their order: those that make up `amount`, and the rest. */
export function cutParts(
  parts: readonly HeldPart[],
  amount: number,
): { readonly first: readonly HeldPart[]; readonly rest: readonly HeldPart[] } {
  const first: HeldPart[] = [];
  const rest: HeldPart[] = [];
  let left = amount;
  for (const { from, amount: whole } of parts) {
    const taken = Math.min(Math.max(0, left), whole);
    left -= taken;
    if (taken > 0) first.push({ from, amount: taken });
    if (whole > taken) rest.push({ from, amount: whole - taken });
  }
  return { first, rest };
}

/** A hold that pays, settled on a sale of which `payable` is open: what is too much is the member's again. */
export function settlePayment(
  hold: OpenHold,
  payable: number,
): { readonly capture: Capture; readonly entries: readonly EntryDraft[] } {
  const { seq, reward, what, unit } = hold;
  const { first, rest } = cutParts(hold.parts, payable);
  const effect = { ...hold.effect, final: true, pays: sumParts(first) };
  const entries = [
    ...captureEntries({ what, unit, parts: first }),
    ...releaseEntries({ what, unit, parts: rest }, "not_needed"),
  ];
  return { capture: { hold: seq, reward, what, unit, parts: first, effect }, entries };
}

/** What holds have paid of a sale. */
export function paidWithCredit(captures: readonly Capture[]): number {
  return sumOf(captures.map(({ effect }) => ({ amount: effect.pays ?? 0 })));
}

/** A basket of which some was paid with credit. */
export function withCredit(basket: Basket, paid: number, payable: number = payableWithCredit(basket)): Basket {
  return paid === 0 ? basket : { ...basket, credit: { paid, of: payable } };
}

/**
 * Entries that give credit back when what a sale keeps paid goes from one amount to another. What was spent last comes back
 * first, to the lots it came from, with their old dates and a minimum of time to spend it.
 */
export function refundEntries(
  payments: readonly Pick<Capture, "unit" | "what" | "parts">[],
  { before, after, today }: { readonly before: number; readonly after: number; readonly today: LocalDate },
): EntryDraft[] {
  const paid = payments.flatMap(({ unit, what, parts }) =>
    parts.map((part) => ({ unit, ...part, why: { code: "refunded", what } as const })),
  );
  return partsBack(paid, { before, after, today });
}

interface PaidPart extends HeldPart {
  readonly unit: string;
  readonly why: EntryFact;
}

/** Entries that give back what of some parts goes on being spent when that falls from one amount to another. */
export function partsBack(
  parts: readonly PaidPart[],
  { before, after, today }: { readonly before: number; readonly after: number; readonly today: LocalDate },
): EntryDraft[] {
  const entries: EntryDraft[] = [];
  let start = 0;
  for (const { unit, from, amount, why } of parts) {
    const delta = Math.min(before, start + amount) - Math.max(after, start);
    start += amount;
    if (delta > 0) entries.push({ unit, lot: withGrace(from, today), delta, why });
  }
  return entries;
}
