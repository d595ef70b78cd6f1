import type { Basket } from "./basket.ts";
import { fits } from "./boost.ts";
import type { CompiledProgram } from "./compile.ts";
import type { FrozenContext } from "./earn.ts";

/** A promotion that gives a reward for a later visit. */
export interface Coupon {
  readonly promotion: string;
  readonly reward: string;
}

/**
 * The one coupon that a basket gives: of the promotions that are open to it and that it fits, the one that asks for the
 * largest basket; on a tie the earlier. Null when there is none.
 */
export function couponOf(program: CompiledProgram, { promotions }: FrozenContext, basket: Basket): Coupon | null {
  if (promotions === undefined) return null;
  let best: { readonly coupon: Coupon; readonly minimum: number } | null = null;
  for (const compiled of program.promotions) {
    const { id, gives, minimum_spend: minimum = 0 } = compiled.promotion;
    if (gives.kind !== "issue" || !promotions.includes(id) || !fits(program, compiled, basket)) continue;
    if (best === null || minimum > best.minimum) best = { coupon: { promotion: id, reward: gives.reward }, minimum };
  }
  return best?.coupon ?? null;
}
