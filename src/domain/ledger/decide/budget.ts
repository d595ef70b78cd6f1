import type { Basket } from "../../program/basket.ts";
import { fits } from "../../program/boost.ts";
import { type BudgetUse, budgetMax, type ClosedBudget, isUsedUp } from "../../program/budget.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import { evaluateEarning, type FrozenContext, type UnitOutcome } from "../../program/earn.ts";
import type { Promotion } from "../../program/promotion-rules.ts";
import type { SaleOffer, SaleWarning } from "../booking.ts";

/** A sale, or what is kept of one, as budgets see it. */
export interface BudgetedSale {
  readonly basket: Basket;
  readonly outcomes: readonly UnitOutcome[];
  readonly offers: readonly SaleOffer[];
  /** The promotion whose coupon it gave; null when it gave none. */
  readonly coupon: string | null;
}

/** What promotions with a budget gave at a sale; nothing for the others. */
export function budgetUses(program: CompiledProgram, frozen: FrozenContext, sale: BudgetedSale): BudgetUse[] {
  return program.promotions.flatMap(({ promotion }) => {
    const { id, budget } = promotion;
    if (budget === undefined || frozen.promotions?.includes(id) !== true) return [];
    const used = usedOf(program, frozen, promotion, sale);
    return used === 0 ? [] : [{ promotion: id, used, max: budgetMax(budget) }];
  });
}

/** What a return takes out of the budgets again: what the sale had used, less what is kept of it uses. */
export function returnedBudgets(
  program: CompiledProgram,
  frozen: FrozenContext,
  before: BudgetedSale,
  after: BudgetedSale,
): BudgetUse[] {
  const kept = budgetUses(program, frozen, after);
  return budgetUses(program, frozen, before).flatMap(({ promotion, used, max }) => {
    const left = kept.find((use) => use.promotion === promotion)?.used ?? 0;
    return used === left ? [] : [{ promotion, used: left - used, max }];
  });
}

function usedOf(
  program: CompiledProgram,
  frozen: FrozenContext,
  { id, gives, budget }: Promotion,
  { basket, outcomes, offers, coupon }: BudgetedSale,
): number {
  const applied = offers.filter((offer) => offer.applied && offer.id === id);
  if (budget?.amount_max !== undefined) return applied.reduce((sum, { discount }) => sum + discount, 0);
  const boosted = outcomes.find(({ promotions }) => promotions?.includes(id) === true);
  if (budget?.uses_max !== undefined) {
    return boosted !== undefined || applied.length > 0 || coupon === id ? 1 : 0;
  }
  if (boosted === undefined || (gives.kind !== "multiplier" && gives.kind !== "addition")) return 0;
  const others = (frozen.promotions ?? []).filter((other) => other !== id);
  const without = evaluateEarning(program, { ...frozen, promotions: others }, basket);
  return Math.max(0, boosted.amount - (without.find(({ unit }) => unit === gives.unit)?.amount ?? 0));
}

/** What a sale is told of promotions that would have applied, had their budget not been used up. */
export function usedUpWarnings(
  program: CompiledProgram,
  open: readonly string[],
  closed: readonly ClosedBudget[],
  { basket, named }: { readonly basket: Basket; readonly named: readonly string[] },
): SaleWarning[] {
  return program.promotions
    .filter(({ promotion }) => open.includes(promotion.id) && isUsedUp(promotion, closed))
    .filter((compiled) => named.includes(compiled.promotion.id) || fits(program, compiled, basket))
    .map(({ promotion: { id, name } }) => ({ code: "promotion_budget_used_up", promotion: id, name }));
}
