import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { withLastUses } from "./last-uses.ts";
import { type ApiKey, revokeKeyInput } from "./schemas.ts";

/** Ends a key for good; the edge forgets it within a minute. Doing it twice changes nothing. */
export async function revokeKey({
  ctx,
  input,
}: ServiceCall<typeof revokeKeyInput>): Promise<Result<ApiKey, ChangeRefusal>> {
  const parsed = parseInput(revokeKeyInput, input);
  if (!parsed.ok) return parsed;
  const { id } = parsed.value;
  if (!may(ctx.actor, "view")) return fail(forbidden);

  return changeConfig<ApiKey, ChangeRefusal>(ctx, async () => {
    const { tills, keys } = ctx.tenant;
    const [[key]] = await ctx.tenant.batch([keys.get(id)]);
    if (key === undefined) return fail(notFound("key"));
    const [[at]] = await ctx.tenant.batch([tills.get(key.till)]);
    if (at === undefined || !may(ctx.actor, "run_location", [at.location])) return fail(forbidden);
    const toKey = await withLastUses(ctx, [key]);
    if (key.revoked_at_ms !== null) return ok({ value: toKey(key), statements: [] });
    const revoked_at_ms = ctx.ports.now_ms();
    return ok({ value: toKey({ ...key, revoked_at_ms }), statements: [keys.revoke(id, revoked_at_ms)] });
  });
}
