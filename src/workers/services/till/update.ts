import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { type Till, toTill, updateTillInput } from "./schemas.ts";

/** Renames a till in use. It never moves to another location: make a new one there. */
export async function updateTill({
  ctx,
  input,
}: ServiceCall<typeof updateTillInput>): Promise<Result<Till, ChangeRefusal>> {
  const parsed = parseInput(updateTillInput, input);
  if (!parsed.ok) return parsed;
  const { id, name } = parsed.value;
  if (!may(ctx.actor, "view")) return fail(forbidden);

  return changeConfig<Till, ChangeRefusal>(ctx, async () => {
    const [[row]] = await ctx.tenant.batch([ctx.tenant.tills.get(id)]);
    if (row === undefined || row.archived_at_ms !== null) return fail(notFound("till"));
    if (!may(ctx.actor, "run_location", [row.location])) return fail(forbidden);
    return ok({ value: toTill({ ...row, name }), statements: [ctx.tenant.tills.rename(id, name)] });
  });
}
