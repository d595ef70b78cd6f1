import { invariant } from "../../invariant.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import { evaluateEarning, type UnitOutcome } from "../../program/earn.ts";
import { atRate, type Remainder } from "../../program/remainder.ts";
import { fail, ok } from "../../result.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type {
  BookingBody,
  Capture,
  ClawedBack,
  KeptSale,
  RemainderChange,
  ReturnEvent,
  ReturnRequest,
} from "../booking.ts";
import type { Decision, SaleBooking } from "../command.ts";
import type { Draft, EntryDraft } from "../draft.ts";
import { returnNaturalKey } from "../natural-key.ts";
import type { AccountState } from "../state.ts";
import { returnedCounts, standingOf } from "./returned-counts.ts";
import { returnCoupon } from "./coupon.ts";
import { applyDrafts } from "../due.ts";
import { returnedChallenges } from "./challenges.ts";
import { type KeptMoney, keptMoney } from "./kept-money.ts";
import { type AppliedReturn, applyReturn, keptBasket, nothingReturned } from "./kept-sale.ts";
import { withGrace } from "./grace.ts";
import { withParts } from "./move-units.ts";
import { isPayment, paidWithCredit, refundEntries } from "./payment.ts";
import { Shortfalls, writtenOff } from "./shortfalls.ts";
import { giveStripsBack, isStrips, keptStrips } from "./strips.ts";
import { takeBonusesBack, takeUnitsBack } from "./taken-back.ts";
import { returnedTenders } from "./tender.ts";

/** A sale as the ledger has it now. */
export interface ReturnableSale {
  readonly sale: SaleBooking;
  readonly last_return: BookingBody | null;
  /** The account in whose ledger the sale stands; null for this one. */
  readonly origin: string | null;
}

/** What the decisions about a return look at. */
interface ReturnDesk {
  readonly state: AccountState;
  readonly program: CompiledProgram;
  readonly returnable: ReturnableSale;
  readonly previous: ReturnEvent | null;
  readonly request: ReturnRequest;
  readonly applied: AppliedReturn;
  readonly money: KeptMoney;
  readonly outcomes: readonly UnitOutcome[];
  readonly today: LocalDate;
  /** The return that had waited for its sale and is carried out now; null for any other. */
  readonly parked: number | null;
}

/**
 * Decides a return: what the sale would have earned on the basket that is kept, in the sale's own frozen context,
 * and books the difference. Several small returns therefore take exactly what one large return takes.
 */
export function decideReturn(
  state: AccountState,
  returnable: ReturnableSale,
  request: ReturnRequest,
  program: CompiledProgram,
  { parked, now_ms }: { readonly parked: number | null; readonly now_ms: number },
): Decision {
  const { sale } = returnable;
  const previous = previousReturn(returnable);
  if (previous?.full === true) return fail({ code: "already_returned" });
  const found = applyReturn(sale.sale, previous?.kept ?? nothingReturned(), request);
  if (!found.ok) return found;
  const applied = found.value;
  const money = keptMoney(sale, previous, applied, program);
  const outcomes = applied.full ? nothingEarned(sale.outcomes) : keptOutcomes(sale, applied.kept, program);
  const today = localDate(now_ms, program.document.timezone);
  return ok([bookReturn({ state, program, returnable, previous, request, applied, money, outcomes, today, parked })]);
}

function bookReturn(desk: ReturnDesk): Draft {
  const { state, program, returnable, previous, request, applied, money, outcomes } = desk;
  const { sale, origin } = returnable;
  const policy = program.document.returns.spent_points;
  const back = givenBack(desk);
  const strips = keptStrips(program, sale, applied);
  const shortfalls = new Shortfalls(previous, back.entries, policy);
  const asked = { sale, previous, outcomes, topped_up: money.topped_up, strips, back: back.entries, policy };
  const taken = takeUnitsBack(state, asked, shortfalls);
  const coupon = coupons(desk);
  const counts = countsOf(desk, coupon);
  const moved = [...back.entries, ...taken.entries];
  const challenges = returnedChallenges(applyDrafts(state, moved), sale, program, {
    before: counts.was.basket,
    after: applied.full ? null : counts.is.basket,
  });
  const lost = [...moved, ...challenges.entries];
  const bonuses = takeBonusesBack(applyDrafts(state, lost), challenges, policy, shortfalls);
  const lostBonuses = [...challenges.entries, ...bonuses.entries];
  const clawed = [...taken.clawed.map((one) => withParts(one, lostBonuses)), ...bonuses.clawed].filter(isClawed);
  const revoked = [...coupon.given.revoked, ...challenges.revoked];
  const { issued } = coupon.given;
  return {
    event: returnEvent(desk, { back, strips, coupon, counts, challenges, clawed }),
    entries: [...lost, ...bonuses.entries],
    natural_key: returnNaturalKey({ origin, seq: sale.seq }, request.return_id),
    frees: applied.full && origin === null ? sale.seq : null,
    ...(issued.length === 0 ? {} : { issued }),
    ...(revoked.length === 0 ? {} : { revoked_issues: revoked }),
  };
}

