import type { Basket } from "../../program/basket.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import type { UnitOutcome } from "../../program/earn.ts";
import { localDate } from "../../time/local-date.ts";
import type { ReturnEvent } from "../booking.ts";
import type { SaleBooking } from "../command.ts";
import type { MeterChange } from "../meter.ts";
import { type BudgetedSale, returnedBudgets } from "./budget.ts";
import { type CountedSale, meterChanges } from "./earning-context.ts";
import { keptBasket } from "./kept-sale.ts";
import { earningBasket } from "./earning-basket.ts";

/** What stands of a sale. */
export interface Standing {
  readonly basket: Basket;
  readonly outcomes: readonly UnitOutcome[];
  /** The promotion whose coupon stands; null when none does. */
  readonly coupon: string | null;
  /** Minor units that count as spent. */
  readonly spend: number;
  readonly full: boolean;
}

/** A sale as its latest return left it; as it was sold when there is none. */
export function standingOf(
  { sale, outcomes }: SaleBooking,
  previous: ReturnEvent | null,
  counts: Pick<Standing, "coupon" | "spend">,
): Standing {
  if (previous === null) return { basket: earningBasket(sale), outcomes, ...counts, full: false };
  return { basket: keptBasket(sale, previous.kept), outcomes: previous.outcomes, ...counts, full: false };
}

/**
 * How counters and budgets move, those counters included that move for other reasons. A sale that counted nowhere, paid in
 * another currency or while earning was paused, is not taken out of any.
 */
export function returnedCounts(
  sale: SaleBooking,
  program: CompiledProgram,
  { was, is, also }: { readonly was: Standing; readonly is: Standing; readonly also: readonly MeterChange[] },
): Pick<ReturnEvent, "meters" | "budgets"> {
  const [before, after] = [counted(sale, was), counted(sale, is)];
  const on = localDate(sale.sale.occurred_at_ms, program.document.timezone);
  const own = sale.meters === undefined ? [] : meterChanges(program, on, before, after);
  const budgets = sale.budgets === undefined ? [] : returnedBudgets(program, sale.frozen, before, after);
  const meters = [...own, ...also];
  return { ...(meters.length === 0 ? {} : { meters }), ...(budgets.length === 0 ? {} : { budgets }) };
}

function counted({ offers = [] }: SaleBooking, { full, ...standing }: Standing): CountedSale & BudgetedSale {
  return { ...standing, offers: full ? [] : offers, visits: full ? 0 : 1 };
}
