import { fail, ok, type Result } from "../../../domain/result.ts";
import type { ServiceCall } from "../context.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { recordKeyUsesInput } from "./schemas.ts";

/**
 * Notes when keys were last used, many at once and seldom: a sale never writes to D1, so the registry collects them.
 * It is not a change of configuration; unknown keys are passed over.
 */
export async function recordKeyUses({
  ctx,
  input,
}: ServiceCall<typeof recordKeyUsesInput>): Promise<Result<null, InvalidInput | Forbidden>> {
  if (ctx.actor.kind !== "system") return fail(forbidden);
  const parsed = parseInput(recordKeyUsesInput, input);
  if (!parsed.ok) return parsed;
  await ctx.tenant.batch([ctx.tenant.keys.recordUses(parsed.value.uses)]);
  return ok(null);
}
