import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { forbidden, notFound, parseInput, type ReadRefusal } from "../refusal.ts";
import { getProgramVersionInput, type ProgramVersion, toProgramVersion } from "./schemas.ts";

/** One published version with its exact text. */
export async function getProgramVersion({
  ctx,
  input,
}: ServiceCall<typeof getProgramVersionInput>): Promise<
  Result<ProgramVersion & { readonly json: string }, ReadRefusal>
> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(getProgramVersionInput, input);
  if (!parsed.ok) return parsed;
  const [[row]] = await ctx.tenant.batch([ctx.tenant.programVersions.get(parsed.value.version)]);
  return row === undefined ? fail(notFound("program_version")) : ok({ ...toProgramVersion(row), json: row.json });
}
