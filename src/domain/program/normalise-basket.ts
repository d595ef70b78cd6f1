import { type BasketLine, sumOf } from "./basket.ts";

/** The id of the line that carries what the lines do not explain, unless the till uses it. */
export const UNALLOCATED_LINE_ID = "unallocated";

export interface NormalisedBasket {
  readonly lines: readonly BasketLine[];
  /** total − sum of the lines as the till gave them; 0 when they agree or when no lines were given. */
  readonly difference: number;
}

/**
 * Makes the lines add up to the total. A difference becomes an `unallocated` line, never a refusal;
 * a sale without lines is one unallocated line, which is nothing to warn about.
 */
export function normaliseBasket(lines: readonly BasketLine[], total: number): NormalisedBasket {
  const rest = total - sumOf(lines);
  const all = rest === 0 ? lines : [...lines, unallocated(rest, lines)];
  return { lines: all, difference: lines.length === 0 ? 0 : rest };
}

function unallocated(amount: number, lines: readonly BasketLine[]): BasketLine {
  return {
    id: freeId(lines),
    kind: "unallocated",
    sku: null,
    name: null,
    category: null,
    quantity_milli: 1000,
    amount,
    unit_price: null,
    tax_rate: null,
  };
}

/** A till may call a line of its own like this; a return must be able to tell the two apart. */
function freeId(lines: readonly BasketLine[]): string {
  const taken = new Set(lines.map((line) => line.id));
  let id = UNALLOCATED_LINE_ID;
  for (let number = 2; taken.has(id); number += 1) id = `${UNALLOCATED_LINE_ID}_${number}`;
  return id;
}
