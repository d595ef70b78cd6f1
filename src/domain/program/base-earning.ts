import { assertNever } from "../invariant.ts";
import { type Basket, type BasketLine, eligibleAmount, eligibleLines, matches, wholeUnits } from "./basket.ts";
import { type CapHit, trimmed } from "./cap.ts";
import type { CompiledMatcher, CompiledProgram, CompiledRule, Earner } from "./compile.ts";
import type { FrozenContext } from "./earn.ts";
import type { EarningRule } from "./earning-rules.ts";
import { atRate, type Remainder } from "./remainder.ts";

/** What a rule gives by itself, and why. */
export type BaseFact =
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
  | { readonly code: "earned_units"; readonly count: number; readonly give: number; readonly per_units?: number }
  | { readonly code: "below_minimum"; readonly minimum: number; readonly eligible: number }
  | { readonly code: "cooling_down"; readonly minutes: number }
  | { readonly code: "nothing_eligible" };

export interface BaseOutcome {
  readonly rule: string | null;
  readonly amount: number;
  readonly remainder: { readonly before: Remainder; readonly after: Remainder } | null;
  readonly fact: BaseFact;
  /** The rule's own cap, when it took something off. */
  readonly cap: CapHit | null;
}

/** A multiplier and the lines it counts for; null counts for all. */
export interface Multiplier {
  readonly percent: number;
  readonly only: CompiledMatcher | null;
}

const ONCE: Multiplier = { percent: 100, only: null };

/** The rule that gives most wins; on a tie the earlier one, except that a rule which moves nothing never hides a remainder. */
export function bestRule(program: CompiledProgram, earner: Earner, frozen: FrozenContext, basket: Basket): BaseOutcome {
  let best = nothing({ code: "nothing_eligible" });
  for (const rule of earner.rules) {
    const outcome = evaluateRule(program, rule, { frozen, basket });
    if (outcome.amount > best.amount || (best.rule === null && outranksNothing(outcome, best))) best = outcome;
  }
  return best;
}

function outranksNothing(outcome: BaseOutcome, best: BaseOutcome): boolean {
  return outcome.rule !== null || (best.fact.code === "nothing_eligible" && outcome.fact.code !== "nothing_eligible");
}

function nothing(fact: BaseFact): BaseOutcome {
  return { rule: null, amount: 0, remainder: null, fact, cap: null };
}

/** What a rule is evaluated on. */
export interface Situation {
  readonly frozen: FrozenContext;
  readonly basket: Basket;
}

/** One rule on a basket, times a multiplier, within the rule's own caps. */
export function evaluateRule(
  program: CompiledProgram,
  compiled: CompiledRule,
  { frozen, basket }: Situation,
  multiplier: Multiplier = ONCE,
): BaseOutcome {
  const { rule } = compiled;
  const lines = eligibleLines(basket, { ...compiled, exclude: program.exclude });
  const eligible = eligibleAmount(basket, lines);
  if (lines.length === 0 || eligible <= 0) return nothing({ code: "nothing_eligible" });
  const minimum = rule.minimum_spend ?? 0;
  if (eligible < minimum) return nothing({ code: "below_minimum", minimum, eligible });
  if (rule.cooldown_minutes !== undefined && frozen.cooling?.includes(rule.id) === true) {
    return nothing({ code: "cooling_down", minutes: rule.cooldown_minutes });
  }
  const boosted = multiplier.only === null ? lines : lines.filter((line) => isIn(multiplier, line));
  const given = give(rule, { basket, lines, eligible, boosted, percent: multiplier.percent }, frozen);
  const cap = trimmed(rule.caps, frozen.capped?.[rule.id], given.amount);
  return cap === null ? given : { ...given, amount: given.amount - cap.over, cap: { ...cap, unit: false } };
}

function isIn({ only }: Multiplier, line: BasketLine): boolean {
  return only === null || matches(only, line);
}

