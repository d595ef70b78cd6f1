import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { newId } from "../new-id.ts";
import { type ChangeRefusal, forbidden, type LimitReached, parseInput } from "../refusal.ts";
import { upsertItemsInput } from "./schemas.ts";
import { textRefusal } from "./text-budget.ts";

export interface Upserted {
  readonly created: number;
  readonly updated: number;
}

export type UpsertItemsRefusal = ChangeRefusal | LimitReached;

/** Takes in a list of items by sku: new ones are added, those in use replaced, all or none. */
export async function upsertItems({
  ctx,
  input,
}: ServiceCall<typeof upsertItemsInput>): Promise<Result<Upserted, UpsertItemsRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(upsertItemsInput, input);
  if (!parsed.ok) return parsed;
  const given = parsed.value.items;

  return changeConfig<Upserted, UpsertItemsRefusal>(ctx, async () => {
    const { items } = ctx.tenant;
    const [[counts], known] = await ctx.tenant.batch([items.counts(), items.withSkus(given.map((item) => item.sku))]);
    const created = given.length - known.length;
    const full = limitRefusal("item", counts, created) ?? textRefusal(counts, given, known);
    if (full !== null) return fail(full);
    const created_at_ms = ctx.ports.now_ms();
    const rows = given.map((item) => ({ ...item, id: newId(ctx.ports, "itm"), created_at_ms }));
    return ok({ value: { created, updated: known.length }, statements: [items.upsert(rows)] });
  });
}
