import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { newId } from "../new-id.ts";
import { type ChangeRefusal, forbidden, type LimitReached, parseInput } from "../refusal.ts";
import { createItemInput, type Item, type SkuTaken, toItem } from "./schemas.ts";
import { textRefusal } from "./text-budget.ts";

export type CreateItemRefusal = ChangeRefusal | LimitReached | SkuTaken;

/** Adds something to sell. */
export async function createItem({
  ctx,
  input,
}: ServiceCall<typeof createItemInput>): Promise<Result<Item, CreateItemRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(createItemInput, input);
  if (!parsed.ok) return parsed;

  return changeConfig<Item, CreateItemRefusal>(ctx, async (merchant) => {
    const { items } = ctx.tenant;
    const [[counts], sameSku] = await ctx.tenant.batch([items.counts(), items.bySku(parsed.value.sku)]);
    if (sameSku.length > 0) return fail({ code: "sku_taken" });
    const full = limitRefusal("item", counts) ?? textRefusal(counts, [parsed.value], []);
    if (full !== null) return fail(full);
    const row = {
      ...parsed.value,
      merchant: merchant.locator,
      id: newId(ctx.ports, "itm"),
      created_at_ms: ctx.ports.now_ms(),
      archived_at_ms: null,
    };
    return ok({ value: toItem(row), statements: [items.insert(row)] });
  });
}