interface GivenBack {
  /** Rewards that the sale captured. */
  readonly restored: readonly Capture[];
  readonly stripsPaid: ReturnType<typeof giveStripsBack>;
  readonly entries: readonly EntryDraft[];
}

/** What had paid for the sale and is the member's again: rewards with a whole return, strips and credit with their share. */
function givenBack({ returnable: { sale }, previous, applied, money, today }: ReturnDesk): GivenBack {
  const restored = applied.full ? sale.captures : [];
  const rewards = restored
    .filter((capture) => !isPayment(capture) && !isStrips(capture))
    .flatMap((one) => restoreEntries(one, today));
  const stripsPaid = giveStripsBack(sale, previous, applied, today);
  const refunded = refundEntries(sale.captures.filter(isPayment), { ...money.credit, today });
  return { restored, stripsPaid, entries: [...rewards, ...stripsPaid.entries, ...refunded] };
}

interface Coupons {
  /** The promotion whose coupon stood before this return. */
  readonly standing: string | null;
  readonly given: ReturnType<typeof returnCoupon>;
}

function coupons({ state, program, returnable, previous, applied, today }: ReturnDesk): Coupons {
  const { sale, origin } = returnable;
  const standing = standingCoupon(sale, previous);
  const given = returnCoupon(state, program, {
    place: { origin, seq: sale.seq },
    on: localDate(sale.sale.occurred_at_ms, program.document.timezone),
    standing,
    frozen: sale.frozen,
    kept: applied.full ? null : keptBasket(sale.sale, applied.kept),
    today,
  });
  return { standing, given };
}

/** What the sale was to the counters before this return, and what it is after it. */
function countsOf({ returnable: { sale }, previous, applied, money, outcomes }: ReturnDesk, coupon: Coupons) {
  const { full } = applied;
  const { spend } = money;
  const basket = keptBasket(sale.sale, applied.kept);
  const { promotion } = coupon.given.coupon;
  return {
    was: standingOf(sale, previous, { coupon: coupon.standing, spend: spend.before }),
    is: { basket, outcomes, coupon: promotion, spend: full ? 0 : spend.after, full },
  };
}

interface ReturnParts {
  readonly back: GivenBack;
  readonly strips: ReturnType<typeof keptStrips>;
  readonly coupon: Coupons;
  readonly counts: ReturnType<typeof countsOf>;
  readonly challenges: ReturnType<typeof returnedChallenges>;
  readonly clawed: readonly ClawedBack[];
}

/** What there was none of is absent: most returns have few of these. */
function returnEvent(
  { state, program, returnable, previous, request, applied, money, outcomes, parked }: ReturnDesk,
  { back, strips, coupon, counts, challenges, clawed }: ReturnParts,
): ReturnEvent {
  const { sale, origin } = returnable;
  const { kept, full, lines, amount } = applied;
  const before = previous?.outcomes ?? sale.outcomes;
  const { restored, stripsPaid } = back;
  return {
    type: "return",
    return_id: request.return_id,
    request,
    sale: sale.seq,
    origin,
    lines,
    amount,
    currency: sale.sale.currency,
    kept,
    outcomes,
    remainders: outcomes.flatMap((outcome) => remainderChange(state, outcome, before)),
    written_off: writtenOff(clawed, previous),
    ...(full || clawed.length === 0 ? {} : { clawed }),
    full,
    restored,
    ...(coupon.standing === null && previous?.coupon === undefined ? {} : { coupon: coupon.given.coupon }),
    parked,
    ...returnedCounts(sale, program, { ...counts, also: challenges.meters }),
    ...(challenges.steps.length === 0 ? {} : { challenges: challenges.steps }),
    ...(strips === null ? {} : { strips }),
    ...(stripsPaid.after === null ? {} : { paid_with_strips: stripsPaid.after }),
    ...(money.topped_up === null ? {} : { topped_up: money.topped_up.after }),
    ...(sale.sale.paid_with_credit === undefined ? {} : { paid_with_credit: money.credit.after }),
    ...(money.stored_value === 0 ? {} : { stored_value: money.stored_value }),
    ...tendersBack(sale, money.credit),
  };
}

