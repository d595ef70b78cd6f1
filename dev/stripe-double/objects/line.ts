import type { Invoice, InvoiceLine, Price } from "../wire.ts";
import type { World } from "../world.ts";
import { productIdOf } from "./catalog.ts";

/** A line before it stands on an invoice. Amounts in minor units, without VAT. */
export interface DraftLine {
  readonly description: string;
  readonly amount: number;
  readonly quantity: number;
  readonly price: Price | null;
  readonly period: { readonly start: number; readonly end: number };
  readonly proration: boolean;
  readonly subscription: string | null;
  readonly item: string | null;
}

/** A line that is charged in full: a price times a quantity for a period. */
export function chargeLine(
  world: World,
  {
    price,
    quantity,
    period,
    subscription,
    item,
  }: Omit<DraftLine, "description" | "amount" | "proration" | "price"> & { readonly price: Price },
): DraftLine {
  const name = world.state.products[productIdOf(price)]?.name ?? price.id;
  const amount = (price.unit_amount ?? 0) * quantity;
  return {
    description: `${quantity} × ${name}`,
    amount,
    quantity,
    price,
    period,
    proration: false,
    subscription,
    item,
  };
}

/** What a line says on an invoice; VAT is added exclusively, line by line. */
export function makeLine(world: World, invoice: string, draft: DraftLine, percent: number): InvoiceLine {
  const tax = Math.round((draft.amount * percent) / 100);
  const { price } = draft;
  return {
    id: world.newId("il"),
    object: "line_item",
    amount: draft.amount,
    currency: "eur",
    description: draft.description,
    discount_amounts: [],
    discountable: !draft.proration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: parentOf(draft),
    period: draft.period,
    pretax_credit_amounts: [],
    pricing:
      price === null
        ? null
        : {
            price_details: { price: price.id, product: productIdOf(price) },
            type: "price_details",
            unit_amount_decimal: price.unit_amount_decimal,
          },
    quantity: draft.quantity,
    quantity_decimal: String(draft.quantity),
    subscription: draft.subscription,
    subtotal: draft.amount,
    taxes: [
      {
        amount: tax,
        tax_behavior: "exclusive",
        tax_rate_details: { tax_rate: `txr_double_${percent}` },
        taxability_reason: percent === 0 ? "reverse_charge" : "standard_rated",
        taxable_amount: draft.amount,
        type: "tax_rate_details",
      },
    ],
  };
}

function parentOf({ subscription, item, proration }: DraftLine): InvoiceLine["parent"] {
  if (subscription === null || item === null) return null;
  return {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration,
      proration_details: null,
      subscription,
      subscription_item: item,
    },
    type: "subscription_item_details",
  };
}

export interface Sums {
  readonly subtotal: number;
  readonly tax: number;
  readonly total: number;
}

export function sumsOf(lines: readonly InvoiceLine[]): Sums {
  const subtotal = lines.reduce((sum, { amount }) => sum + amount, 0);
  const tax = lines.reduce((sum, { taxes }) => sum + (taxes ?? []).reduce((inner, each) => inner + each.amount, 0), 0);
  return { subtotal, tax, total: subtotal + tax };
}

export function totalTaxes({ tax, subtotal }: Sums, percent: number): Invoice["total_taxes"] {
  return [
    {
      amount: tax,
      tax_behavior: "exclusive",
      tax_rate_details: { tax_rate: `txr_double_${percent}` },
      taxability_reason: percent === 0 ? "reverse_charge" : "standard_rated",
      taxable_amount: subtotal,
      type: "tax_rate_details",
    },
  ];
}
