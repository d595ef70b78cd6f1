import { z } from "zod";
import type { ItemRow } from "../../../db/schema/item.ts";
import { AMOUNT_MAX, parseMilli } from "../../../domain/numbers.ts";
import type { ItemFacts } from "../../../domain/tenancy/config.ts";
import { id, line, pageLimit } from "../fields.ts";

const HUNDRED_PERCENT_MILLI = 100_000;

const sku = line(64);
const itemName = line(120);
const price = z.int().min(0).max(AMOUNT_MAX).nullable().describe("Minor units, tax included.");
const category = line(64).nullable();
const taxRate = z.string().refine(isPercent, "must be a percentage as a decimal string, such as 21 or 5.5").nullable();
const buttonOrder = z.int().min(0).max(100_000);

export const createItemInput = z.strictObject({
  sku,
  name: itemName,
  price: price.default(null),
  category: category.default(null),
  tax_rate: taxRate.default(null),
  button_order: buttonOrder.default(0),
});

export const updateItemInput = z.strictObject({
  id,
  sku: sku.optional(),
  name: itemName.optional(),
  price: price.optional(),
  category: category.optional(),
  tax_rate: taxRate.optional(),
  button_order: buttonOrder.optional(),
});

export const upsertItemsInput = z.strictObject({
  items: z
    .array(createItemInput)
    .min(1)
    .max(1_000)
    .refine((items) => new Set(items.map((item) => item.sku)).size === items.length, "a sku is there twice"),
});

export const listItemsInput = z.strictObject({
  archived: z.boolean().default(false),
  cursor: z.string().max(300).nullable().default(null),
  limit: pageLimit,
});

export const archiveItemInput = z.strictObject({ id });

/** An item as a merchant's people see it. */
export interface Item extends ItemFacts {
  readonly id: string;
  readonly button_order: number;
  readonly created_at_ms: number;
  readonly archived_at_ms: number | null;
}

/** Another item in use has the sku. */
export interface SkuTaken {
  readonly code: "sku_taken";
}

export function toItem({ merchant: _merchant, ...item }: ItemRow): Item {
  return item;
}

function isPercent(text: string): boolean {
  const milli = parseMilli(text);
  return milli !== null && milli <= HUNDRED_PERCENT_MILLI;
}