/** What gift cards that paid the sale have back. */
function tendersBack(
  { captures, tenders, sale: { receipt } }: SaleBooking,
  credit: { readonly before: number; readonly after: number },
): Pick<ReturnEvent, "tenders" | "receipt"> {
  if (tenders === undefined) return {};
  const back = returnedTenders(tenders, { own: paidWithCredit(captures), ...credit });
  return back.length === 0 ? {} : { tenders: back, receipt };
}

/** The promotion whose coupon a sale has given and no return has taken back. */
function standingCoupon(sale: SaleBooking, previous: ReturnEvent | null): string | null {
  if (previous?.coupon !== undefined) return previous.coupon.promotion;
  return sale.issued?.find(({ origin }) => origin === "promotion")?.promotion ?? null;
}

function isClawed({ written_off, parts = [] }: ClawedBack): boolean {
  return written_off > 0 || parts.length > 0;
}

/** What a reward had cost goes back to the lots it came from, with their old dates and a minimum of time to spend it. */
function restoreEntries({ unit, parts, what }: Capture, today: LocalDate): EntryDraft[] {
  return parts.map(({ from, amount }) => ({
    unit,
    lot: withGrace(from, today),
    delta: amount,
    why: { code: "restored", what },
  }));
}

function previousReturn({ last_return }: ReturnableSale): ReturnEvent | null {
  if (last_return === null) return null;
  invariant(last_return.type === "return", "the latest return of a sale is a return");
  return last_return;
}

/** A kept basket can never earn more than the whole sale did, however discounts fall on it. */
function keptOutcomes(sale: SaleBooking, kept: KeptSale, program: CompiledProgram): UnitOutcome[] {
  const evaluated = evaluateEarning(program, sale.frozen, keptBasket(sale.sale, kept));
  return sale.outcomes.map((original) => {
    const next = evaluated.find((outcome) => outcome.unit === original.unit);
    invariant(next !== undefined, `the sale's own rules know no unit ${original.unit}`);
    return exceeds(next, original) ? original : next;
  });
}

/** Whether one outcome gives more units than another, or as many and a larger fraction. */
function exceeds(left: UnitOutcome, right: UnitOutcome): boolean {
  if (left.amount !== right.amount || left.rule !== right.rule) return left.amount > right.amount;
  if (left.remainder === null || right.remainder === null) return left.remainder !== null;
  const rate = Math.max(left.remainder.after.rate, right.remainder.after.rate);
  return atRate(left.remainder.after, rate).value > atRate(right.remainder.after, rate).value;
}

/** A sale that is wholly given back leaves no trace in any remainder. */
function nothingEarned(outcomes: readonly UnitOutcome[]): UnitOutcome[] {
  return outcomes.map(({ unit }) => ({
    unit,
    rule: null,
    amount: 0,
    remainder: null,
    fact: { code: "nothing_eligible" },
  }));
}

/**
 * How the remainders move: by what the earlier outcome had added, less what the kept basket adds, so that
 * kept eligible × give = points × rate + remainder goes on holding. A rule may be in both outcomes or in one.
 */
function remainderChange(state: AccountState, outcome: UnitOutcome, before: readonly UnitOutcome[]): RemainderChange[] {
  const earlier = before.find(({ unit }) => unit === outcome.unit);
  const moves = new Map<string, { readonly current: Remainder; readonly delta: number }>();
  // Each side is converted by itself: the sides of successive returns then cancel out, and no rounding piles up.
  const add = (from: UnitOutcome | undefined, sign: 1 | -1) => {
    if (from === undefined || from.rule === null || from.remainder === null) return;
    const { before: old, after } = from.remainder;
    const current = state.remainders[from.rule] ?? { value: 0, rate: after.rate };
    const moved = atRate({ value: after.value - old.value, rate: after.rate }, current.rate).value;
    moves.set(from.rule, { current, delta: (moves.get(from.rule)?.delta ?? 0) + sign * moved });
  };
  add(earlier, -1);
  add(outcome, 1);
  return [...moves].flatMap(([rule, { current, delta }]) =>
    delta === 0 ? [] : [{ rule, before: current, after: { value: current.value + delta, rate: current.rate } }],
  );
}
