import type { CompiledProgram } from "../../program/compile.ts";
import { lotOn } from "../../program/lot-policy.ts";
import { policyOf } from "../../program/compile.ts";
import { notForTier, priceFor, type RewardPrice } from "../../program/reward-price.ts";
import { termsOf } from "../../program/reward-terms.ts";
import { closedAt } from "../../program/reward-conditions.ts";
import type { Reward } from "../../program/reward-rules.ts";
import { fail, ok } from "../../result.ts";
import { addSpan } from "../../time/calendar.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type { RevokedBecause } from "../booking.ts";
import type { CancelIssueCommand, Decision, GiftCommand, IssueCommand } from "../command.ts";
import { type Draft, type EntryDraft, plainDraft } from "../draft.ts";
import { applyDrafts, availableOf } from "../due.ts";
import {
  givenAt,
  isHeld,
  ISSUES_MAX,
  type IssuedReward,
  type IssueOrigin,
  issueKey,
  type OpenIssue,
  openIssues,
} from "../issued.ts";
import { levelAt } from "../level.ts";
import { sumParts, takeFrom } from "../lot.ts";
import { reachedLimit } from "../redeemed.ts";
import { type AccountState, unitState } from "../state.ts";
import { checkCard } from "./card.ts";
import { graceUntil } from "./grace.ts";

/** Decides a gift of units by hand: they can be spent at once, before what was earned, and expire like what is earned today. */
export function decideGift(
  state: AccountState,
  command: GiftCommand,
  program: CompiledProgram,
  now_ms: number,
): Decision {
  const { unit, amount } = command;
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  if (!program.units.has(unit)) return fail({ code: "unit_unknown", unit });
  const policy = { ...policyOf(program, unit), pending_days: 0 };
  const lot = { ...lotOn(policy, localDate(now_ms, program.document.timezone)), class: "granted" } as const;
  return ok([plainDraft({ type: "gift", unit, amount }, [{ unit, lot, delta: amount, why: { code: "gifted" } }])]);
}

/** Decides to issue a reward: as a gift for nothing, or for its cost, to be collected later. */
export function decideIssue(
  state: AccountState,
  command: IssueCommand,
  program: CompiledProgram,
  now_ms: number,
): Decision {
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  const reward = program.rewards.get(command.reward);
  if (reward === undefined) return fail({ code: "reward_unknown", reward: command.reward });
  if (openIssues(state).length >= ISSUES_MAX) return fail({ code: "too_many_issues", max: ISSUES_MAX });
  const today = localDate(now_ms, program.document.timezone);
  const event = { type: "issued", origin: command.origin } as const;
  const expires_on = command.expires_on ?? lastDayOf(reward, today);
  if (command.origin === "gift") {
    const gift = { reward: reward.id, what: reward.name, origin: "gift", expires_on, ...termsOf(reward) } as const;
    return ok([{ ...plainDraft(event), issued: [gift] }]);
  }
  const level = levelAt(state, program, now_ms);
  const shut = notForTier(reward, level) ?? closedAt(reward, now_ms, program.document.timezone);
  if (shut !== null) return fail(shut);
  const reached = reachedLimit(state, reward, today);
  if (reached !== null) return fail({ code: "reward_limit_reached", reward: reward.id, ...reached });
  const price = priceFor(reward, level);
  if (price === null) return fail({ code: "reward_only_issued", reward: reward.id });
  const { unit, amount: needed } = price;
  const available = availableOf(state, unit);
  if (available < needed) return fail({ code: "insufficient_balance", unit, needed, available });
  const { entries, issue } = buy(state, reward, "claim", { today, expires_on, price });
  return ok([{ ...plainDraft(event, entries), issued: [issue] }]);
}

/** Decides to take an issued reward back; what was spent on it returns to its lots. One that a redemption holds stays. */
export function decideCancelIssue(state: AccountState, { issue: key }: CancelIssueCommand): Decision {
  const issue = state.issued?.[key];
  if (issue === undefined) return fail({ code: "issue_gone" });
  if (isHeld(state, issue)) return fail({ code: "issue_held" });
  const entries = refund(issue, "cancelled");
  return ok([{ ...plainDraft({ type: "issue_cancelled", issue: key }, entries), revoked_issues: [key] }]);
}

/**
 * Issues what has become affordable by itself, as often as there are units for it: the same booking that gives the units
 * spends them.
 */
