import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { archiveTillInput, type Till, toTill } from "./schemas.ts";

/** Takes a till out of use and revokes its keys. Doing it twice changes nothing. */
export async function archiveTill({
  ctx,
  input,
}: ServiceCall<typeof archiveTillInput>): Promise<Result<Till, ChangeRefusal>> {
  const parsed = parseInput(archiveTillInput, input);
  if (!parsed.ok) return parsed;
  const { id } = parsed.value;
  if (!may(ctx.actor, "view")) return fail(forbidden);

  return changeConfig<Till, ChangeRefusal>(ctx, async () => {
    const { tills, keys } = ctx.tenant;
    const [[row]] = await ctx.tenant.batch([tills.get(id)]);
    if (row === undefined) return fail(notFound("till"));
    if (!may(ctx.actor, "run_location", [row.location])) return fail(forbidden);
    if (row.archived_at_ms !== null) return ok({ value: toTill(row), statements: [] });
    const archived_at_ms = ctx.ports.now_ms();
    return ok({
      value: toTill({ ...row, archived_at_ms }),
      statements: [tills.archive(id, archived_at_ms), keys.revokeOfTill(id, archived_at_ms)],
    });
  });
}
