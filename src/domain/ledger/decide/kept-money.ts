import type { CompiledProgram } from "../../program/compile.ts";
import type { ReturnEvent, ToppedUp } from "../booking.ts";
import type { SaleBooking } from "../command.ts";
import {
  type AppliedReturn,
  keptCredit,
  keptStoredValue,
  keptTopUpPaid,
  keptSpend,
  nothingReturned,
} from "./kept-sale.ts";
import { keptTopUp } from "./top-up.ts";

/** How the money of a sale moves with a return, in minor units. */
export interface KeptMoney {
  /** What stays paid with credit. */
  readonly credit: { readonly before: number; readonly after: number };
  /** What stays paid otherwise, and so counts as spent. */
  readonly spend: { readonly before: number; readonly after: number };
  /** What stays of a top-up; null for a sale without one. */
  readonly topped_up: { readonly before: ToppedUp; readonly after: ToppedUp } | null;
  /** What of this return was stored value. */
  readonly stored_value: number;
}

/** What a return leaves of what was paid, of what was paid with credit, and of what was topped up. */
export function keptMoney(
  sale: SaleBooking,
  previous: ReturnEvent | null,
  { kept, full }: Pick<AppliedReturn, "kept" | "full">,
  program: CompiledProgram,
): KeptMoney {
  const facts = sale.sale;
  const earlier = previous?.kept ?? nothingReturned();
  const credit = {
    before: previous?.paid_with_credit ?? facts.paid_with_credit ?? 0,
    after: full ? 0 : keptCredit(facts, kept),
  };
  const spend = {
    before: keptSpend(facts, earlier) - credit.before,
    after: full ? 0 : keptSpend(facts, kept) - credit.after,
  };
  const stored_value = keptStoredValue(facts, earlier) - (full ? 0 : keptStoredValue(facts, kept));
  return { credit, spend, stored_value, topped_up: keptTops(sale, previous, { kept, full }, program) };
}

function keptTops(
  { sale, topped_up: sold }: SaleBooking,
  previous: ReturnEvent | null,
  { kept, full }: Pick<AppliedReturn, "kept" | "full">,
  program: CompiledProgram,
): KeptMoney["topped_up"] {
  if (sold === undefined) return null;
  const before = previous?.topped_up ?? sold;
  // A discount that comes back by itself leaves more to be paid, but tops nothing up.
  const paid = full ? 0 : Math.min(sold.paid, keptTopUpPaid(sale, kept));
  return { before, after: keptTopUp(program, sold, paid) };
}
