import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { listTillsInput, type Till, toTill } from "./schemas.ts";

/** The tills in the order they were set up; with `archived`, those out of use too. */
export async function listTills({
  ctx,
  input,
}: ServiceCall<typeof listTillsInput>): Promise<Result<readonly Till[], InvalidInput | Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(listTillsInput, input);
  if (!parsed.ok) return parsed;
  const { tills } = ctx.tenant;
  const [rows] = await ctx.tenant.batch([parsed.value.archived ? tills.all() : tills.active()]);
  return ok(rows.map(toTill));
}
