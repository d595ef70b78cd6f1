import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { given } from "../given.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { type Location, toLocation, updateLocationInput } from "./schemas.ts";

/** Changes a location in use: fields that are left out stay. */
export async function updateLocation({
  ctx,
  input,
}: ServiceCall<typeof updateLocationInput>): Promise<Result<Location, ChangeRefusal>> {
  const parsed = parseInput(updateLocationInput, input);
  if (!parsed.ok) return parsed;
  const { id, ...fields } = parsed.value;
  if (!may(ctx.actor, "run_location", [id])) return fail(forbidden);

  const change = given(fields);
  return changeConfig<Location, ChangeRefusal>(ctx, async () => {
    const [[row]] = await ctx.tenant.batch([ctx.tenant.locations.get(id)]);
    if (row === undefined || row.archived_at_ms !== null) return fail(notFound("location"));
    return ok({
      value: toLocation({ ...row, ...change }),
      statements: Object.keys(change).length === 0 ? [] : [ctx.tenant.locations.update(id, change)],
    });
  });
}
