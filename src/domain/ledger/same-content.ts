import type { BasketLine } from "../program/basket.ts";
import { normaliseBasket } from "../program/normalise-basket.ts";
import type { ReturnRequest, SaleFacts } from "./booking.ts";
import type { SaleCommand } from "./command.ts";

/**
 * Whether a sale that comes again under another key is the sale that was booked. What a till may send differently on a
 * retry does not count: its clock, tender, staff, names of lines and metadata.
 */
export function sameSale(command: SaleCommand, booked: SaleFacts): boolean {
  const lines = normaliseBasket(command.lines, command.total).lines;
  return (
    command.currency === booked.currency &&
    command.total === booked.total &&
    JSON.stringify(lines.map(content)) === JSON.stringify(booked.lines.map(content))
  );
}

export function sameReturn(request: ReturnRequest, booked: ReturnRequest): boolean {
  return JSON.stringify(returnContent(request)) === JSON.stringify(returnContent(booked));
}

function content(line: BasketLine): readonly (string | number | null)[] {
  return [line.kind, line.sku, line.quantity_milli, line.amount];
}

function returnContent(request: ReturnRequest): unknown {
  const lines =
    request.lines?.map(({ line, sku, quantity_milli, amount }) => [line, sku, quantity_milli, amount]) ?? null;
  return [lines, request.total];
}
