import type { BasketLine } from "../../program/basket.ts";
import { type CompiledProgram, givenLot } from "../../program/compile.ts";
import { payableWithCredit } from "../../program/credit.ts";
import { evaluateEarning, type FrozenContext, type UnitOutcome } from "../../program/earn.ts";
import { lastDay } from "../../program/lot-policy.ts";
import { normaliseBasket } from "../../program/normalise-basket.ts";
import { fail, ok, type Result } from "../../result.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type { RemainderChange, SaleEvent, SaleFacts, SaleOffer, SaleWarning } from "../booking.ts";
import type { Decision, History, SaleCommand } from "../command.ts";
import type { EntryDraft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import type { IssuedReward } from "../issued.ts";
import { type Lot, lotKey } from "../lot.ts";
import { saleNaturalKey } from "../natural-key.ts";
import type { Refusal } from "../refusal.ts";
import { type AccountState, unitState } from "../state.ts";
import { budgetUses, usedUpWarnings } from "./budget.ts";
import { type CapturedHolds, captureHolds, rewardsOff } from "./captured-holds.ts";
import { checkCard } from "./card.ts";
import { countedChallenges } from "./challenges.ts";
import { couponFor } from "./coupon.ts";
import { earningBasket } from "./earning-basket.ts";
import { freeze, meterChanges, promotionsAt, type SaleMoment, startedCooldowns } from "./earning-context.ts";
import { keptSpend, nothingReturned } from "./kept-sale.ts";
import { type DecidedOffers, decideOffers } from "./offers.ts";
import { paidWithCredit } from "./payment.ts";
import { type DecidedStrips, decideStrips } from "./strips.ts";
import { paidByTenders, payWithTenders } from "./tender.ts";
import { type DecidedTopUp, decideTopUp } from "./top-up.ts";

/** Decides a sale: captures the holds it names, then earns on what was paid, by the programme in force when it occurred. */
export function decideSale(
  state: AccountState,
  command: SaleCommand,
  till: string,
  program: CompiledProgram,
  history: History,
): Decision {
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  const settled = settleSale(state, command, program, history);
  if (!settled.ok) return settled;
  const { sale, captured } = settled.value;
  const moment = {
    occurred_at_ms: command.occurred_at_ms,
    zone: command.zone ?? null,
    closed: command.closed_budgets ?? [],
  };
  const frozen = freeze(state, program, moment);
  const on = localDate(command.occurred_at_ms, program.document.timezone);
  const desk = { state, command, program, settled: settled.value, moment, frozen, on };
  const topUp = decideTopUp(program, state.account_kind, { ...settled.value, basket: sale, on });
  const strips = decideStrips(program, state.account_kind, { ...settled.value, lines: sale.lines, on });
  const offers = settled.value.isForeign ? NO_OFFERS : decideOffers(command, sale, program, frozen);
  const earned = settled.value.gives ? decideEarned(desk, offers.offers) : NOTHING_EARNED;
  const usedUp = settled.value.gives ? usedUpOf(desk) : [];
  const warnings = [
    ...saleWarnings(command, settled.value),
    ...captured.warnings,
    ...withoutSaid(offers.warnings, usedUp),
    ...usedUp,
    ...topUp.warnings,
    ...strips.warnings,
  ];
  const event = saleEvent({ settled: settled.value, frozen, earned, offers: offers.offers, topUp, strips, warnings });
  const extended = extendEntries(applyDrafts(state, captured.entries), program, on);
  const entries = [...captured.entries, ...extended, ...topUp.entries, ...strips.entries, ...earned.entries];
  const issued = earned.issued.length === 0 ? {} : { issued: earned.issued };
  return ok([{ event, entries, ...issued, natural_key: saleNaturalKey({ ...command, till }), frees: null }]);
}

/** A sale with what pays it. */
interface SettledSale {
  readonly sale: SaleFacts;
  readonly captured: CapturedHolds;
  readonly tenders: NonNullable<SaleEvent["tenders"]>;
  /** Minor units paid with credit, the member's own and gift cards'. */
  readonly paid: number;
  /** How much more the lines say than the total. */
  readonly difference: number;
  readonly isForeign: boolean;
  /** Whether units may be given for it. */
  readonly gives: boolean;
}

function settleSale(
  state: AccountState,
  command: SaleCommand,
  program: CompiledProgram,
  history: History,
): Result<SettledSale, Refusal> {
  const { lines, difference } = normaliseBasket(command.lines, command.total);
  const isForeign = command.currency !== program.document.currency;
  const payable = isForeign ? 0 : payableWithCredit({ lines, total: command.total });
  const captured = captureHolds(state, command, { lines, payable }, program, history);
  if (!captured.ok) return captured;
  const { captures } = captured.value;
  const own = paidWithCredit(captures);
  const tenders = payWithTenders(command, { payable, paid: own });
  if (!tenders.ok) return tenders;
  const paid = own + paidByTenders(tenders.value);
  const gross_up = program.document.earn_on === "gross" ? rewardsOff(captures) : 0;
  const sale = { ...saleFacts(command, lines, gross_up), ...(paid === 0 ? {} : { paid_with_credit: paid }) };
  // A gift card is nobody's: what is bought with it alone earns nothing.
  const gives = !isForeign && command.earning_paused !== true && state.account_kind !== "bearer";
  return ok({ sale, captured: captured.value, tenders: tenders.value, paid, difference, isForeign, gives });
}

/** What the decisions about a sale look at. */
interface SaleDesk {
  readonly state: AccountState;
  readonly command: SaleCommand;
  readonly program: CompiledProgram;
  readonly settled: SettledSale;
  readonly moment: SaleMoment;
  readonly frozen: FrozenContext;
  /** The date on which it earns. */
  readonly on: LocalDate;
}

/** What a sale earns, and what counters hear of it. */
interface Earned extends Pick<Required<SaleEvent>, "outcomes" | "meters" | "cooldowns" | "challenges" | "budgets"> {
  readonly entries: readonly EntryDraft[];
  readonly issued: readonly IssuedReward[];
}

const NOTHING_EARNED: Earned = {
  outcomes: [],
  meters: [],
  cooldowns: [],
  challenges: [],
  budgets: [],
  entries: [],
  issued: [],
};

function decideEarned(
  { state, command, program, settled, frozen, on }: SaleDesk,
  offers: readonly SaleOffer[],
): Earned {
  const basket = earningBasket(settled.sale);
  const outcomes = evaluateEarning(program, frozen, basket);
  const coupon = couponFor(state, program, frozen, { basket, on });
  const first = coupon === null ? [] : [coupon];
  const counting = { basket, on, occurred_at_ms: command.occurred_at_ms };
  const challenges = countedChallenges(state, program, frozen, counting, first.length);
  const spend = keptSpend(settled.sale, nothingReturned()) - settled.paid;
  const counted = { outcomes, offers, coupon: coupon?.promotion ?? null, spend, visits: 1 } as const;
  return {
    outcomes,
    meters: [...meterChanges(program, on, null, counted), ...challenges.meters],
    cooldowns: startedCooldowns(program, outcomes),
    challenges: challenges.steps,
    budgets: budgetUses(program, frozen, { ...counted, basket }),
    entries: [...earnEntries(program, outcomes, on), ...challenges.entries],
    issued: [...first, ...challenges.issued],
  };
}

/** Promotions that were open but for their budget. */
function usedUpOf({ state, command, program, settled, moment }: SaleDesk): SaleWarning[] {
  const { closed_budgets: closed = [], offers = [] } = command;
  if (closed.length === 0) return [];
  const named = offers.map(({ id }) => id);
  const open = promotionsAt(state, program, moment);
  return usedUpWarnings(program, open, closed, { basket: earningBasket(settled.sale), named });
}

interface SaleParts {
  readonly settled: SettledSale;
  readonly frozen: FrozenContext;
  readonly earned: Earned;
  readonly offers: readonly SaleOffer[];
  readonly topUp: DecidedTopUp;
  readonly strips: DecidedStrips;
  readonly warnings: readonly SaleWarning[];
}

/** What there was none of is absent: most sales have few of these. */
function saleEvent({ settled, frozen, earned, offers, topUp, strips, warnings }: SaleParts): SaleEvent {
  const { outcomes, meters, cooldowns, challenges, budgets } = earned;
  const { sale, captured, tenders } = settled;
  return {
    type: "sale",
    sale,
    frozen,
    outcomes,
    remainders: remainderChanges(outcomes),
    captures: captured.captures,
    warnings,
    ...(offers.length === 0 ? {} : { offers }),
    ...(meters.length === 0 ? {} : { meters }),
    ...(cooldowns.length === 0 ? {} : { cooldowns }),
    ...(challenges.length === 0 ? {} : { challenges }),
    ...(topUp.topped_up === null ? {} : { topped_up: topUp.topped_up }),
    ...(strips.sold.length === 0 ? {} : { strips: strips.sold }),
    ...(budgets.length === 0 ? {} : { budgets }),
    ...(tenders.length === 0 ? {} : { tenders }),
  };
}

const NO_OFFERS: DecidedOffers = { offers: [], warnings: [] };

/** An offer whose budget is used up was not open for that reason, and no other needs to be said. */
function withoutSaid(warnings: readonly SaleWarning[], said: readonly SaleWarning[]): SaleWarning[] {
  const promotions = said.flatMap((warning) => (warning.code === "promotion_budget_used_up" ? warning.promotion : []));
  return warnings.filter((warning) => warning.code !== "offer_not_open" || !promotions.includes(warning.offer));
}

function remainderChanges(outcomes: readonly UnitOutcome[]): RemainderChange[] {
  return outcomes.flatMap(({ rule, remainder }) =>
    rule === null || remainder === null ? [] : [{ rule, before: remainder.before, after: remainder.after }],
  );
}

function earnEntries(program: CompiledProgram, outcomes: readonly UnitOutcome[], on: LocalDate): EntryDraft[] {
  return outcomes
    .filter((outcome) => outcome.amount > 0)
    .map(({ unit, amount, fact }) => ({ unit, lot: givenLot(program, unit, on), delta: amount, why: fact }));
}

/** Under sliding expiry a sale puts off the expiry of everything the member has; it never brings it nearer. */
function extendEntries(state: AccountState, program: CompiledProgram, on: LocalDate): EntryDraft[] {
  return [...program.units.values()].flatMap(({ unit, lots: { expiry } }) => {
    if (expiry.kind !== "sliding") return [];
    const until = lastDay(expiry, on);
    const nearer = unitState(state, unit).lots.filter(
      (lot) => isExtended(lot) && lot.expires_on !== null && until !== null && lot.expires_on < until,
    );
    return nearer.flatMap((lot) => extension(unit, lot, until ?? on));
  });
}

/** What was paid for with money keeps the date it was sold with. */
function isExtended(lot: Lot): boolean {
  return lot.bucket === "available" && lot.class !== "paid";
}

function extension(unit: string, lot: Lot, until: LocalDate): EntryDraft[] {
  const why = { code: "extended", until } as const;
  return [
    { unit, lot: lotKey(lot), delta: -lot.amount, why },
    { unit, lot: { ...lotKey(lot), expires_on: until }, delta: lot.amount, why },
  ];
}

function saleFacts(command: SaleCommand, lines: readonly BasketLine[], gross_up: number): SaleFacts {
  const { receipt, register, business_date, occurred_at_ms, currency, total, tender, card_no, backfilled } = command;
  return {
    receipt,
    register,
    business_date,
    occurred_at_ms,
    currency,
    total,
    lines,
    tender,
    card_no,
    backfilled,
    gross_up,
  };
}

function saleWarnings(command: SaleCommand, { difference, isForeign }: SettledSale): SaleWarning[] {
  const warnings: SaleWarning[] = [];
  if (command.clamped) warnings.push({ code: "occurred_at_clamped" });
  if (isForeign) warnings.push({ code: "foreign_currency", currency: command.currency });
  if (command.earning_paused === true) warnings.push({ code: "earning_paused" });
  if (difference !== 0) warnings.push({ code: "total_differs", difference });
  return warnings;
}
