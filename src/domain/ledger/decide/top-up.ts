import type { Basket } from "../../program/basket.ts";
import { type CompiledProgram, givenLot, paidLot } from "../../program/compile.ts";
import { creditUnit, toppedUpIn, topUpOf } from "../../program/credit.ts";
import type { LocalizedText } from "../../program/document-parts.ts";
import type { ProgramDocument } from "../../program/document.ts";
import type { AccountKind } from "../../tenancy/account-id.ts";
import type { LocalDate } from "../../time/local-date.ts";
import type { SaleWarning, ToppedUp } from "../booking.ts";
import type { EntryDraft } from "../draft.ts";
import { DEBT_LOT } from "../debt.ts";
import { type Lot, type LotKey, type LotPart, PLAIN_LOT, sameLot, sumParts, takeFrom } from "../lot.ts";
import { type AccountState, unitState } from "../state.ts";

const WHAT = { nl: "opwaarderen", en: "top-up" } as const;

/** A sale as far as topping up goes. */
export interface TopUpSale {
  readonly basket: Basket;
  readonly isForeign: boolean;
  /** Whether gifts are given just now. */
  readonly gives: boolean;
  readonly on: LocalDate;
}

/** What a sale's lines of kind `top_up` give. Null when the sale has none. */
export interface DecidedTopUp {
  readonly topped_up: ToppedUp | null;
  readonly entries: readonly EntryDraft[];
  readonly warnings: readonly SaleWarning[];
}

const NO_TOP_UP: DecidedTopUp = { topped_up: null, entries: [], warnings: [] };

/**
 * Decides what topping up in a sale gives: paid credit, and the bonus as granted credit. It goes to a member alone: a sale
 * that nobody claims is deleted, and paid credit must not be.
 */
export function decideTopUp(
  program: CompiledProgram,
  account_kind: AccountKind,
  { basket, isForeign, gives, on }: TopUpSale,
): DecidedTopUp {
  const paid = toppedUpIn(basket);
  if (paid === 0) return NO_TOP_UP;
  const rules = program.document.credit;
  const reason = account_kind !== "member" ? "no_member" : isForeign ? "foreign_currency" : "no_credit";
  if (rules === undefined || isForeign || account_kind !== "member") {
    return { ...NO_TOP_UP, warnings: [{ code: "top_up_not_credited", reason }] };
  }
  const unit = creditUnit(program.document.currency);
  const { granted, percent } = gives ? topUpOf(rules, paid) : { granted: 0, percent: 0 };
  const entries: EntryDraft[] = [
    { unit, lot: paidLot(program, unit, on), delta: paid, why: { code: "bought", what: WHAT } },
    { unit, lot: givenLot(program, unit, on), delta: granted, why: { code: "bonus", what: WHAT, percent } },
  ];
  return { topped_up: { unit, paid, granted }, entries: entries.filter(({ delta }) => delta > 0), warnings: [] };
}

/** What is kept of a top-up when `paid` of it is: the bonus follows, and never grows, not where a lower step gives more. */
export function keptTopUp(program: CompiledProgram, sold: ToppedUp, paid: number): ToppedUp {
  const rules = program.document.credit;
  if (rules === undefined) return { ...sold, paid, granted: 0 };
  const passed = rules.top_up_bonus.map(({ from }) => from).filter((from) => paid < from && from <= sold.paid);
  const least = Math.min(...[paid, ...passed].map((amount) => topUpOf(rules, amount).granted));
  return { ...sold, paid, granted: Math.min(sold.granted, least) };
}

/** How much less than before stays of something bought; negative where more of it does. */
export interface Less {
  readonly less: number;
  /** What earlier returns wrote off and is no longer wanted. */
  readonly forgiven: number;
  /** What earlier returns wrote off and this one asks again. */
  readonly again: number;
}

/** What a return of a top-up takes. */
export interface TopUpReturn {
  readonly unit: string;
  readonly paid: Less;
  readonly bonus: Less;
  /** The lots that the top-up went to. */
  readonly own: readonly LotKey[];
  readonly policy: ProgramDocument["returns"]["spent_points"];
}

/** Units taken back, and what was spent already. */
export interface TakenBack {
  readonly unit: string;
  readonly entries: readonly EntryDraft[];
  readonly missing: number;
}

