import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { listLocationsInput, type Location, toLocation } from "./schemas.ts";

/** The locations in the order they were opened; with `archived`, the closed ones too. */
export async function listLocations({
  ctx,
  input,
}: ServiceCall<typeof listLocationsInput>): Promise<Result<readonly Location[], InvalidInput | Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(listLocationsInput, input);
  if (!parsed.ok) return parsed;
  const { locations } = ctx.tenant;
  const [rows] = await ctx.tenant.batch([parsed.value.archived ? locations.all() : locations.active()]);
  return ok(rows.map(toLocation));
}
