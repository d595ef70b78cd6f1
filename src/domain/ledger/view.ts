import type { CompiledProgram } from "../program/compile.ts";
import { CREDIT_NAME, isMoney } from "../program/credit.ts";
import type { LocalizedText } from "../program/document-parts.ts";
import type { Reward } from "../program/reward-rules.ts";
import { notForTier, priceFor } from "../program/reward-price.ts";
import { closedAt } from "../program/reward-conditions.ts";
import { tierStanding } from "../program/tier.ts";
import type { TierLevel, TierRules } from "../program/tier-rules.ts";
import { endOfMonth, monthOf } from "../time/calendar.ts";
import { type LocalDate, localDate } from "../time/local-date.ts";
import { challengesOf, type ChallengeView } from "./challenge-view.ts";
import { availableOf } from "./due.ts";
import { isHeld, type IssueOrigin, openIssues } from "./issued.ts";
import { levelAt } from "./level.ts";
import { reachedLimit } from "./redeemed.ts";
import { type LotClass, sumParts } from "./lot.ts";
import { type AccountState, inBucket, unitState, type UnitState } from "./state.ts";

/** A member's balances at one moment, as data; amounts in units. */
export interface Wallet {
  readonly balances: readonly WalletBalance[];
  /** Null in a programme without tiers. */
  readonly tier: TierView | null;
  /** Challenges that run; absent when none does. */
  readonly challenges?: readonly ChallengeView[];
}

/** Where a member stands among the levels. */
export interface TierView {
  readonly basis: TierRules["basis"];
  /** Null below the lowest level. */
  readonly level: TierLevel | null;
  /** Points, minor units or visits in the window. */
  readonly counted: number;
  readonly next: { readonly id: string; readonly name: LocalizedText; readonly missing: number } | null;
  /** The last day on which the level is kept if nothing more is done; null when it is kept for good, or without one. */
  readonly kept_until: LocalDate | null;
}

export interface WalletBalance {
  readonly unit: string;
  readonly kind: "points" | "stamps" | "credit" | "strips";
  readonly name: LocalizedText;
  readonly available: number;
  readonly pending: number;
  readonly held: number;
  readonly expiring: readonly { readonly amount: number; readonly on: LocalDate }[];
  /** Stamps on a full card; null for other units. */
  readonly of: number | null;
  /** Of what is available, what was paid for with money and what was given; absent for units that are never paid for. */
  readonly paid?: number;
  readonly granted?: number;
}

/** A reward that was issued to a member and is not used yet. */
export interface IssueView {
  readonly seq: number;
  readonly index: number;
  readonly reward: string;
  readonly name: LocalizedText;
  readonly origin: IssueOrigin;
  readonly issued_at_ms: number;
  /** Last local day on which it can be redeemed; null never expires. */
  readonly expires_on: LocalDate | null;
  /** Whether an open redemption holds it. */
  readonly held: boolean;
}

/** What a member may redeem for nothing: soonest expiry first. */
export function issuesOf(state: AccountState): IssueView[] {
  return openIssues(state).map((issue) => {
    const { seq, index, reward, what: name, origin, issued_at_ms, expires_on } = issue;
    return { seq, index, reward, name, origin, issued_at_ms, expires_on, held: isHeld(state, issue) };
  });
}

/** What a member can have now, and how far the others are. */
export interface RewardView {
  readonly id: string;
  readonly name: LocalizedText;
  /** What this member gives. */
  readonly cost: { readonly unit: string; readonly amount: number };
  readonly effect: Reward["effect"];
  readonly affordable: boolean;
  /** Units still needed; 0 when affordable. */
  readonly missing: number;
  /** The condition that keeps the member from it now, whatever the balance; null when none does. */
  readonly blocked: "reward_closed" | "reward_outside_hours" | "reward_limit_reached" | "reward_not_for_tier" | null;
  /** What others give, when the member's level has a price of its own. */
  readonly instead_of?: number;
  /** The levels that it is for; absent when it is for everybody. */
  readonly tiers?: readonly { readonly id: string; readonly name: LocalizedText }[];
}

/** The wallet under a programme at an instant: its own units first, then units of earlier versions that still hold something. */
export function walletOf(state: AccountState, program: CompiledProgram, at_ms: number): Wallet {
  const known = [...program.units.values()];
  const others = Object.keys(state.units).filter((unit) => !program.units.has(unit) && !isEmpty(state, unit));
  const extra = others.map((unit) => ({
    unit,
    kind: kindOf(unit),
    name: isMoney(unit) ? CREDIT_NAME : { en: unit },
    of: null,
  }));
  const challenges = challengesOf(state, program, at_ms);
  return {
    balances: [...known, ...extra].map((facts) => balanceOf(state, facts)),
    tier: tierOf(state, program, at_ms),
    ...(challenges.length === 0 ? {} : { challenges }),
  };
}