export function withAutomaticIssues(
  state: AccountState,
  draft: Draft,
  program: CompiledProgram,
  now_ms: number,
): Draft {
  const automatic = [...program.rewards.values()].filter((reward) => reward.automatic === true);
  if (automatic.length === 0) return draft;
  const today = localDate(now_ms, program.document.timezone);
  const level = levelAt(state, program, now_ms);
  let after = applyDrafts(state, draft.entries);
  const entries = [...draft.entries];
  const issued = [...(draft.issued ?? [])];
  for (const reward of automatic) {
    if ((notForTier(reward, level) ?? closedAt(reward, now_ms, program.document.timezone)) !== null) continue;
    const price = priceFor(reward, level);
    while (
      price !== null &&
      availableOf(after, price.unit) >= price.amount &&
      openIssues(state).length + issued.length < ISSUES_MAX
    ) {
      const bought = buy(after, reward, "threshold", { today, expires_on: lastDayOf(reward, today), price });
      after = applyDrafts(after, bought.entries);
      entries.push(...bought.entries);
      issued.push(bought.issue);
    }
  }
  return issued.length === 0 ? draft : { ...draft, entries, issued };
}

/** Rewards issued at a threshold that a return must take back, and the units that come free by it. */
export interface Revocation {
  readonly keys: readonly string[];
  readonly entries: readonly EntryDraft[];
}

/** The sale that is returned, as far as it stands in this ledger, and whether nothing of it is left. */
export interface ReturnedSale {
  /** Sequence of its booking; null when it stands in another account's ledger. */
  readonly seq: number | null;
  readonly whole: boolean;
}

/**
 * Takes unused rewards back until so many units are there: those that the sale itself issued first, then the newest; fewer
 * when those are used. A sale that comes back whole takes all that it issued along, those too that older units paid for.
 */
export function revokeFor(
  state: AccountState,
  missing: readonly { readonly unit: string; readonly amount: number }[],
  sale: ReturnedSale,
  reason: RevokedBecause = "returned",
): Revocation {
  const unused = openIssues(state)
    .filter((issue) => issue.origin === "threshold" && !isHeld(state, issue))
    .sort((left, right) => right.seq - left.seq || right.index - left.index);
  const own = unused.filter(({ seq }) => seq === sale.seq);
  const revoked = sale.whole ? [...own] : [];
  const others = unused.filter(({ seq }) => seq !== sale.seq);
  for (const [unit, amount] of byUnit(missing)) {
    let open = amount - revoked.reduce((sum, issue) => sum + costIn(issue, unit), 0);
    for (const issue of sale.whole ? others : [...own, ...others]) {
      if (open <= 0) break;
      if (issue.cost?.unit !== unit) continue;
      revoked.push(issue);
      open -= costIn(issue, unit);
    }
  }
  return { keys: revoked.map(issueKey), entries: revoked.flatMap((issue) => refund(issue, reason)) };
}

/** What is missing for several reasons is needed for each of them. */
function byUnit(missing: readonly { readonly unit: string; readonly amount: number }[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { unit, amount } of missing) all.set(unit, (all.get(unit) ?? 0) + amount);
  return all;
}

function costIn({ cost }: OpenIssue, unit: string): number {
  return cost?.unit === unit ? sumParts(cost.parts) : 0;
}

/** An issued reward again, after the sale that used it came back. */
export function reissued(issue: IssuedReward, today: LocalDate): IssuedReward {
  const { reward, what, expires_on, promotion, sale, terms } = issue;
  return {
    reward,
    what,
    origin: "restored",
    expires_on: graceUntil(expires_on, today),
    ...givenAt({ promotion, sale }),
    ...(terms === undefined ? {} : { terms }),
  };
}

function refund({ cost, what }: OpenIssue, reason: RevokedBecause): EntryDraft[] {
  if (cost === undefined) return [];
  const why = { code: "revoked", what, reason } as const;
  return cost.parts.map(({ from, amount }) => ({ unit: cost.unit, lot: from, delta: amount, why }));
}

interface Purchase {
  readonly today: LocalDate;
  readonly expires_on: LocalDate | null;
  readonly price: RewardPrice;
}

function buy(
  state: AccountState,
  reward: Reward,
  origin: IssueOrigin,
  { today, expires_on, price }: Purchase,
): { readonly entries: readonly EntryDraft[]; readonly issue: IssuedReward } {
  const { unit, amount, tier_price } = price;
  const lots = unitState(state, unit).lots.filter((lot) => lot.bucket === "available");
  const taken = takeFrom(lots, amount);
  const why = { code: "redeemed", what: reward.name, ...(tier_price === null ? {} : { price: tier_price }) } as const;
  return {
    entries: taken.map((part) => ({ unit, lot: part.key, delta: -part.amount, why })),
    issue: {
      reward: reward.id,
      what: reward.name,
      origin,
      expires_on,
      cost: { unit, parts: taken.map((part) => ({ from: part.key, amount: part.amount })) },
      taken_on: today,
      ...termsOf(reward),
    },
  };
}

/** How long an issued reward lasts: so long after today. */
function lastDayOf({ valid_for }: Reward, today: LocalDate): LocalDate | null {
  return valid_for === undefined ? null : addSpan(today, valid_for);
}
