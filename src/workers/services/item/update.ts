import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { given } from "../given.ts";
import { type ChangeRefusal, forbidden, type LimitReached, notFound, parseInput } from "../refusal.ts";
import { type Item, type SkuTaken, toItem, updateItemInput } from "./schemas.ts";
import { textRefusal } from "./text-budget.ts";

export type UpdateItemRefusal = ChangeRefusal | LimitReached | SkuTaken;

/** Changes an item in use: fields that are left out stay, null clears. */
export async function updateItem({
  ctx,
  input,
}: ServiceCall<typeof updateItemInput>): Promise<Result<Item, UpdateItemRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(updateItemInput, input);
  if (!parsed.ok) return parsed;
  const { id, ...fields } = parsed.value;

  const change = given(fields);
  return changeConfig<Item, UpdateItemRefusal>(ctx, async () => {
    const { items } = ctx.tenant;
    const [[row], sameSku, [counts]] = await ctx.tenant.batch([
      items.get(id),
      items.bySku(change.sku ?? ""),
      items.counts(),
    ]);
    if (row === undefined || row.archived_at_ms !== null) return fail(notFound("item"));
    if (sameSku.some((other) => other.id !== id)) return fail({ code: "sku_taken" });
    const changed = { ...row, ...change };
    const full = textRefusal(counts, [changed], [row]);
    if (full !== null) return fail(full);
    return ok({
      value: toItem(changed),
      statements: Object.keys(change).length === 0 ? [] : [items.update(id, change)],
    });
  });
}
