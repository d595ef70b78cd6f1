import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { listProgramVersionsInput, type ProgramVersion, toProgramVersion } from "./schemas.ts";

/** Published versions, newest first. Go on with `before` set to the last one's number. */
export async function listProgramVersions({
  ctx,
  input,
}: ServiceCall<typeof listProgramVersionsInput>): Promise<Result<readonly ProgramVersion[], InvalidInput | Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(listProgramVersionsInput, input);
  if (!parsed.ok) return parsed;
  const { before = Number.MAX_SAFE_INTEGER, limit } = parsed.value;
  const [rows] = await ctx.tenant.batch([ctx.tenant.programVersions.page({ before, limit })]);
  return ok(rows.map(toProgramVersion));
}
