import { fail, ok, type Result } from "../../../domain/result.ts";
import { actorName } from "../../../domain/tenancy/actor.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { forbidden, type MerchantInactive, notFound, parseInput, type ReadRefusal } from "../refusal.ts";
import { checkProgram } from "./check-program.ts";
import { type ProgramDraft, saveDraftInput, toProgramDraft } from "./schemas.ts";

/** Somebody else saved in between: read it again. */
export interface DraftChanged {
  readonly code: "draft_changed";
}

/** Keeps a draft, finished or not, and says what is still wrong with it. */
export async function saveDraft({
  ctx,
  input,
}: ServiceCall<typeof saveDraftInput>): Promise<Result<ProgramDraft, ReadRefusal | MerchantInactive | DraftChanged>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(saveDraftInput, input);
  if (!parsed.ok) return parsed;
  const { json, revision } = parsed.value;
  const { merchant, programDrafts } = ctx.tenant;
  const [[tenant]] = await ctx.tenant.batch([merchant.get()]);
  if (tenant === undefined) return fail(notFound("merchant"));
  if (tenant.status !== "active") return fail({ code: "merchant_inactive" });

  // The draft carries its own revision, and the edge never sees it: no guard of the whole configuration is needed.
  const text = { json, updated_at_ms: ctx.ports.now_ms(), updated_by: actorName(ctx.actor) };
  const [[saved]] = await ctx.tenant.batch([
    revision === 0 ? programDrafts.create(text) : programDrafts.replace(revision, text),
  ]);
  if (saved === undefined) return fail({ code: "draft_changed" });
  const checked = checkProgram(json, tenant.currency);
  return ok(toProgramDraft(saved, checked.ok ? [] : checked.error.issues));
}
