import type { Basket } from "../../program/basket.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import { type Coupon, couponOf } from "../../program/coupon.ts";
import type { FrozenContext } from "../../program/earn.ts";
import { termsOf } from "../../program/reward-terms.ts";
import { addSpan } from "../../time/calendar.ts";
import type { LocalDate } from "../../time/local-date.ts";
import type { ReturnedCoupon } from "../booking.ts";
import { isHeld, ISSUES_MAX, type IssuedReward, issueKey, openIssues, type SalePlace } from "../issued.ts";
import type { AccountState } from "../state.ts";

/** The coupon that a sale gives: a reward to be redeemed at a later one. Its time begins on the day of the sale. */
export function couponFor(
  state: AccountState,
  program: CompiledProgram,
  frozen: FrozenContext,
  { basket, on }: { readonly basket: Basket; readonly on: LocalDate },
): IssuedReward | null {
  const coupon = couponOf(program, frozen, basket);
  if (coupon === null || openIssues(state).length >= ISSUES_MAX) return null;
  return issued(program, coupon, on);
}

function issued(program: CompiledProgram, { promotion, reward: id }: Coupon, on: LocalDate): IssuedReward | null {
  const reward = program.rewards.get(id);
  if (reward === undefined) return null;
  const { name: what, valid_for } = reward;
  const expires_on = valid_for === undefined ? null : addSpan(on, valid_for);
  return { reward: id, what, origin: "promotion", expires_on, promotion, ...termsOf(reward) };
}

/** A sale some of which comes back. */
export interface CouponReturn {
  readonly place: SalePlace;
  readonly on: LocalDate;
  /** The promotion whose coupon stands until now; null when none does. */
  readonly standing: string | null;
  readonly frozen: FrozenContext;
  /** Null when nothing is kept. */
  readonly kept: Basket | null;
  readonly today: LocalDate;
}

/** What a return does to the coupon of its sale. */
export interface CouponChange {
  readonly coupon: ReturnedCoupon;
  readonly revoked: readonly string[];
  readonly issued: readonly IssuedReward[];
}

/**
 * The sale gives the coupon that the kept basket gives: one that it no longer earns is taken back, and one that it would have
 * earned instead comes in its place. One that an open redemption holds goes with it, unless it is used. One that was used or
 * is over stays as it is.
 */
export function returnCoupon(state: AccountState, program: CompiledProgram, sale: CouponReturn): CouponChange {
  const { place, standing, kept, today } = sale;
  const wanted = kept === null ? null : couponOf(program, sale.frozen, kept);
  if (standing === null || (wanted !== null && !asksLess(program, wanted.promotion, standing))) {
    return unchanged({ promotion: standing });
  }
  const given = openIssues(state).filter((issue) => isOf(issue, place));
  const open = given.filter((issue) => !isHeld(state, issue));
  const [taken] = open;
  const [held] = given;
  if (taken === undefined) {
    if (held === undefined) return unchanged({ promotion: standing, gone: true });
    const recalled = { issue: issueKey(held), what: held.what, until: addSpan(today, { days: -1 }) };
    return unchanged({ promotion: null, recalled });
  }
  const instead = wanted === null ? null : issued(program, wanted, sale.on);
  return {
    coupon: { promotion: instead?.promotion ?? null, taken_back: taken.what },
    revoked: open.map(issueKey),
    issued: instead === null ? [] : [{ ...instead, sale: place }],
  };
}

/** Whether a promotion asks for a smaller basket than another. What is kept of a sale never gives more than the sale did. */
function asksLess({ promotions }: CompiledProgram, left: string, right: string): boolean {
  const minimum = (id: string) => promotions.find(({ promotion }) => promotion.id === id)?.promotion.minimum_spend ?? 0;
  return left !== right && minimum(left) <= minimum(right);
}

function unchanged(coupon: ReturnedCoupon): CouponChange {
  return { coupon, revoked: [], issued: [] };
}

function isOf({ sale }: Pick<IssuedReward, "sale">, { origin, seq }: SalePlace): boolean {
  return sale !== undefined && sale.origin === origin && sale.seq === seq;
}
