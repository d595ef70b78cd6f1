import type { MerchantRow } from "../../../db/schema/merchant.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { actorName } from "../../../domain/tenancy/actor.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { entitledBy, refuseProgram } from "../billing/plan-gate.ts";
import type { PlanRefused } from "../billing/refusal.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { LIMITS } from "../limits.ts";
import { type ChangeRefusal, forbidden, type LimitReached, parseInput } from "../refusal.ts";
import { checkProgram, type InvalidProgram } from "./check-program.ts";
import type { DraftChanged } from "./save-draft.ts";
import { type ProgramVersion, publishProgramInput, toProgramVersion } from "./schemas.ts";

/**
 * Every isolate has a new version before it takes effect: an isolate's copy is at most a minute old, and pushing takes
 * a moment. So all tills change over together, and the version never depends on the age of a cache.
 */
export const EFFECTIVE_LEAD_MS = 90_000;
const EFFECTIVE_MAX_MS = 366 * 86_400_000;

/** `effective_too_soon`: too near, or before the version that was published last. `effective_too_late`: over a year. */
export interface EffectiveRefused {
  readonly code: "effective_too_soon" | "effective_too_late";
  readonly bound_ms: number;
}
/** The text is the same as the last version's. */
export interface Unchanged {
  readonly code: "program_unchanged";
  readonly version: number;
}

export type PublishRefusal =
  | ChangeRefusal
  | LimitReached
  | InvalidProgram
  | DraftChanged
  | EffectiveRefused
  | Unchanged
  | PlanRefused;

/** Makes a document the merchant's next programme version: numbered, hashed as it stands, and never changed again. */
export async function publishProgram({
  ctx,
  input,
}: ServiceCall<typeof publishProgramInput>): Promise<Result<ProgramVersion, PublishRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(publishProgramInput, input);
  if (!parsed.ok) return parsed;
  const { json, draft_revision, effective_at_ms, note } = parsed.value;

  return changeConfig<ProgramVersion, PublishRefusal>(ctx, async (merchant) => {
    const { programDrafts, programVersions } = ctx.tenant;
    const [[draft], [latest], [billing]] = await ctx.tenant.batch([
      programDrafts.get(),
      programVersions.latest(),
      ctx.tenant.billing.get(),
    ]);
    if (json === undefined && draft?.revision !== draft_revision) return fail({ code: "draft_changed" });
    const checked = checkProgram(json ?? draft?.json ?? "", merchant.currency);
    if (!checked.ok) return checked;
    const now_ms = ctx.ports.now_ms();
    const refusal = refuseVersion(latest, checked.value.hash, effective_at_ms, now_ms);
    if (refusal !== null) return fail(refusal);
    const beyond = refuseProgram(entitledBy(billing, now_ms), checked.value.json);
    if (beyond !== null) return fail(beyond);

    const row = {
      ...checked.value,
      ...numbers(merchant, latest),
      effective_at_ms: effective_at_ms ?? earliestEffective(latest, now_ms),
      published_by: actorName(ctx.actor),
      published_at_ms: now_ms,
      note,
    };
    return ok({ value: toProgramVersion(row), statements: [programVersions.insert(row)] });
  });
}

function numbers(merchant: MerchantRow, latest: ProgramVersion | undefined) {
  return { version: (latest?.version ?? 0) + 1, config_version: merchant.config_version + 1 };
}

/** The first version cannot surprise anybody and takes effect at once; versions take effect in their order. */
function earliestEffective(latest: ProgramVersion | undefined, now_ms: number): number {
  return latest === undefined ? now_ms : Math.max(now_ms + EFFECTIVE_LEAD_MS, latest.effective_at_ms);
}

function refuseVersion(
  latest: ProgramVersion | undefined,
  hash: string,
  wanted_ms: number | undefined,
  now_ms: number,
): LimitReached | EffectiveRefused | Unchanged | null {
  const earliest_ms = earliestEffective(latest, now_ms);
  const latest_ms = now_ms + EFFECTIVE_MAX_MS;
  if (latest !== undefined && latest.version >= LIMITS.program_version) {
    return { code: "limit_reached", what: "program_version", max: LIMITS.program_version };
  }
  if (latest?.hash === hash) return { code: "program_unchanged", version: latest.version };
  if (wanted_ms === undefined) return null;
  if (wanted_ms < earliest_ms) return { code: "effective_too_soon", bound_ms: earliest_ms };
  return wanted_ms > latest_ms ? { code: "effective_too_late", bound_ms: latest_ms } : null;
}
