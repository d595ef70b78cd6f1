import { assertNever } from "../invariant.ts";
import { mulDivFloor } from "../numbers.ts";
import { type Basket, eligibleAmount, eligibleLines, wholeUnits } from "./basket.ts";
import type { CompiledProgram, CompiledRule, Earner } from "./compile.ts";

/**
 * What a spend rule has seen but not yet paid out, in sub-units (minor units × give), with the rate (sub-units per
 * point) it is counted in. Signed: a return may take it below zero. Always: kept eligible × give = points × rate + value.
 */
export interface Remainder {
  readonly value: number;
  readonly rate: number;
}
export type Remainders = Readonly<Record<string, Remainder>>;

/** What a sale froze, so that a return can compute with the sale's own rules and not with today's. */
export interface FrozenContext {
  readonly program: number;
  /** Remainders of the spend rules before the sale; a rule that is absent had none. */
  readonly remainders: Remainders;
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
}

/** Why a unit earned what it earned; rendered in the reader's language on read. */
export type EarnFact =
  | {
      readonly code: "earned_spend";
      readonly eligible: number;
      readonly per: number;
      readonly give: number;
      /** Minor units carried in and out, floored. */
      readonly carried_in: number;
      readonly carried_out: number;
    }
  | { readonly code: "earned_visit"; readonly give: number }
  | { readonly code: "earned_units"; readonly count: number; readonly give: number }
  | { readonly code: "below_minimum"; readonly minimum: number; readonly eligible: number }
  | { readonly code: "nothing_eligible" };

/** Evaluates every unit of the programme on a basket. Pure: the same basket and context always give the same outcome. */
export function evaluateEarning(program: CompiledProgram, frozen: FrozenContext, basket: Basket): UnitOutcome[] {
  return program.earners.map((earner) => bestOf(program, earner, frozen, basket));
}

/** The rule that gives most wins; on a tie the earlier one, except that a rule which moves nothing never hides a remainder. */
function bestOf(program: CompiledProgram, earner: Earner, frozen: FrozenContext, basket: Basket): UnitOutcome {
  let best: UnitOutcome = {
    unit: earner.unit,
    rule: null,
    amount: 0,
    remainder: null,
    fact: { code: "nothing_eligible" },
  };
  for (const rule of earner.rules) {
    const outcome = evaluateRule(program, rule, earner.unit, frozen, basket);
    if (outcome.amount > best.amount || (best.rule === null && outranksNothing(outcome, best))) best = outcome;
  }
  return best;
}

function outranksNothing(outcome: UnitOutcome, best: UnitOutcome): boolean {
  return outcome.rule !== null || (best.fact.code === "nothing_eligible" && outcome.fact.code === "below_minimum");
}

function evaluateRule(
  program: CompiledProgram,
  compiled: CompiledRule,
  unit: string,
  frozen: FrozenContext,
  basket: Basket,
): UnitOutcome {
  const { rule } = compiled;
  const lines = eligibleLines(basket, { ...compiled, exclude: program.exclude });
  const eligible = eligibleAmount(basket, lines);
  const nothing = (fact: EarnFact): UnitOutcome => ({ unit, rule: null, amount: 0, remainder: null, fact });
  if (lines.length === 0 || eligible <= 0) return nothing({ code: "nothing_eligible" });
  const minimum = rule.minimum_spend ?? 0;
  if (eligible < minimum) return nothing({ code: "below_minimum", minimum, eligible });
  switch (rule.kind) {
    case "spend":
      return spendOutcome(unit, rule, frozen, eligible);
    case "visit":
      return {
        unit,
        rule: rule.id,
        amount: rule.give,
        remainder: null,
        fact: { code: "earned_visit", give: rule.give },
      };
    case "item":
    case "category": {
      const count = wholeUnits(lines);
      if (count === 0) return nothing({ code: "nothing_eligible" });
      return {
        unit,
        rule: rule.id,
        amount: count * rule.give,
        remainder: null,
        fact: { code: "earned_units", count, give: rule.give },
      };
    }
    default:
      return assertNever(rule, "earning rule");
  }
}

function spendOutcome(
  unit: string,
  rule: { readonly id: string; readonly give: number; readonly per: number },
  frozen: FrozenContext,
  eligible: number,
): UnitOutcome {
  const rate = rule.per;
  const before = atRate(frozen.remainders[rule.id] ?? { value: 0, rate }, rate);
  const seen = before.value + eligible * rule.give;
  const amount = Math.max(0, Math.floor(seen / rate));
  const after = { value: seen - amount * rate, rate };
  const carried = (remainder: Remainder) => Math.floor(remainder.value / rule.give);
  return {
    unit,
    rule: rule.id,
    amount,
    remainder: { before, after },
    fact: {
      code: "earned_spend",
      eligible,
      per: rule.per,
      give: rule.give,
      carried_in: carried(before),
      carried_out: carried(after),
    },
  };
}

/** The same fraction of a point counted in another rate; a programme may change a rule between two sales. */
export function atRate(remainder: Remainder, rate: number): Remainder {
  return remainder.rate === rate ? remainder : { value: mulDivFloor(remainder.value, rate, remainder.rate), rate };
}
