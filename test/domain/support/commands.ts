import type { ReturnLineRequest, ReturnRequest, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type { AdjustmentCommand, HoldCommand, ReturnCommand, SaleCommand } from "../../../src/domain/ledger/command.ts";
import { type Basket, type BasketLine, sumOf } from "../../../src/domain/program/basket.ts";
import { NOW_MS, TODAY } from "./clock.ts";

/** One unit of something at a price; say what matters to the test in `changes`. */
export function line(id: string, amount: number, changes: Partial<BasketLine> = {}): BasketLine {
  const nothing = { sku: null, name: null, category: null, unit_price: null, tax_rate: null };
  return { id, kind: "item", quantity_milli: 1000, amount, ...nothing, ...changes };
}

/** Several units on one line, sold under its id as sku. */
export function units(id: string, count: number, amount: number, changes: Partial<BasketLine> = {}): BasketLine {
  return line(id, amount, { sku: id, quantity_milli: count * 1000, ...changes });
}

export function basket(...lines: readonly BasketLine[]): Basket {
  return { lines, total: sumOf(lines) };
}

/** A sale of some lines, or of a bare amount. */
export function sale(what: number | readonly BasketLine[], changes: Partial<SaleCommand> = {}): SaleCommand {
  const lines = typeof what === "number" ? [] : what;
  return {
    type: "sale",
    receipt: "R1",
    register: null,
    business_date: TODAY,
    occurred_at_ms: NOW_MS,
    clamped: false,
    backfilled: false,
    currency: "EUR",
    total: typeof what === "number" ? what : sumOf(what),
    lines,
    tender: [],
    card_no: null,
    holds: [],
    exchange: [],
    ...changes,
  };
}

/** What of a sale comes back: everything, a bare amount, or some lines. */
export type Back = "all" | number | readonly ReturnLineRequest[];

export function request(back: Back, return_id = "T1"): ReturnRequest {
  if (back === "all") return { return_id, lines: null, total: null };
  return typeof back === "number" ? { return_id, lines: null, total: back } : { return_id, lines: back, total: null };
}

export function refund(of: number | SaleByReceipt, back: Back, return_id = "T1"): ReturnCommand {
  return {
    type: "return",
    sale: typeof of === "number" ? { seq: of } : of,
    request: request(back, return_id),
  };
}

export function byLine(name: string, count: number | null = null, amount: number | null = null): ReturnLineRequest {
  return { line: name, sku: null, quantity_milli: count === null ? null : count * 1000, amount };
}
export function bySku(sku: string, count: number | null = null, amount: number | null = null): ReturnLineRequest {
  return { line: null, sku, quantity_milli: count === null ? null : count * 1000, amount };
}

export function receipt(name: string, changes: Partial<SaleByReceipt> = {}): SaleByReceipt {
  return { receipt: name, tills: null, register: null, business_date: null, ...changes };
}

export function holdOf(ask: string | number, changes: Partial<HoldCommand> = {}): HoldCommand {
  return {
    type: "hold",
    ask: typeof ask === "string" ? { reward: ask } : { unit: "points", amount: ask },
    lines: null,
    sale_total: null,
    card_no: null,
    ...changes,
  };
}

export function adjust(delta: number, changes: Partial<AdjustmentCommand> = {}): AdjustmentCommand {
  return { type: "adjustment", unit: "points", delta, card_no: null, ...changes };
}
