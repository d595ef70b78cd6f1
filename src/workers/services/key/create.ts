import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { type ChangeRefusal, forbidden, type LimitReached, notFound, parseInput } from "../refusal.ts";
import { makeKey } from "./make-key.ts";
import { createKeyInput, mayMakeKey, type NewKey, toApiKey } from "./schemas.ts";

/** The expiry is not in the future. */
export interface ExpiryPast {
  readonly code: "expiry_past";
}

export type CreateKeyRefusal = ChangeRefusal | LimitReached | ExpiryPast;

/** Makes a key for a till in use. The answer holds the secret, which is never told again. */
export async function createKey({
  ctx,
  input,
}: ServiceCall<typeof createKeyInput>): Promise<Result<NewKey, CreateKeyRefusal>> {
  const parsed = parseInput(createKeyInput, input);
  if (!parsed.ok) return parsed;
  const { till, ...terms } = parsed.value;
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const now_ms = ctx.ports.now_ms();
  if (terms.expires_at_ms !== null && terms.expires_at_ms <= now_ms) return fail({ code: "expiry_past" });

  return changeConfig<NewKey, CreateKeyRefusal>(ctx, async (merchant) => {
    const { tills, keys } = ctx.tenant;
    const [[at], [counts]] = await ctx.tenant.batch([tills.get(till), keys.counts(now_ms)]);
    if (at === undefined || at.archived_at_ms !== null) return fail(notFound("till"));
    if (!mayMakeKey(ctx.actor, at.location, terms.scopes)) return fail(forbidden);
    const full = limitRefusal("key", counts);
    if (full !== null) return fail(full);
    const { secret, row } = makeKey(ctx.ports, { ...terms, merchant: merchant.locator, till, replaces: null });
    return ok({ value: { key: toApiKey(row, null), secret }, statements: [keys.insert(row)] });
  });
}
