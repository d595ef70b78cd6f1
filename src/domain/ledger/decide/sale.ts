import { mulDivFloor } from "../../numbers.ts";
import { type Basket, type BasketLine, sumOf } from "../../program/basket.ts";
import { type CompiledProgram, givenLot } from "../../program/compile.ts";
import { payableWithCredit } from "../../program/credit.ts";
import { lastDay } from "../../program/lot-policy.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import { evaluateEarning, type UnitOutcome } from "../../program/earn.ts";
import { type Effect, evaluateEffect } from "../../program/effect.ts";
import { normaliseBasket } from "../../program/normalise-basket.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Capture, RemainderChange, SaleEvent, SaleFacts, SaleWarning } from "../booking.ts";
import type { Decision, History, SaleCommand } from "../command.ts";
import type { EntryDraft } from "../draft.ts";
import { applyDrafts, captureEntries } from "../due.ts";
import { type Lot, lotKey } from "../lot.ts";
import { saleNaturalKey } from "../natural-key.ts";
import type { Refusal } from "../refusal.ts";
import { type AccountState, type OpenHold, unitState } from "../state.ts";
import { checkCard } from "./card.ts";
import { budgetUses, usedUpWarnings } from "./budget.ts";
import { couponFor } from "./coupon.ts";
import { countedChallenges, NO_CHALLENGES } from "./challenges.ts";
import { keptSpend, nothingReturned } from "./kept-sale.ts";
import { freeze, meterChanges, promotionsAt, startedCooldowns } from "./earning-context.ts";
import { type DecidedOffers, decideOffers } from "./offers.ts";
import { usedIssue } from "../issued.ts";
import { isPayment, paidWithCredit, settlePayment, withCredit } from "./payment.ts";
import { holdRefusal, redeemableHold } from "./redemption.ts";
import { decideStrips, settleStrips } from "./strips.ts";
import { claimRefusal, paidByTenders, payWithTenders } from "./tender.ts";
import { decideTopUp } from "./top-up.ts";

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
  const basket = normaliseBasket(command.lines, command.total);
  const isForeign = command.currency !== program.document.currency;
  const payable = isForeign ? 0 : payableWithCredit({ lines: basket.lines, total: command.total });
  const captured = captureHolds(state, command, { lines: basket.lines, payable }, program, history);
  if (!captured.ok) return captured;
  const { captures, entries: captureDrafts, warnings } = captured.value;
  const gross_up = program.document.earn_on === "gross" ? rewardsOff(captures) : 0;
  const own = paidWithCredit(captures);
  const tenders = payWithTenders(command, { payable, paid: own });
  if (!tenders.ok) return tenders;
  const paid = own + paidByTenders(tenders.value);
  const sale = { ...saleFacts(command, basket.lines, gross_up), ...(paid === 0 ? {} : { paid_with_credit: paid }) };
  const { occurred_at_ms, closed_budgets: closed = [] } = command;
  const moment = { occurred_at_ms, zone: command.zone ?? null, closed };
  const frozen = freeze(state, program, moment);
  // A gift card is nobody's: what is bought with it alone earns nothing.
  const earns = !isForeign && command.earning_paused !== true && state.account_kind !== "bearer";
  const outcomes = earns ? evaluateEarning(program, frozen, earningBasket(sale)) : [];
  const earned_on = localDate(command.occurred_at_ms, program.document.timezone);
  const topUp = decideTopUp(program, state.account_kind, { basket: sale, isForeign, gives: earns, on: earned_on });
  const strips = decideStrips(program, state.account_kind, { lines: basket.lines, isForeign, on: earned_on });
  const { offers, warnings: offerWarnings } = isForeign ? NO_OFFERS : decideOffers(command, sale, program, frozen);
  const coupon = earns ? couponFor(state, program, frozen, { basket: earningBasket(sale), on: earned_on }) : null;
  const given = coupon?.promotion ?? null;
  const counted = {
    outcomes,
    offers,
    coupon: given,
    spend: keptSpend(sale, nothingReturned()) - paid,
    visits: 1,
  } as const;
  const counting = { basket: earningBasket(sale), on: earned_on, occurred_at_ms: command.occurred_at_ms };
  const first = coupon === null ? [] : [coupon];
  const challenges = earns ? countedChallenges(state, program, frozen, counting, first.length) : NO_CHALLENGES;
  const meters = earns ? [...meterChanges(program, earned_on, null, counted), ...challenges.meters] : [];
  const named = (command.offers ?? []).map(({ id }) => id);
  const usedUp =
    earns && closed.length > 0
      ? usedUpWarnings(program, promotionsAt(state, program, moment), closed, { basket: counting.basket, named })
      : [];
  const budgets = earns ? budgetUses(program, frozen, { ...counted, basket: counting.basket }) : [];
  const cooldowns = startedCooldowns(program, outcomes);
  const event: SaleEvent = {
    type: "sale",
    sale,
    frozen,
    outcomes,
    remainders: remainderChanges(outcomes),
    captures,
    warnings: [
      ...saleWarnings(command, basket.difference, isForeign),
      ...warnings,
      ...withoutSaid(offerWarnings, usedUp),
      ...usedUp,
      ...topUp.warnings,
      ...strips.warnings,
    ],
    ...(offers.length === 0 ? {} : { offers }),
    ...(meters.length === 0 ? {} : { meters }),
    ...(cooldowns.length === 0 ? {} : { cooldowns }),
    ...(challenges.steps.length === 0 ? {} : { challenges: challenges.steps }),
    ...(topUp.topped_up === null ? {} : { topped_up: topUp.topped_up }),
    ...(strips.sold.length === 0 ? {} : { strips: strips.sold }),
    ...(budgets.length === 0 ? {} : { budgets }),
    ...(tenders.value.length === 0 ? {} : { tenders: tenders.value }),
  };
  const natural_key = saleNaturalKey({ ...command, till });
  const extended = extendEntries(applyDrafts(state, captureDrafts), program, earned_on);
  const earned = [...earnEntries(program, outcomes, earned_on), ...challenges.entries];
  const entries = [...captureDrafts, ...extended, ...topUp.entries, ...strips.entries, ...earned];
  const issued = [...first, ...challenges.issued];
  return ok([{ event, entries, ...(issued.length === 0 ? {} : { issued }), natural_key, frees: null }]);
}

