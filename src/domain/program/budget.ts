import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";

const most = z.int().min(1).max(AMOUNT_MAX).optional();

/** What a promotion may give over all members. Part of a promotion in the programme document. */
export const budget = z
  .strictObject({
    points_max: most.describe("So many of its unit on top of what is earned anyway."),
    amount_max: most.describe("So many minor units off baskets."),
    uses_max: most.describe("So many sales."),
  })
  .refine((given) => Object.keys(given).length === 1, "give one of points_max, amount_max and uses_max")
  .describe(
    "What it may give over all members; then it ends by itself, a few seconds late. Raised in a later version, it goes on.",
  );
export type Budget = z.infer<typeof budget>;

/** What a promotion with a budget gave in one booking: units, minor units or sales. Negative when a return gave it back. */
export interface BudgetUse {
  readonly promotion: string;
  readonly used: number;
  /** The most over all members, by the rules of the sale. */
  readonly max: number;
}

/** A promotion whose budget is used up, and how large it was then. */
export interface ClosedBudget {
  readonly promotion: string;
  readonly max: number;
}

export function budgetMax({ points_max, amount_max, uses_max }: Budget): number {
  return points_max ?? amount_max ?? uses_max ?? 0;
}

/** Whether a promotion gives no more; one whose budget was raised since gives again. */
export function isUsedUp(
  { id, budget: given }: { readonly id: string; readonly budget?: Budget | undefined },
  closed: readonly ClosedBudget[],
): boolean {
  return given !== undefined && closed.some(({ promotion, max }) => promotion === id && budgetMax(given) <= max);
}
