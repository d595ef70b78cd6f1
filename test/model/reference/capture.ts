import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { CapturedHold, Pile, RefHold } from "./account.ts";
import { cut, payable } from "./credit.ts";
import { discountOf, floorDiv, sum } from "./rules.ts";
import { type FreeItems, stripsOff, stripUnit } from "./strips.ts";

/** A reservation that a sale uses up. */
export interface Captured {
  readonly hold: RefHold;
  /** What comes off by it, and what it pays. */
  readonly off: number;
  readonly pays: number;
  /** What is spent on it, and what is free again. */
  readonly spent: readonly Pile[];
  readonly free: readonly Pile[];
  /** Whether the basket has what it is for. */
  readonly fits: boolean;
  /** The items that strips pay for. */
  readonly items: readonly FreeItems[];
}

/** What a reservation does to a basket in the end. `before` is what credit has paid of it already. */
export function settled(
  hold: RefHold,
  command: SaleCommand,
  { lines, program, before }: { lines: readonly BasketLine[]; program: ProgramDocument; before: number },
): Captured {
  const whole = { hold, off: 0, pays: 0, spent: hold.piles, free: [], fits: true, items: hold.items };
  if (hold.for === "credit") {
    const open = command.currency === program.currency ? payable(lines, command.total) : 0;
    const { first, rest } = cut(hold.piles, open - before);
    return { ...whole, pays: sum(first.map(({ amount }) => amount)), spent: first, free: rest };
  }
  if (hold.for === "strips") {
    if (hold.final) return { ...whole, off: hold.off ?? 0 };
    const card = program.strip_cards.find((one) => stripUnit(one) === hold.unit);
    const held = sum(hold.piles.map(({ amount }) => amount));
    const off = card === undefined ? null : stripsOff(card, held, lines);
    if (off === null) return { ...whole, off: hold.off ?? 0, fits: false };
    const { first, rest } = cut(hold.piles, off.used);
    return { ...whole, off: off.off, spent: first, free: rest, items: off.items };
  }
  const off = offOf(hold, lines, command.total, program);
  return { ...whole, off: off ?? hold.off ?? 0, fits: off !== null };
}

/** What a reward takes off in the end; null when nothing in the basket fits it. */
function offOf(hold: RefHold, lines: readonly BasketLine[], total: number, program: ProgramDocument): number | null {
  if (hold.final) return hold.off;
  const reward = hold.reward === null ? undefined : program.rewards.find(({ id }) => id === hold.reward);
  if (reward !== undefined) {
    const discount = discountOf(reward.effect, lines, total);
    return discount.is === "none" ? null : discount.off;
  }
  if (hold.off !== null) return hold.off;
  const left = Math.max(0, total);
  const { effect } = hold;
  if (effect?.kind === "percent_off") return Math.min(floorDiv(left, effect.percent, 100), effect.max_discount ?? left);
  return effect?.kind === "amount_off" || effect?.kind === "upgrade" ? Math.min(effect.amount, left) : 0;
}

/** What the sale keeps of it, for a return. */
export function kept({ hold, spent, items }: Captured): CapturedHold {
  const isStrips = hold.for === "strips";
  return {
    seq: hold.seq,
    piles: spent,
    issue: hold.issue,
    pays: hold.for === "credit",
    items: isStrips ? items : null,
  };
}
