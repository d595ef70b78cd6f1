import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { listOf } from "../json-list.ts";
import { item } from "../schema/item.ts";
import { countColumns } from "./counts.ts";

export type NewItem = Omit<typeof item.$inferInsert, "merchant">;
export type ItemChange = Partial<Pick<NewItem, "sku" | "name" | "price" | "category" | "tax_rate" | "button_order">>;
/** Items come in the order of their buttons; the id breaks ties. */
export interface ItemCursor {
  readonly button_order: number;
  readonly id: string;
}

export function itemRepository(db: Database, tenant: string) {
  const own = eq(item.merchant, tenant);
  const one = (id: string) => and(own, eq(item.id, id));
  const active = and(own, isNull(item.archived_at_ms));
  return {
    insert: (row: NewItem) => db.insert(item).values({ ...row, merchant: tenant }),
    get: (id: string) => db.select().from(item).where(one(id)).limit(1),
    bySku: (sku: string) =>
      db
        .select()
        .from(item)
        .where(and(active, eq(item.sku, sku)))
        .limit(1),
    withSkus: (skus: readonly string[]) =>
      db
        .select()
        .from(item)
        .where(and(active, sql`${item.sku} in ${listOf(skus)}`)),
    active: () =>
      db
        .select()
        .from(item)
        .where(active)
        .orderBy(...order),
    page: (page: { readonly archived: boolean; readonly after: ItemCursor | null; readonly limit: number }) =>
      db
        .select()
        .from(item)
        .where(and(page.archived ? own : active, isAfter(page.after)))
        .orderBy(...order)
        .limit(page.limit),
    counts: () =>
      db
        .select({
          ...countColumns(isActive),
          text_bytes: sql<number>`coalesce(sum(iif(${isActive}, ${textBytes}, 0)), 0)`,
        })
        .from(item)
        .where(own),
    update: (id: string, change: ItemChange) => db.update(item).set(change).where(one(id)),
    archive: (id: string, at_ms: number) => db.update(item).set({ archived_at_ms: at_ms }).where(one(id)),
    /** Inserts, or changes the item in use that has the sku. The rows travel as one parameter. */
    upsert: (rows: readonly Required<Omit<NewItem, "archived_at_ms">>[]) =>
      db
        .insert(item)
        .select(
          sql`select ${tenant}, value ->> 'id', value ->> 'sku', value ->> 'name', value ->> 'price', value ->> 'category',
            value ->> 'tax_rate', value ->> 'button_order', value ->> 'created_at_ms', null
            from json_each(${JSON.stringify(rows)}) where true`,
        )
        .onConflictDoUpdate({
          target: [item.merchant, item.sku],
          targetWhere: sql`archived_at_ms is null`,
          set: {
            name: sql`excluded.name`,
            price: sql`excluded.price`,
            category: sql`excluded.category`,
            tax_rate: sql`excluded.tax_rate`,
            button_order: sql`excluded.button_order`,
          },
        }),
  };
}

const isActive = sql`${item.archived_at_ms} is null`;
/** What the texts take as JSON, in UTF-8 bytes. */
const textBytes = sql`length(cast(json_array(${item.sku}, ${item.name}, ${item.category}) as blob))`;

const order = [asc(item.button_order), asc(item.id)];

function isAfter(cursor: ItemCursor | null) {
  if (cursor === null) return undefined;
  return sql`(${item.button_order}, ${item.id}) > (${cursor.button_order}, ${cursor.id})`;
}
