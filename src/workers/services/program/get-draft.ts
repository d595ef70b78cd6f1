import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceContext } from "../context.ts";
import { type Forbidden, forbidden, type NotFound, notFound } from "../refusal.ts";
import { checkProgram } from "./check-program.ts";
import { type ProgramDraft, toProgramDraft } from "./schemas.ts";

/** The draft with what is still wrong with it; null when none was saved yet. */
export async function getDraft({
  ctx,
}: {
  readonly ctx: ServiceContext;
}): Promise<Result<ProgramDraft | null, Forbidden | NotFound>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const [[merchant], [draft]] = await ctx.tenant.batch([ctx.tenant.merchant.get(), ctx.tenant.programDrafts.get()]);
  if (merchant === undefined) return fail(notFound("merchant"));
  if (draft === undefined) return ok(null);
  const checked = checkProgram(draft.json, merchant.currency);
  return ok(toProgramDraft(draft, checked.ok ? [] : checked.error.issues));
}
