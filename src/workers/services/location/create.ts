import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { entitledBy, refuseLocation } from "../billing/plan-gate.ts";
import type { PlanRefused } from "../billing/refusal.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { newId } from "../new-id.ts";
import { type ChangeRefusal, forbidden, type LimitReached, parseInput } from "../refusal.ts";
import { createLocationInput, type Location, toLocation } from "./schemas.ts";

export type CreateLocationRefusal = ChangeRefusal | LimitReached | PlanRefused;

/** Opens a location. Country and time zone are the merchant's unless given. */
export async function createLocation({
  ctx,
  input,
}: ServiceCall<typeof createLocationInput>): Promise<Result<Location, CreateLocationRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(createLocationInput, input);
  if (!parsed.ok) return parsed;

  return changeConfig<Location, CreateLocationRefusal>(ctx, async (merchant) => {
    const [[counts], [billing]] = await ctx.tenant.batch([ctx.tenant.locations.counts(), ctx.tenant.billing.get()]);
    const full = limitRefusal("location", counts);
    if (full !== null) return fail(full);
    const beyond = refuseLocation(entitledBy(billing, ctx.ports.now_ms()), counts?.active ?? 0);
    if (beyond !== null) return fail(beyond);
    const row = {
      merchant: merchant.locator,
      id: newId(ctx.ports, "loc"),
      name: parsed.value.name,
      country: parsed.value.country ?? merchant.country,
      timezone: parsed.value.timezone ?? merchant.timezone,
      opening_hours: parsed.value.opening_hours,
      created_at_ms: ctx.ports.now_ms(),
      archived_at_ms: null,
    };
    return ok({ value: toLocation(row), statements: [ctx.tenant.locations.insert(row)] });
  });
}
