import type { ApiKeyRow } from "../../../db/schema/api-key.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall, ServiceContext } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { type ChangeRefusal, forbidden, type LimitReached, notFound, parseInput } from "../refusal.ts";
import { makeKey } from "./make-key.ts";
import { isActive, mayMakeKey, type NewKey, rollKeyInput, toApiKey } from "./schemas.ts";

/** `key_inactive`: revoked or expired, so there is nothing to take over. `already_rolled`: roll its successor. */
export interface CannotRoll {
  readonly code: "key_inactive" | "already_rolled";
}

export type RollKeyRefusal = ChangeRefusal | LimitReached | CannotRoll;

/**
 * Makes a successor with the same till, mode and scopes. The old key works on for the grace period, so that the till
 * can be changed over without a gap; a still older one ends now: at most two are valid at once.
 */
export async function rollKey({
  ctx,
  input,
}: ServiceCall<typeof rollKeyInput>): Promise<Result<NewKey, RollKeyRefusal>> {
  const parsed = parseInput(rollKeyInput, input);
  if (!parsed.ok) return parsed;
  const { id, grace_ms } = parsed.value;
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const now_ms = ctx.ports.now_ms();

  return changeConfig<NewKey, RollKeyRefusal>(ctx, async (merchant) => {
    const { tills, keys } = ctx.tenant;
    const [[old], [successor], [counts]] = await ctx.tenant.batch([
      keys.get(id),
      keys.successors(id),
      keys.counts(now_ms),
    ]);
    if (old === undefined) return fail(notFound("key"));
    const [[at]] = await ctx.tenant.batch([tills.get(old.till)]);
    if (at === undefined || !mayMakeKey(ctx.actor, at.location, old.scopes)) return fail(forbidden);
    if (!isActive(old, now_ms)) return fail({ code: "key_inactive" });
    if (successor !== undefined) return fail({ code: "already_rolled" });
    const full = limitRefusal("key", counts);
    if (full !== null) return fail(full);

    const { till, name, mode, scopes } = old;
    const expires_at_ms = successorExpiry(old, now_ms);
    const terms = { merchant: merchant.locator, till, name, mode, scopes, expires_at_ms, replaces: id };
    const { secret, row } = makeKey(ctx.ports, terms);
    return ok({
      value: { key: toApiKey(row, null), secret },
      statements: [keys.insert(row), ...retire(ctx, old, now_ms, grace_ms)],
    });
  });
}

/** As long a life as the old key was given. */
function successorExpiry(old: ApiKeyRow, now_ms: number): number | null {
  return old.expires_at_ms === null ? null : now_ms + (old.expires_at_ms - old.created_at_ms);
}

function retire(ctx: ServiceContext, old: ApiKeyRow, now_ms: number, grace_ms: number) {
  const { keys } = ctx.tenant;
  const ends_at_ms = Math.min(old.expires_at_ms ?? Number.POSITIVE_INFINITY, now_ms + grace_ms);
  const own = grace_ms === 0 ? keys.revoke(old.id, now_ms) : keys.expire(old.id, ends_at_ms);
  return old.replaces === null ? [own] : [own, keys.revoke(old.replaces, now_ms)];
}
