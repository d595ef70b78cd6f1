import type { LineInput } from "../../../contract/pos-v1/sale.ts";
import { invariant } from "../../../domain/invariant.ts";
import { parseMilli } from "../../../domain/numbers.ts";
import type { BasketLine } from "../../../domain/program/basket.ts";
import type { ItemFacts, MerchantConfig } from "../../../domain/tenancy/config.ts";
import type { PosDesk } from "./desk.ts";

/** Items by sku, built once per configuration. */
const itemsOf = new WeakMap<MerchantConfig, ReadonlyMap<string, ItemFacts>>();

/** The till's lines as the ledger has them: ids made up where absent, and what the till left out taken from the item list. */
export function basketLines(desk: PosDesk, lines: readonly LineInput[]): BasketLine[] {
  const items = itemsBySku(desk.parts.config.config);
  const taken = new Set(lines.map((line) => line.id));
  return lines.map((line, index) => {
    const item = line.sku === undefined ? undefined : items.get(line.sku);
    return {
      id: line.id ?? freeId(taken, index + 1),
      kind: line.returns === undefined ? line.kind : "exchange",
      sku: line.sku ?? null,
      name: line.name ?? item?.name ?? null,
      category: line.category ?? item?.category ?? null,
      quantity_milli: quantityMilli(line.quantity),
      amount: line.amount,
      unit_price: line.unit_price ?? null,
      tax_rate: line.tax_rate ?? item?.tax_rate ?? null,
    };
  });
}

/** A quantity that the schema has accepted, in thousandths. */
export function quantityMilli(text: string): number {
  const milli = parseMilli(text);
  invariant(milli !== null && milli > 0, `not a quantity: ${text}`);
  return milli;
}

function freeId(taken: Set<string | undefined>, from: number): string {
  let number = from;
  while (taken.has(`l${number}`)) number += 1;
  const id = `l${number}`;
  taken.add(id);
  return id;
}

function itemsBySku(config: MerchantConfig): ReadonlyMap<string, ItemFacts> {
  const known = itemsOf.get(config);
  if (known !== undefined) return known;
  const items = new Map(config.items.map((item) => [item.sku, item]));
  itemsOf.set(config, items);
  return items;
}
