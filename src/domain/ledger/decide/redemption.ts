import { assertNever } from "../../invariant.ts";
import { mulDivFloor } from "../../numbers.ts";
import { type CompiledProgram, policyOf } from "../../program/compile.ts";
import type { LocalizedText } from "../../program/document-parts.ts";
import type { Reward, RewardEffect } from "../../program/reward-rules.ts";
import { creditUnit, paymentEffect } from "../../program/credit.ts";
import { evaluateEffect } from "../../program/effect.ts";
import { notForTier, priceFor, type TierPrice } from "../../program/reward-price.ts";
import { lotOn } from "../../program/lot-policy.ts";
import { termsOf } from "../../program/reward-terms.ts";
import { type CompiledStrip, type StripEffect, stripEffect } from "../../program/strip.ts";
import { closedAt } from "../../program/reward-conditions.ts";
import { sumOf } from "../../program/basket.ts";
import { fail, ok, type Result } from "../../result.ts";
import { localDate } from "../../time/local-date.ts";
import type { HoldEvent } from "../booking.ts";
import type { Decision, History, HoldActionCommand, HoldCommand } from "../command.ts";
import { type EntryDraft, plainDraft } from "../draft.ts";
import { availableOf, captureEntries, heldLot, releaseEntries } from "../due.ts";
import { isHeld } from "../issued.ts";
import { levelAt } from "../level.ts";
import { takeFrom } from "../lot.ts";
import { reachedLimit } from "../redeemed.ts";
import type { Refusal } from "../refusal.ts";
import { type AccountState, type OpenHold, unitState } from "../state.ts";
import { checkCard } from "./card.ts";
import { claimRefusal } from "./tender.ts";

/** Open holds one account may have at a time. */
const HOLDS_MAX = 20;

/** What is asked for, in the programme's terms. */
interface Wanted {
  readonly reward: string | null;
  readonly what: LocalizedText;
  readonly unit: string;
  readonly amount: number;
  /** What a reward does; null for a payment with credit, which takes nothing off. */
  readonly effect: RewardEffect | null;
  readonly minimum_spend: number;
  /** The reward with its conditions; null when units are spent as payment. */
  readonly conditions: Reward | null;
  /** The issued reward that pays for it; null when units do. */
  readonly issue: string | null;
  /** The price of the member's level; null when it is everybody's, or nothing is paid. */
  readonly tier_price: TierPrice | null;
}

/** Decides a hold: the cost moves from available to held, soonest expiry first, and the effect is computed. */
export function decideHold(
  state: AccountState,
  command: HoldCommand,
  program: CompiledProgram,
  now_ms: number,
): Decision {
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  const found = findWanted(state, command.ask, program, now_ms);
  if (!found.ok) return found;
  const wanted = found.value;
  const spend = command.sale_total ?? (command.lines === null ? null : sumOf(command.lines));
  const unmet = unmetCondition(state, wanted, spend, program, now_ms);
  if (unmet !== null) return fail(unmet);
  const available = availableOf(state, wanted.unit);
  if (available < wanted.amount) {
    return fail({ code: "insufficient_balance", unit: wanted.unit, needed: wanted.amount, available });
  }
  if (Object.keys(state.holds).length >= HOLDS_MAX) return fail({ code: "too_many_holds", max: HOLDS_MAX });
  const asked = askedEffect(wanted, command, program);
  if (!asked.ok) return fail({ code: asked.error, reward: wanted.reward ?? wanted.unit });
  const { effect, taken } = asked.value;
  return ok([holdDraft(state, { ...wanted, amount: taken }, { effect, spend }, program, now_ms)]);
}

/** What is asked for does, and how many units it takes: of strips no more than there is to pay for. */
function askedEffect(
  { effect, unit, amount }: Wanted,
  command: HoldCommand,
  program: CompiledProgram,
): Result<StripEffect, "no_eligible_item"> {
  const strips = program.strips.get(unit);
  if (effect === null && strips !== undefined) {
    const found = stripEffect(strips, amount, command.lines);
    return found === null ? fail("no_eligible_item") : ok(found);
  }
  if (effect === null) return ok({ effect: paymentEffect(amount, command), taken: amount });
  const evaluated = evaluateEffect(effect, command);
  return evaluated.ok ? ok({ effect: evaluated.value, taken: amount }) : evaluated;
}