/**
 * Takes credit back whose top-up was returned. Paid credit is handed back in money, so what is left of it goes whatever the
 * policy; `pending_only` spares granted credit that can be spent. A bonus is never taken from what was paid for.
 *
 * @param state the account with what the same return gives back and takes otherwise
 */
export function takeTopUpBack(
  state: AccountState,
  { unit, paid: lessPaid, bonus: lessBonus, own, policy }: TopUpReturn,
): { readonly paid: TakenBack; readonly bonus: TakenBack } {
  const isOwn = (lot: Lot) => own.some((key) => key.class === lot.class && key.expires_on === lot.expires_on);
  const free = unitState(state, unit).lots.filter(({ bucket, class: of }) => bucket !== "held" && of !== "debt");
  const ordered = [...free.filter(isOwn), ...free.filter((lot) => !isOwn(lot))];
  const paid = ordered.filter((lot) => lot.class === "paid");
  const waiting = ordered.filter(({ bucket }) => bucket === "pending");
  const open = policy === "pending_only" ? [] : ordered.filter((lot) => lot.class !== "paid" && !waiting.includes(lot));
  const bonus = take([...waiting, ...open], wantedOf(lessBonus));
  const left = open.map((lot) => ({ ...lot, amount: lot.amount - partOf(bonus, lot) }));
  const bought = take([...paid, ...left], wantedOf(lessPaid));
  const ownPaid = own.find((lot) => lot.class === "paid");
  const ownBonus = own.find((lot) => lot.class !== "paid");
  return {
    paid: withGrowth(settled(unit, bought, WHAT, policy), lessPaid, ownPaid),
    bonus: withGrowth(settled(unit, bonus, WHAT, policy), lessBonus, ownBonus),
  };
}

function wantedOf({ less, again }: Less): number {
  return Math.max(0, less) + again;
}

/** Where a return leaves more of a top-up than the one before it, what was written off is forgiven, and the rest given again. */
function withGrowth(taken: TakenBack, { less, forgiven }: Less, lot: LotKey = PLAIN_LOT): TakenBack {
  const given = Math.max(0, -less) - forgiven;
  const missing = taken.missing - forgiven;
  if (given === 0) return { ...taken, missing };
  const entry = { unit: taken.unit, lot, delta: given, why: { code: "bought_back", what: WHAT } } as const;
  return { ...taken, entries: [entry, ...taken.entries], missing };
}

/** Something bought that is taken back. */
export interface BoughtReturn extends Pick<TopUpReturn, "own" | "policy"> {
  readonly unit: string;
  readonly what: LocalizedText;
  readonly amount: number;
}

/** Takes back what was bought: its own lots, then what else was paid for, then what was given. */
export function takeBought(state: AccountState, { unit, what, amount, own, policy }: BoughtReturn): TakenBack {
  const free = unitState(state, unit).lots.filter(({ bucket, class: of }) => bucket === "available" && of !== "debt");
  const rank = (lot: Lot) => (own.some((key) => sameLot(key, lot)) ? 0 : lot.class === "paid" ? 1 : 2);
  return settled(
    unit,
    take(
      free.toSorted((left, right) => rank(left) - rank(right)),
      amount,
    ),
    what,
    policy,
  );
}

interface Taken {
  readonly parts: readonly LotPart[];
  readonly missing: number;
}

function take(lots: readonly Lot[], amount: number): Taken {
  const parts = takeFrom(lots, amount);
  return { parts, missing: amount - sumParts(parts) };
}

function partOf({ parts }: Taken, lot: Lot): number {
  return parts.find(({ key }) => sameLot(key, lot))?.amount ?? 0;
}

function settled(
  unit: string,
  { parts, missing }: Taken,
  what: LocalizedText,
  policy: TopUpReturn["policy"],
): TakenBack {
  const why = { code: "bought_back", what } as const;
  const entries = parts.map(({ key, amount }): EntryDraft => ({ unit, lot: key, delta: -amount, why }));
  if (policy !== "debt" || missing === 0) return { unit, entries, missing };
  return { unit, entries: [...entries, { unit, lot: DEBT_LOT, delta: -missing, why }], missing: 0 };
}
