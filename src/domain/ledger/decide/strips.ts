import { type CompiledProgram, paidLot } from "../../program/compile.ts";
import type { BasketLine } from "../../program/basket.ts";
import type { Effect } from "../../program/effect.ts";
import { sells, stripEffect, stripsOn, stripUnit } from "../../program/strip.ts";
import type { AccountKind } from "../../tenancy/account-id.ts";
import type { LocalDate } from "../../time/local-date.ts";
import type { Capture, KeptSale, ReturnEvent, SaleFacts, SaleWarning, SoldStrips } from "../booking.ts";
import type { SaleBooking } from "../command.ts";
import type { EntryDraft } from "../draft.ts";
import { captureEntries, releaseEntries } from "../due.ts";
import { sumParts } from "../lot.ts";
import type { AccountState, OpenHold } from "../state.ts";
import { keptOf } from "./kept-sale.ts";
import { cutParts, partsBack } from "./payment.ts";
import { type TakenBack, takeBought, type TopUpReturn } from "./top-up.ts";

/** What a sale's lines of kind `strip_card` give. */
export interface DecidedStrips {
  readonly sold: readonly SoldStrips[];
  readonly entries: readonly EntryDraft[];
  readonly warnings: readonly SaleWarning[];
}

/** Decides what strip cards sold in a sale give: paid strips, to a member alone, as with a top-up. */
export function decideStrips(
  program: CompiledProgram,
  account_kind: AccountKind,
  {
    lines,
    isForeign,
    on,
  }: { readonly lines: readonly BasketLine[]; readonly isForeign: boolean; readonly on: LocalDate },
): DecidedStrips {
  const selling = lines.filter((line) => line.kind === "strip_card");
  if (selling.length === 0) return { sold: [], entries: [], warnings: [] };
  const blocked = account_kind !== "member" ? "no_member" : isForeign ? "foreign_currency" : null;
  if (blocked !== null) return { sold: [], entries: [], warnings: [{ code: "strips_not_credited", reason: blocked }] };
  const sold = soldStrips(program, selling, (line) => line.quantity_milli);
  const unknown = selling.some((line) => ![...program.strips.values()].some(({ card }) => sells(card, line)));
  const entries = sold.map(({ unit, what, count }): EntryDraft => ({
    unit,
    lot: paidLot(program, unit, on),
    delta: count,
    why: { code: "bought", what },
  }));
  return { sold, entries, warnings: unknown ? [{ code: "strips_not_credited", reason: "unknown_card" }] : [] };
}

function soldStrips(
  program: CompiledProgram,
  lines: readonly BasketLine[],
  quantity: (line: BasketLine) => number,
): SoldStrips[] {
  return [...program.strips.values()].flatMap(({ card }) => {
    const count = lines.reduce((sum, line) => (sells(card, line) ? sum + stripsOn(card, quantity(line)) : sum), 0);
    return count === 0 ? [] : [{ unit: stripUnit(card), what: card.name, count }];
  });
}

/** What is kept of the strips that a sale sold, card by card; null when it sold none. Amounts given back take no strips. */
export function keptStrips(
  program: CompiledProgram,
  { sale, strips }: SaleBooking,
  { kept, full }: { readonly kept: KeptSale; readonly full: boolean },
): readonly SoldStrips[] | null {
  if (strips === undefined) return null;
  const left = full ? [] : soldStrips(program, linesOf(sale), (line) => keptOf(line, kept).quantity_milli);
  return strips.map((sold) => {
    const count = left.find(({ unit }) => unit === sold.unit)?.count ?? 0;
    return { ...sold, count: Math.min(sold.count, count) };
  });
}

function linesOf({ lines }: SaleFacts): readonly BasketLine[] {
  return lines.filter((line) => line.kind === "strip_card");
}

/** Takes strips back whose card was returned; what was used stays used, and the shortfall follows the policy. */
export function takeStripsBack(
  state: AccountState,
  { unit, what, count }: SoldStrips,
  kept: number,
  { again, own, policy }: Pick<TopUpReturn, "own" | "policy"> & { readonly again: number },
): TakenBack {
  return takeBought(state, { unit, what, amount: count - kept + again, own, policy });
}

/** A hold of strips, settled on the lines of a sale: strips that found nothing to pay for are the member's again. */
export function settleStrips(
  program: CompiledProgram,
  hold: OpenHold,
  lines: readonly BasketLine[],
): { readonly capture: Capture; readonly entries: readonly EntryDraft[]; readonly fits: boolean } {
  const { seq, reward, what, unit, parts } = hold;
  const rules = program.strips.get(unit);
  const held = parts.reduce((sum, { amount }) => sum + amount, 0);
  const settled = hold.effect.final || rules === undefined ? null : stripEffect(rules, held, lines);
  const { first, rest } = cutParts(parts, settled?.taken ?? held);
  const effect = settled?.effect ?? { ...hold.effect, discount: hold.effect.discount ?? 0, final: true };
  const entries = [
    ...captureEntries({ what, unit, parts: first }),
    ...releaseEntries({ what, unit, parts: rest }, "not_needed"),
  ];
  const capture = { hold: seq, reward, what, unit, parts: first, effect };
  return { capture, entries, fits: hold.effect.final || settled !== null };
}

type StripsUse = NonNullable<ReturnEvent["paid_with_strips"]>[number];

/** Strips that paid for items of a sale, before and after a return. */
export interface StripsPaid {
  readonly entries: readonly EntryDraft[];
  /** What goes on paying, by hold; null when no strips paid. */
  readonly after: readonly StripsUse[] | null;
}

/**
 * Gives strips back whose items come back. On a line that was partly free, what is kept is free first; where the sale's lines
 * are not those that the strips were asked for, strips stay as long as the whole sale does.
 */
export function giveStripsBack(
  { sale, captures }: SaleBooking,
  previous: ReturnEvent | null,
  { kept, full }: { readonly kept: KeptSale; readonly full: boolean },
  today: LocalDate,
): StripsPaid {
  const paying = captures.filter(isStrips);
  if (paying.length === 0) return { entries: [], after: null };
  const after = paying.map(({ hold, parts, effect }) => {
    const count = full ? 0 : Math.min(sumParts(parts), stillFree(sale, effect, kept, sumParts(parts)));
    return { hold, count };
  });
  const entries = paying.flatMap(({ hold, unit, what, parts }) => {
    const before = previous?.paid_with_strips?.find((one) => one.hold === hold)?.count ?? sumParts(parts);
    const why = { code: "restored", what } as const;
    const left = after.find((one) => one.hold === hold)?.count ?? 0;
    return partsBack(
      parts.map((part) => ({ unit, ...part, why })),
      { before, after: left, today },
    );
  });
  return { entries, after };
}

/** Whether a redemption is of strips, which pay for items by the piece. */
export function isStrips({ effect }: Pick<Capture, "effect">): boolean {
  return effect.kind === "free_items";
}

/** How many of the items that were free are kept; all where that cannot be told. A part of an item counts as one. */
function stillFree(sale: SaleFacts, { free = [] }: Effect, kept: KeptSale, all: number): number {
  const lines = free.flatMap(({ line: id, count }) => {
    const line = sale.lines.find((one) => one.id === id);
    return line === undefined ? [] : [Math.min(count, Math.ceil(keptOf(line, kept).quantity_milli / 1000))];
  });
  return lines.length < free.length || free.length === 0 ? all : lines.reduce((sum, count) => sum + count, 0);
}
