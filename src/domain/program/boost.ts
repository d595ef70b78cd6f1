import { type BaseOutcome, evaluateRule, type Situation } from "./base-earning.ts";
import { type Basket, eligibleAmount, eligibleLines } from "./basket.ts";
import type { CompiledMatcher, CompiledProgram, CompiledPromotion, Earner } from "./compile.ts";
import type { LocalizedText } from "./document-parts.ts";
import type { FrozenContext } from "./earn.ts";

/** What comes on top of a base rule. */
export type Boost = Multiplication | Addition;

interface FromPromotion {
  /** Null when it comes from the member's level. */
  readonly promotion: string | null;
  readonly name: LocalizedText;
  readonly for_tier: boolean;
}

export interface Multiplication extends FromPromotion {
  readonly kind: "multiplier";
  readonly percent: number;
  readonly only: CompiledMatcher | null;
}

export interface Addition extends FromPromotion {
  readonly kind: "addition";
  readonly give: number;
}

/** The largest multiplier, if any, then every addition that fits the basket. */
export function boostsOf(program: CompiledProgram, unit: string, frozen: FrozenContext, basket: Basket): Boost[] {
  const open = program.promotions.filter(
    (compiled) =>
      givesMoreOf(compiled, unit) &&
      frozen.promotions?.includes(compiled.promotion.id) === true &&
      fits(program, compiled, basket),
  );
  const multipliers = [...ofLevel(program, unit, frozen), ...open.flatMap(multiplication)];
  const largest = multipliers.reduce<Multiplication | null>(
    (best, next) => (best === null || next.percent > best.percent ? next : best),
    null,
  );
  return [...(largest === null ? [] : [largest]), ...open.flatMap(addition)];
}

/** A base outcome with its boosts: the rule again under the multiplier, then the additions. */
export function boosted(
  program: CompiledProgram,
  earner: Earner,
  best: BaseOutcome,
  boosts: readonly Boost[],
  situation: Situation,
): BaseOutcome {
  const multiplier = boosts.find((boost) => boost.kind === "multiplier");
  const rule = earner.rules.find((compiled) => compiled.rule.id === best.rule);
  const times =
    multiplier === undefined || rule === undefined ? best : evaluateRule(program, rule, situation, multiplier);
  const added = boosts.reduce((sum, boost) => sum + (boost.kind === "addition" ? boost.give : 0), 0);
  return { ...times, amount: times.amount + added };
}

function ofLevel({ levels }: CompiledProgram, unit: string, { tier }: FrozenContext): Multiplication[] {
  const level = tier === undefined ? undefined : levels.get(tier);
  if (unit !== "points" || level?.multiplier_percent === undefined) return [];
  const { name, multiplier_percent: percent } = level;
  return [{ kind: "multiplier", promotion: null, name, percent, only: null, for_tier: true }];
}

function multiplication({ promotion, only }: CompiledPromotion): Multiplication[] {
  const { id, name, gives, counts_for_tier: for_tier } = promotion;
  if (gives.kind !== "multiplier") return [];
  return [{ kind: "multiplier", promotion: id, name, percent: gives.percent, only, for_tier }];
}

function addition({ promotion }: CompiledPromotion): Addition[] {
  const { id, name, gives, counts_for_tier: for_tier } = promotion;
  return gives.kind === "addition" ? [{ kind: "addition", promotion: id, name, give: gives.give, for_tier }] : [];
}

function givesMoreOf({ promotion: { gives } }: CompiledPromotion, unit: string): boolean {
  return (gives.kind === "multiplier" || gives.kind === "addition") && gives.unit === unit;
}

/** Whether the basket has what the promotion asks for. */
export function fits(program: CompiledProgram, { promotion, only }: CompiledPromotion, basket: Basket): boolean {
  const lines = eligibleLines(basket, { only, except: null, exclude: program.exclude });
  const eligible = eligibleAmount(basket, lines);
  return eligible > 0 && eligible >= (promotion.minimum_spend ?? 0);
}