/** An offer whose budget is used up was not open for that reason, and no other needs to be said. */
function withoutSaid(warnings: readonly SaleWarning[], said: readonly SaleWarning[]): SaleWarning[] {
  const promotions = said.flatMap((warning) => (warning.code === "promotion_budget_used_up" ? warning.promotion : []));
  return warnings.filter((warning) => warning.code !== "offer_not_open" || !promotions.includes(warning.offer));
}

/** What rewards took off. Strips were paid for ahead: what they pay earns nothing, on the gross price too. */
function rewardsOff(captures: readonly Capture[]): number {
  return sumOf(
    captures.flatMap(({ effect }) => (effect.kind === "free_items" ? [] : [{ amount: effect.discount ?? 0 }])),
  );
}

const NO_OFFERS: DecidedOffers = { offers: [], warnings: [] };

/**
 * The basket on which a sale earns: its lines, and what rewards took off when the programme earns on the gross price. What
 * was paid with credit earns nothing.
 */
export function earningBasket({ lines, total, gross_up, paid_with_credit = 0 }: EarningSale): Basket {
  const grown = gross_up === 0 ? { lines, total } : grossedUp({ lines, total }, gross_up);
  return withCredit(grown, paid_with_credit, payableWithCredit({ lines, total }));
}

function grossedUp({ lines, total }: Basket, gross_up: number): Basket {
  return { total: total + gross_up, lines: [...lines, grossUpLine(gross_up)] };
}

type EarningSale = Basket & Pick<SaleFacts, "gross_up" | "paid_with_credit">;

