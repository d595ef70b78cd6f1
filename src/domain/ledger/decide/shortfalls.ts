import type { ClawedBack, ReturnEvent } from "../booking.ts";
import type { EntryDraft } from "../draft.ts";
import type { SpentPolicy } from "./claw-back.ts";

type Kind = ClawedBack["of"];

/**
 * What earlier returns of a sale wanted and could not have, and how much of it a return asks again: no more than it gives
 * back itself. What the member came by otherwise in the meantime is not asked for what was written off.
 */
export class Shortfalls {
  readonly #earlier: readonly ClawedBack[];
  readonly #given: Map<string, number>;
  readonly #paid: Map<string, number>;

  /** @param back what the return gives back */
  constructor(previous: ReturnEvent | null, back: readonly EntryDraft[], policy: SpentPolicy) {
    this.#earlier = previous?.clawed ?? [];
    this.#paid = sums(back.filter(({ lot }) => lot.class === "paid"));
    // Where only waiting units are taken back, what is free stays the member's.
    this.#given =
      policy === "pending_only" ? new Map<string, number>() : sums(back.filter(({ lot }) => lot.class !== "paid"));
  }

  /** How far earlier returns have come; null when they never wanted any of it. */
  earlier(of: Kind, unit: string): ClawedBack | null {
    return this.#earlier.find((one) => one.of === of && one.unit === unit) ?? null;
  }

  standing(of: Kind): readonly ClawedBack[] {
    return this.#earlier.filter((one) => one.of === of);
  }

  /** How much of what was written off is asked again; what was paid for with money answers only for what was bought. */
  again(of: Kind, unit: string): number {
    const wanted = this.earlier(of, unit)?.written_off ?? 0;
    const paid = of === "bought" ? draw(this.#paid, unit, wanted) : 0;
    return paid + draw(this.#given, unit, wanted - paid);
  }

  /** What goes back because a smaller basket earns it again answers for what else was written off. */
  gave(entries: readonly EntryDraft[]): void {
    const again = entries.filter(({ lot, delta }) => delta > 0 && lot.class !== "debt");
    for (const { unit, delta } of again) this.#given.set(unit, (this.#given.get(unit) ?? 0) + delta);
  }

  /** How far the returns have come when so much was asked again, and so much of everything asked was not there. */
  after(of: Kind, unit: string, again: number, missing: number): ClawedBack {
    return { of, unit, written_off: (this.earlier(of, unit)?.written_off ?? 0) - again + missing };
  }
}

/** What a return wrote off, by unit: more than those before it, or less where it gives something back that answers for it. */
export function writtenOff(
  clawed: readonly ClawedBack[],
  previous: Pick<ReturnEvent, "clawed"> | null,
): ReturnEvent["written_off"] {
  const earlier = previous?.clawed ?? [];
  const of = (all: readonly ClawedBack[], unit: string) =>
    all.reduce((sum, one) => (one.unit === unit && one.of !== "challenge" ? sum + one.written_off : sum), 0);
  const units = [...new Set([...clawed, ...earlier].map(({ unit }) => unit))];
  return units
    .map((unit) => ({ unit, amount: of(clawed, unit) - of(earlier, unit) }))
    .filter(({ amount }) => amount !== 0);
}

function sums(entries: readonly EntryDraft[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { unit, delta } of entries) all.set(unit, (all.get(unit) ?? 0) + delta);
  return all;
}

function draw(from: Map<string, number>, unit: string, wanted: number): number {
  const there = from.get(unit) ?? 0;
  const drawn = Math.min(wanted, there);
  from.set(unit, there - drawn);
  return drawn;
}