interface Counted {
  readonly basket: Basket;
  readonly lines: readonly BasketLine[];
  readonly eligible: number;
  /** Those of the lines that a multiplier counts for. */
  readonly boosted: readonly BasketLine[];
  readonly percent: number;
}

function give(rule: EarningRule, counted: Counted, frozen: FrozenContext): BaseOutcome {
  switch (rule.kind) {
    case "spend":
      return bySpend(rule, counted, frozen);
    case "visit": {
      const percent = counted.boosted.length === 0 ? 100 : counted.percent;
      const amount = Math.floor((rule.give * percent) / 100);
      return { ...nothing({ code: "earned_visit", give: rule.give }), rule: rule.id, amount };
    }
    case "item":
    case "category":
    case "quantity":
      return byUnits(rule, counted);
    default:
      return assertNever(rule, "earning rule");
  }
}

function byUnits(
  rule: { readonly id: string; readonly give: number; readonly per_units?: number | undefined },
  { lines, boosted, percent }: Counted,
): BaseOutcome {
  const per = rule.per_units ?? 1;
  const times = (some: readonly BasketLine[]) => Math.floor(wholeUnits(some) / per);
  const count = times(lines);
  if (count === 0) return nothing({ code: "nothing_eligible" });
  const extra = Math.floor((times(boosted) * rule.give * (percent - 100)) / 100);
  const fact = { code: "earned_units", count, give: rule.give, ...(per === 1 ? {} : { per_units: per }) } as const;
  return { ...nothing(fact), rule: rule.id, amount: count * rule.give + extra };
}

type SpendRule = Extract<EarningRule, { kind: "spend" }>;

/**
 * floor((value + eligible × give) / per), the rest carried over. Under a multiplier the eligible amount counts in hundredths,
 * so that nothing is rounded twice; a remainder once counted so finely stays so.
 */
function bySpend(rule: SpendRule, { basket, eligible, boosted, percent }: Counted, frozen: FrozenContext): BaseOutcome {
  const rateGive = giveFor(rule, eligible);
  const known = frozen.remainders[rule.id] ?? { value: 0, rate: rule.per };
  const finest = rule.per * 100;
  const rate = percent !== 100 || known.rate === finest ? finest : rule.per;
  const before = atRate(known, rate);
  const extra = percent === 100 ? 0 : eligibleAmount(basket, boosted) * (percent - 100);
  const weighted = rate === rule.per ? eligible : eligible * 100 + extra;
  const { quotient, rest } = divide(before.value, weighted, rateGive, rate);
  const carried = (value: number) => Math.floor(value / (rateGive * (rate / rule.per)));
  return {
    rule: rule.id,
    amount: quotient,
    remainder: { before, after: { value: rest, rate } },
    fact: {
      code: "earned_spend",
      eligible,
      per: rule.per,
      give: rateGive,
      carried_in: carried(before.value),
      carried_out: carried(rest),
    },
    cap: null,
  };
}

/** The rate of the highest step that the basket reaches. */
function giveFor({ give: plain, steps = [] }: SpendRule, eligible: number): number {
  const reached = steps.filter(({ from }) => eligible >= from);
  return reached.reduce((best, step) => (step.from >= best.from ? step : best), { from: 0, give: plain }).give;
}

/** (value + amount × times) ÷ rate in whole units, never below zero, and what is left. Exact beyond 2^53. */
function divide(value: number, amount: number, times: number, rate: number): { quotient: number; rest: number } {
  const seen = value + amount * times;
  if (Number.isSafeInteger(seen)) {
    const quotient = Math.max(0, Math.floor(seen / rate));
    return { quotient, rest: seen - quotient * rate };
  }
  const exact = BigInt(value) + BigInt(amount) * BigInt(times);
  const quotient = exact / BigInt(rate);
  return { quotient: Number(quotient), rest: Number(exact - quotient * BigInt(rate)) };
}
