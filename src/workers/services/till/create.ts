import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { newId } from "../new-id.ts";
import { type ChangeRefusal, forbidden, type LimitReached, notFound, parseInput } from "../refusal.ts";
import { createTillInput, type Till, toTill } from "./schemas.ts";

export type CreateTillRefusal = ChangeRefusal | LimitReached;

/** Sets up a till at a location in use. */
export async function createTill({
  ctx,
  input,
}: ServiceCall<typeof createTillInput>): Promise<Result<Till, CreateTillRefusal>> {
  const parsed = parseInput(createTillInput, input);
  if (!parsed.ok) return parsed;
  const { location, name } = parsed.value;
  if (!may(ctx.actor, "run_location", [location])) return fail(forbidden);

  return changeConfig<Till, CreateTillRefusal>(ctx, async (merchant) => {
    const [[at], [counts]] = await ctx.tenant.batch([ctx.tenant.locations.get(location), ctx.tenant.tills.counts()]);
    if (at === undefined || at.archived_at_ms !== null) return fail(notFound("location"));
    const full = limitRefusal("till", counts);
    if (full !== null) return fail(full);
    const row = {
      merchant: merchant.locator,
      id: newId(ctx.ports, "til"),
      location,
      name,
      created_at_ms: ctx.ports.now_ms(),
      archived_at_ms: null,
    };
    return ok({ value: toTill(row), statements: [ctx.tenant.tills.insert(row)] });
  });
}