function tierOf(state: AccountState, { document }: CompiledProgram, at_ms: number): TierView | null {
  if (document.tiers === undefined) return null;
  const month = monthOf(localDate(at_ms, document.timezone));
  const { level, counted, next, kept_until } = tierStanding(document.tiers, state.meters ?? {}, month);
  return {
    basis: document.tiers.basis,
    level,
    counted,
    next: next === null ? null : { id: next.level.id, name: next.level.name, missing: next.missing },
    kept_until: kept_until === null ? null : endOfMonth(`${kept_until}-01`),
  };
}

function balanceOf(state: AccountState, facts: Pick<WalletBalance, "unit" | "kind" | "name" | "of">): WalletBalance {
  const unit = unitState(state, facts.unit);
  return {
    unit: facts.unit,
    kind: facts.kind,
    name: facts.name,
    available: inBucket(unit, "available"),
    pending: inBucket(unit, "pending"),
    held: inBucket(unit, "held"),
    expiring: unit.lots.flatMap((lot) =>
      lot.bucket === "available" && lot.expires_on !== null ? [{ amount: lot.amount, on: lot.expires_on }] : [],
    ),
    of: facts.of,
    ...(facts.kind === "credit" || facts.kind === "strips" ? origins(unit) : {}),
  };
}

/** What is owed after a return stands in neither. */
function origins({ lots }: UnitState): Pick<WalletBalance, "paid" | "granted"> {
  const free = lots.filter(({ bucket }) => bucket === "available");
  const of = (lotClass: LotClass) => sumParts(free.filter((lot) => lot.class === lotClass));
  return { paid: of("paid"), granted: of("granted") };
}

function isEmpty(state: AccountState, unit: string): boolean {
  return unitState(state, unit).lots.length === 0;
}

function kindOf(unit: string): WalletBalance["kind"] {
  if (unit.startsWith("stamps:")) return "stamps";
  if (unit.startsWith("strip:")) return "strips";
  return unit.startsWith("credit:") ? "credit" : "points";
}

/**
 * Every reward of the programme that can be bought: affordable ones first, dearest first; then the others, nearest first. Conditions are judged
 * at `now_ms`.
 */
export function rewardsOf(state: AccountState, program: CompiledProgram, now_ms: number): RewardView[] {
  const level = levelAt(state, program, now_ms);
  const views = [...program.rewards.values()].flatMap((reward): RewardView[] => {
    const price = priceFor(reward, level);
    if (price === null) return [];
    const { unit, amount, tier_price } = price;
    const missing = Math.max(0, amount - availableOf(state, unit));
    const view = {
      id: reward.id,
      name: reward.name,
      cost: { unit, amount },
      effect: reward.effect,
      affordable: missing === 0,
      missing,
      blocked: notForTier(reward, level)?.code ?? blockedBy(state, reward, program, now_ms),
      ...(tier_price === null ? {} : { instead_of: tier_price.instead_of }),
      ...(reward.tiers === undefined ? {} : { tiers: namedLevels(program, reward.tiers) }),
    };
    return [view];
  });
  const byCost = (left: RewardView, right: RewardView) => right.cost.amount - left.cost.amount;
  const byNearness = (left: RewardView, right: RewardView) => nearness(right) - nearness(left);
  return [
    ...views.filter((view) => view.affordable).sort(byCost),
    ...views.filter((view) => !view.affordable).sort(byNearness),
  ];
}

function namedLevels({ levels }: CompiledProgram, ids: readonly string[]): NonNullable<RewardView["tiers"]> {
  return ids.flatMap((id) => {
    const level = levels.get(id);
    return level === undefined ? [] : [{ id, name: level.name }];
  });
}

function blockedBy(
  state: AccountState,
  reward: Reward,
  { document: { timezone } }: CompiledProgram,
  now_ms: number,
): RewardView["blocked"] {
  const closed = closedAt(reward, now_ms, timezone);
  if (closed !== null) return closed.code;
  if (reward.limit === undefined) return null;
  return reachedLimit(state, reward, localDate(now_ms, timezone)) === null ? null : "reward_limit_reached";
}

/** How much of the cost is there already, 0 to 1. */
function nearness(view: RewardView): number {
  return (view.cost.amount - view.missing) / view.cost.amount;
}