/** What keeps the member from having a reward now, apart from its cost; null when nothing does. */
function unmetCondition(
  state: AccountState,
  { conditions, minimum_spend, issue }: Wanted,
  spend: number | null,
  program: CompiledProgram,
  now_ms: number,
): Refusal | null {
  if (spend !== null && spend < minimum_spend) return { code: "minimum_spend_not_met", minimum: minimum_spend, spend };
  if (conditions === null) return null;
  const { timezone } = program.document;
  // One that was issued has its own last day, and was counted when it was issued.
  if (issue !== null) return closedAt({ id: conditions.id, hours: conditions.hours }, now_ms, timezone);
  const shut = notForTier(conditions, levelAt(state, program, now_ms));
  if (shut !== null) return shut;
  const closed = closedAt(conditions, now_ms, timezone);
  if (closed !== null) return closed;
  const reached = reachedLimit(state, conditions, localDate(now_ms, timezone));
  return reached === null ? null : { code: "reward_limit_reached", reward: conditions.id, ...reached };
}

function holdDraft(
  state: AccountState,
  wanted: Wanted,
  { effect, spend }: { readonly effect: HoldEvent["effect"]; readonly spend: number | null },
  program: CompiledProgram,
  now_ms: number,
): ReturnType<typeof plainDraft> {
  const lots = unitState(state, wanted.unit).lots.filter((lot) => lot.bucket === "available");
  const taken = takeFrom(lots, wanted.amount);
  const price = wanted.tier_price === null ? {} : { price: wanted.tier_price };
  const why = { code: "reserved", what: wanted.what, ...price } as const;
  const entries: EntryDraft[] = taken.flatMap(({ key, amount }) => [
    { unit: wanted.unit, lot: key, delta: -amount, why },
    { unit: wanted.unit, lot: heldLot(key), delta: amount, why },
  ]);
  const event: HoldEvent = {
    type: "hold",
    reward: wanted.reward,
    what: wanted.what,
    unit: wanted.unit,
    parts: taken.map(({ key, amount }) => ({ from: key, amount })),
    effect,
    expires_at_ms: holdDeadline(program, now_ms),
    ...(wanted.reward === null || wanted.issue !== null
      ? {}
      : { taken_on: localDate(now_ms, program.document.timezone) }),
    ...(wanted.issue === null ? {} : { issued_reward: wanted.issue }),
    ...(wanted.minimum_spend === 0 ? {} : { minimum: { spend: wanted.minimum_spend, known: spend } }),
    ...price,
    ...(wanted.conditions === null ? {} : termsOf(wanted.conditions)),
  };
  return plainDraft(event, entries);
}

/** What is asked for, in the terms of the programme and at the price of the member. */
export function findWanted(
  state: AccountState,
  ask: HoldCommand["ask"],
  program: CompiledProgram,
  now_ms: number,
): Result<Wanted, Refusal> {
  if ("issue" in ask) return findIssued(state, ask.issue, program);
  if ("reward" in ask) {
    const reward = program.rewards.get(ask.reward);
    if (reward === undefined) return fail({ code: "reward_unknown", reward: ask.reward });
    const price = priceFor(reward, levelAt(state, program, now_ms));
    if (price === null) return fail({ code: "reward_only_issued", reward: reward.id });
    const { unit, amount, tier_price } = price;
    return ok({
      reward: reward.id,
      what: reward.name,
      unit,
      amount,
      effect: reward.effect,
      minimum_spend: reward.minimum_spend ?? 0,
      conditions: reward,
      issue: null,
      tier_price,
    });
  }
  if (ask.unit === creditUnit(program.document.currency)) return payWithCredit(state, ask, program);
  const strips = program.strips.get(ask.unit);
  if (strips !== undefined) return payWithStrips(strips, ask);
  const facts = program.units.get(ask.unit);
  if (facts === undefined) return fail({ code: "unit_unknown", unit: ask.unit });
  const price = program.document.pay_with_points;
  if (ask.unit !== "points" || price === undefined) return fail({ code: "pay_with_points_off" });
  const worth = mulDivFloor(ask.amount, price.amount, price.points);
  if (worth === 0)
    return fail({ code: "insufficient_balance", unit: ask.unit, needed: price.points, available: ask.amount });
  const what = { nl: "Betalen met punten", en: "Payment with points" };
  return ok({
    reward: null,
    what,
    unit: ask.unit,
    amount: ask.amount,
    effect: { kind: "amount_off", amount: worth },
    minimum_spend: 0,
    conditions: null,
    issue: null,
    tier_price: null,
  });
}

