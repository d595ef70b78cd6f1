import type { Basket, BasketLine } from "../../program/basket.ts";
import { payableWithCredit } from "../../program/credit.ts";
import type { SaleFacts } from "../booking.ts";
import { withCredit } from "./payment.ts";

/**
 * The basket on which a sale earns: its lines, and what rewards took off when the programme earns on the gross price. What
 * was paid with credit earns nothing.
 */
export function earningBasket({ lines, total, gross_up, paid_with_credit = 0 }: EarningSale): Basket {
  const grown = gross_up === 0 ? { lines, total } : grossedUp({ lines, total }, gross_up);
  return withCredit(grown, paid_with_credit, payableWithCredit({ lines, total }));
}

function grossedUp({ lines, total }: Basket, gross_up: number): Basket {
  return { total: total + gross_up, lines: [...lines, grossUpLine(gross_up)] };
}

type EarningSale = Basket & Pick<SaleFacts, "gross_up" | "paid_with_credit">;

function grossUpLine(amount: number): BasketLine {
  const nothing = { sku: null, name: null, category: null, unit_price: null, tax_rate: null };
  return { id: "gross_up", kind: "unallocated", quantity_milli: 1000, amount, ...nothing };
}
