import { type Basket, withoutTax } from "./basket.ts";
import { type BaseFact, type BaseOutcome, bestRule } from "./base-earning.ts";
import { type Boost, boostsOf, boosted } from "./boost.ts";
import { type CapHit, type CapUsage, trimmed } from "./cap.ts";
import type { CompiledProgram, Earner } from "./compile.ts";
import type { LocalizedText } from "./document-parts.ts";
import type { Remainder, Remainders } from "./remainder.ts";

/** What a sale froze, so that a return can compute with the sale's own rules and not with today's. */
export interface FrozenContext {
  readonly program: number;
  /** Remainders of the spend rules before the sale; a rule that is absent had none. */
  readonly remainders: Remainders;
  /** What capped rules and units had given before, by rule or unit; absent when nothing is capped. */
  readonly capped?: Readonly<Record<string, CapUsage>>;
  /** Rules that had just given and were waiting; absent when none was. */
  readonly cooling?: readonly string[];
  /** The member's level; absent without one. */
  readonly tier?: string;
  /** Promotions that were open to this member at that moment; absent when none was. */
  readonly promotions?: readonly string[];
  /** Challenges that ran for this member at that moment; absent when none did. */
  readonly challenges?: readonly string[];
}

/** What one unit earns on a basket. */
export interface UnitOutcome {
  readonly unit: string;
  /** The rule that gave most; null when none applied. */
  readonly rule: string | null;
  readonly amount: number;
  /** The chosen rule's remainder before and after, in its own sub-units; null unless it is a spend rule. */
  readonly remainder: { readonly before: Remainder; readonly after: Remainder } | null;
  readonly fact: EarnFact;
  /** Promotions that gave something here; absent when none did. */
  readonly promotions?: readonly string[];
  /** Of the amount, what does not count for a tier; absent when all of it does. */
  readonly not_for_tier?: number;
  /** What the rule gave with its multiplier, which its own caps count; absent when that is the amount. */
  readonly by_rule?: number;
}

/** Why a unit earned what it earned; rendered in the reader's language on read. */
export type EarnFact = BaseFact | BoostedFact;

/** A base rule with what came on top, and what a cap took off again. */
export interface BoostedFact {
  readonly code: "earned_with";
  readonly base: BaseFact;
  readonly multiplier: { readonly name: LocalizedText; readonly percent: number } | null;
  readonly additions: readonly { readonly name: LocalizedText; readonly amount: number }[];
  readonly cap: CapHit | null;
}

/**
 * Evaluates every unit of the programme on a basket: the rule that gives most, at most one multiplier, then additions,
 * then caps. Pure: the same basket and context always give the same outcome.
 */
export function evaluateEarning(program: CompiledProgram, frozen: FrozenContext, basket: Basket): UnitOutcome[] {
  const { earn_before_tax } = program.document;
  const counted = earn_before_tax === undefined ? basket : withoutTax(basket, earn_before_tax.default_rate);
  return program.earners.map((earner) => evaluateUnit(program, earner, frozen, counted));
}

function evaluateUnit(program: CompiledProgram, earner: Earner, frozen: FrozenContext, basket: Basket): UnitOutcome {
  const best = bestRule(program, earner, frozen, basket);
  const boosts = best.rule === null ? [] : boostsOf(program, earner.unit, frozen, basket);
  const full = boosts.length === 0 ? best : boosted(program, earner, best, boosts, { frozen, basket });
  const cap = trimmed(earner.caps, frozen.capped?.[earner.unit], full.amount) ?? full.cap;
  const amount = full.amount - (cap?.unit === true ? cap.over : 0);
  return outcomeOf(earner.unit, full, { best, amount, boosts, cap });
}

interface Whole {
  readonly best: BaseOutcome;
  readonly amount: number;
  readonly boosts: readonly Boost[];
  readonly cap: CapHit | null;
}

function outcomeOf(unit: string, full: BaseOutcome, { best, amount, boosts, cap }: Whole): UnitOutcome {
  const { rule, remainder } = full;
  if (boosts.length === 0 && cap === null) return { unit, rule, amount, remainder, fact: full.fact };
  const additions = boosts.filter((boost) => boost.kind === "addition");
  const multiplier = boosts.find((boost) => boost.kind === "multiplier");
  const promotions = boosts.flatMap(({ promotion }) => (promotion === null ? [] : [promotion]));
  const extra = boosts.filter(({ for_tier }) => !for_tier);
  const aside = extra.length === 0 ? 0 : notForTier(full.amount - best.amount, extra, multiplier, additions);
  const not_for_tier = Math.min(amount, aside);
  const by_rule = full.amount - additions.reduce((sum, { give }) => sum + give, 0);
  return {
    unit,
    rule,
    amount,
    remainder,
    fact: {
      code: "earned_with",
      base: full.fact,
      multiplier: multiplier === undefined ? null : { name: multiplier.name, percent: multiplier.percent },
      additions: additions.map(({ name, give }) => ({ name, amount: give })),
      cap,
    },
    ...(promotions.length === 0 ? {} : { promotions }),
    ...(not_for_tier === 0 ? {} : { not_for_tier }),
    ...(by_rule === amount ? {} : { by_rule }),
  };
}

/** What the boosts that do not count for a tier added: a multiplier all beyond the additions, an addition its own. */
function notForTier(
  added: number,
  aside: readonly Boost[],
  multiplier: Boost | undefined,
  additions: readonly Boost[],
): number {
  const sum = (all: readonly Boost[]) =>
    all.reduce((total, boost) => total + (boost.kind === "addition" ? boost.give : 0), 0);
  const multiplied = multiplier !== undefined && aside.includes(multiplier) ? added - sum(additions) : 0;
  return Math.max(0, multiplied + sum(aside));
}
