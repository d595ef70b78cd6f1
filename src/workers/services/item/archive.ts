import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { archiveItemInput, type Item, toItem } from "./schemas.ts";

/** Takes an item out of the range; its sku is free again. Doing it twice changes nothing. */
export async function archiveItem({
  ctx,
  input,
}: ServiceCall<typeof archiveItemInput>): Promise<Result<Item, ChangeRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(archiveItemInput, input);
  if (!parsed.ok) return parsed;
  const { id } = parsed.value;

  return changeConfig<Item, ChangeRefusal>(ctx, async () => {
    const [[row]] = await ctx.tenant.batch([ctx.tenant.items.get(id)]);
    if (row === undefined) return fail(notFound("item"));
    if (row.archived_at_ms !== null) return ok({ value: toItem(row), statements: [] });
    const archived_at_ms = ctx.ports.now_ms();
    return ok({
      value: toItem({ ...row, archived_at_ms }),
      statements: [ctx.tenant.items.archive(id, archived_at_ms)],
    });
  });
}