const CREDIT_WHAT = { nl: "betalen met tegoed", en: "payment with credit" } as const;

function payWithStrips({ card }: CompiledStrip, { unit, amount }: UnitsAsked): Result<Wanted, Refusal> {
  const nothing = { reward: null, effect: null, minimum_spend: 0, conditions: null, issue: null, tier_price: null };
  return ok({ ...nothing, what: card.name, unit, amount });
}

interface UnitsAsked {
  readonly unit: string;
  readonly amount: number;
}

/** Credit that members have is spent, also when the programme does not give it any more. */
function payWithCredit(
  state: AccountState,
  { unit, amount }: UnitsAsked,
  program: CompiledProgram,
): Result<Wanted, Refusal> {
  if (!program.units.has(unit) && unitState(state, unit).lots.length === 0) return fail({ code: "unit_unknown", unit });
  const nothing = { reward: null, effect: null, minimum_spend: 0, conditions: null, issue: null, tier_price: null };
  return ok({ ...nothing, what: CREDIT_WHAT, unit, amount });
}

function findIssued(state: AccountState, key: string, program: CompiledProgram): Result<Wanted, Refusal> {
  const issue = state.issued?.[key];
  const reward = issue === undefined ? undefined : program.rewards.get(issue.reward);
  if (issue === undefined || reward === undefined) return fail({ code: "issue_gone" });
  if (isHeld(state, issue)) return fail({ code: "issue_held" });
  return ok({
    reward: reward.id,
    what: issue.what,
    // Nothing of it is spent; a reward that is only issued has no unit of its own.
    unit: reward.cost?.unit ?? "points",
    amount: 0,
    effect: reward.effect,
    minimum_spend: reward.minimum_spend ?? 0,
    conditions: reward,
    issue: key,
    tier_price: null,
  });
}

/** Decides what becomes of a hold. A hold is resolved once; asking the same end again is refused with how it ended. */
export function decideHoldAction(
  state: AccountState,
  command: HoldActionCommand,
  program: CompiledProgram,
  history: History,
  now_ms: number,
): Decision {
  const hold = redeemableHold(state, command.hold);
  if (hold === null) return fail(holdRefusal(command.hold, history));
  const promised = command.type === "renew" ? null : claimRefusal(hold);
  if (promised !== null) return fail(promised);
  const { seq, reward, unit, parts, terms } = hold;
  const resolved = { hold: seq, reward, unit, parts, ...(terms === undefined ? {} : { terms }) };
  switch (command.type) {
    case "capture":
      // Without a sale the basket is not seen again, so it must have been named when the reward was held.
      if (hold.minimum?.known === null) return fail({ code: "sale_required", minimum: hold.minimum.spend });
      return ok([
        plainDraft({ type: "hold_captured", ...resolved }, [
          ...captureEntries(hold),
          ...checkInEntries(hold, program, now_ms),
        ]),
      ]);
    case "cancel":
      return ok([plainDraft({ type: "hold_cancelled", ...resolved }, releaseEntries(hold, "cancelled"))]);
    case "renew":
      return ok([plainDraft({ type: "hold_renewed", hold: seq, expires_at_ms: holdDeadline(program, now_ms) })]);
    default:
      return assertNever(command.type, "hold action");
  }
}

/** What a member is given for coming to an event, by the rules in force. */
function checkInEntries({ reward: id, what }: OpenHold, program: CompiledProgram, now_ms: number): EntryDraft[] {
  const effect = id === null ? undefined : program.rewards.get(id)?.effect;
  if (effect?.kind !== "event" || effect.check_in === undefined) return [];
  const { unit, give } = effect.check_in;
  const lot = lotOn(policyOf(program, unit), localDate(now_ms, program.document.timezone));
  return [{ unit, lot, delta: give, why: { code: "action", what } }];
}

/** An open redemption; null when there is none, or when what is held is on its way to another member. */
export function redeemableHold(state: AccountState, seq: number): OpenHold | null {
  const key = String(seq);
  return state.outbox[key] === undefined ? (state.holds[key] ?? null) : null;
}

/** Why a hold that is not open cannot be used. */
export function holdRefusal(seq: number, history: History): Refusal {
  const end = history.holdEnd(seq);
  if (end === null) return { code: "hold_unknown", hold: seq };
  return { code: `hold_${end}`, hold: seq };
}

function holdDeadline(program: CompiledProgram, now_ms: number): number {
  return now_ms + program.document.holds.minutes * 60_000;
}