function grossUpLine(amount: number): BasketLine {
  const nothing = { sku: null, name: null, category: null, unit_price: null, tax_rate: null };
  return { id: "gross_up", kind: "unallocated", quantity_milli: 1000, amount, ...nothing };
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

function saleWarnings(command: SaleCommand, difference: number, isForeign: boolean): SaleWarning[] {
  const warnings: SaleWarning[] = [];
  if (command.clamped) warnings.push({ code: "occurred_at_clamped" });
  if (isForeign) warnings.push({ code: "foreign_currency", currency: command.currency });
  if (command.earning_paused === true) warnings.push({ code: "earning_paused" });
  if (difference !== 0) warnings.push({ code: "total_differs", difference });
  return warnings;
}

interface CapturedHolds {
  readonly captures: readonly Capture[];
  readonly entries: readonly EntryDraft[];
  readonly warnings: readonly SaleWarning[];
}

function captureHolds(
  state: AccountState,
  command: SaleCommand,
  { lines, payable }: { readonly lines: readonly BasketLine[]; readonly payable: number },
  program: CompiledProgram,
  history: History,
): Result<CapturedHolds, Refusal> {
  const captures: Capture[] = [];
  const entries: EntryDraft[] = [];
  const warnings: SaleWarning[] = [];
  for (const seq of new Set(command.holds)) {
    const hold = redeemableHold(state, seq);
    if (hold === null) return fail(holdRefusal(seq, history));
    const promised = command.unclaimed === true ? null : claimRefusal(hold);
    if (promised !== null) return fail(promised);
    if (hold.effect.kind === "free_items") {
      const strips = settleStrips(program, hold, lines);
      captures.push(strips.capture);
      entries.push(...strips.entries);
      if (!strips.fits) warnings.push({ code: "effect_not_in_basket", hold: seq });
      continue;
    }
    if (isPayment(hold)) {
      const payment = settlePayment(hold, payable - paidWithCredit(captures));
      captures.push(payment.capture);
      entries.push(...payment.entries);
      continue;
    }
    const effect = settleEffect(hold, lines, command.total, program);
    if (effect === null) warnings.push({ code: "effect_not_in_basket", hold: seq });
    const { reward, what, unit, parts, taken_on, terms } = hold;
    const dated = taken_on === undefined ? {} : { taken_on };
    const issue = hold.issued === undefined ? undefined : state.issued?.[hold.issued];
    const used = issue === undefined ? {} : { issued: usedIssue(issue) };
    const kind = terms === undefined ? {} : { terms };
    captures.push({ hold: seq, reward, what, unit, parts, effect: effect ?? hold.effect, ...dated, ...used, ...kind });
    entries.push(...captureEntries(hold));
  }
  const unmet = unmetMinimum(state, captures, command.total);
  if (unmet !== null) return fail(unmet);
  return ok({ captures, entries, warnings });
}

/** Whether the sale as it came is too small for a reward that it names. What the rewards took off counts as spent. */
function unmetMinimum(state: AccountState, captures: readonly Capture[], total: number): Refusal | null {
  const spend = total + captures.reduce((sum, { effect }) => sum + (effect.discount ?? 0), 0);
  const minimum = Math.max(0, ...captures.map(({ hold }) => state.holds[String(hold)]?.minimum?.spend ?? 0));
  return minimum > 0 && spend < minimum ? { code: "minimum_spend_not_met", minimum, spend } : null;
}

/** The effect as it is final now: a hold that knew its basket keeps it, another is settled on the lines of the sale. */
function settleEffect(
  hold: OpenHold,
  lines: readonly BasketLine[],
  total: number,
  program: CompiledProgram,
): Effect | null {
  if (hold.effect.final) return hold.effect;
  const reward = hold.reward === null ? undefined : program.rewards.get(hold.reward);
  if (reward === undefined)
    return { ...hold.effect, discount: hold.effect.discount ?? payable(hold.effect, total), final: true };
  const settled = evaluateEffect(reward.effect, { lines, sale_total: total });
  return settled.ok ? settled.value : null;
}

function payable(effect: Effect, total: number): number {
  if (effect.amount !== null) return Math.min(effect.amount, Math.max(0, total));
  return effect.percent === null ? 0 : mulDivFloor(Math.max(0, total), effect.percent, 100);
}
