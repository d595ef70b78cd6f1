import type { ReturnRequest, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type { HoldCommand, SaleCommand } from "../../../src/domain/ledger/command.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { RefAccount, RefHold, RefSale } from "./account.ts";
import { isHeld, nameOf } from "./issues.ts";
import type { Outcome } from "./ledger.ts";
import { creditUnit, floorDiv, knowsUnit } from "./rules.ts";

/** The outcome of something asked for before under another key: the same, and nothing new is written. */
export function repeated(sale: RefSale): Outcome {
  const again = { seq: sale.seq, type: "sale", facts: {}, repeats: true };
  return again;
}

export function repeatedReturn({ seq }: { readonly seq: number }): Outcome {
  const again = { seq, type: "return", facts: {}, repeats: true };
  return again;
}

export function endingOf(account: RefAccount, seq: number): string {
  const ending = account.ended.get(seq);
  return ending === undefined ? "hold_unknown" : `hold_${ending}`;
}

export function cardRefusal(account: RefAccount, card_no: number | null): string | null {
  if (card_no === null) return null;
  const card = account.cards.get(card_no);
  return card === undefined ? "card_unknown" : card === "blocked" ? "card_blocked" : null;
}

export type Wanted =
  | { readonly refused: string }
  | (Pick<RefHold, "unit" | "reward" | "issue" | "effect" | "for"> & {
      readonly amount: number;
      readonly minimum: number;
    });

export function wantedBy(account: RefAccount, { ask }: HoldCommand, program: ProgramDocument): Wanted {
  if ("reward" in ask) {
    const reward = program.rewards.find(({ id }) => id === ask.reward);
    if (reward === undefined) return { refused: "reward_unknown" };
    if (reward.cost === undefined) return { refused: "reward_only_issued" };
    return {
      ...reward.cost,
      reward: reward.id,
      for: "reward",
      issue: null,
      effect: reward.effect,
      minimum: reward.minimum_spend ?? 0,
    };
  }
  if ("issue" in ask) return issuedBy(account, ask.issue, program);
  const nothing = { reward: null, issue: null, effect: null, minimum: 0 };
  if (ask.unit === creditUnit(program) && account.hasSome(ask.unit)) return { ...nothing, ...ask, for: "credit" };
  if (!knowsUnit(program, ask.unit)) return { refused: "unit_unknown" };
  if (ask.unit === creditUnit(program)) return { ...nothing, ...ask, for: "credit" };
  if (ask.unit.startsWith("strip:")) return { ...nothing, ...ask, for: "strips" };
  const price = program.pay_with_points;
  if (ask.unit !== "points" || price === undefined) return { refused: "pay_with_points_off" };
  const worth = floorDiv(ask.amount, price.amount, price.points);
  if (worth === 0) return { refused: "insufficient_balance" };
  return {
    unit: ask.unit,
    amount: ask.amount,
    ...nothing,
    for: "points",
    effect: { kind: "amount_off", amount: worth },
  };
}

/** An issued reward by the rules in force, or by those it was issued under when they do not know it any more. */
function issuedBy(account: RefAccount, name: string, program: ProgramDocument): Wanted {
  const issue = account.issues.find((one) => nameOf(one) === name);
  const by = (rules: ProgramDocument | undefined) => rules?.rewards.find(({ id }) => id === issue?.reward);
  const reward = by(program) ?? by(issue?.program);
  if (issue === undefined || reward === undefined) return { refused: "issue_gone" };
  if (isHeld(account, issue)) return { refused: "issue_held" };
  const { id, effect, minimum_spend: minimum = 0, cost } = reward;
  return { unit: cost?.unit ?? "points", amount: 0, reward: id, for: "reward", issue, effect, minimum };
}

/** Whether a receipt, as a return names it, is this sale's. */
export function isMeant(sale: RefSale, by: SaleByReceipt): boolean {
  const { receipt, business_date, register } = sale.command;
  return (
    receipt === by.receipt &&
    (by.business_date === null || business_date === by.business_date) &&
    (by.register === null || register === by.register) &&
    (by.tills === null || by.tills.includes(sale.till))
  );
}

/** The sales that a receipt may mean; the last is the one it does: the newest that stands, else the newest that is gone. */
export function meant(account: RefAccount, by: SaleByReceipt): RefSale[] {
  const bySeq = (left: RefSale, right: RefSale) => left.seq - right.seq;
  const gone = account.gone.filter((sale) => isMeant(sale, by)).sort(bySeq);
  const standing = [...account.standing.values()].filter((sale) => isMeant(sale, by)).sort(bySeq);
  const newest = standing.at(-1);
  if (newest === undefined) return gone.slice(-1);
  return [...gone.filter(({ seq }) => seq > newest.seq).reverse(), newest];
}

export function keyOf(sale: SaleByReceipt, { return_id }: ReturnRequest): unknown {
  return [sale.receipt, sale.business_date, sale.register, return_id];
}

export function sameRequest(left: ReturnRequest, right: ReturnRequest): boolean {
  return JSON.stringify([left.lines, left.total]) === JSON.stringify([right.lines, right.total]);
}

export function sameSale(known: RefSale, { currency, total, lines }: SaleCommand): boolean {
  const content = (all: SaleCommand["lines"]) =>
    all.map((line) => [line.kind, line.sku, line.quantity_milli, line.amount]);
  const before = known.command;
  return (
    JSON.stringify([currency, total, content(lines)]) ===
    JSON.stringify([before.currency, before.total, content(before.lines)])
  );
}
