import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { archiveLocationInput, type Location, toLocation } from "./schemas.ts";

/** `location_has_tills`: archive its tills first. `last_location`: a merchant keeps at least one. */
export interface LocationInUse {
  readonly code: "location_has_tills" | "last_location";
}

export type ArchiveLocationRefusal = ChangeRefusal | LocationInUse;

/** Closes a location for good. Doing it twice changes nothing. */
export async function archiveLocation({
  ctx,
  input,
}: ServiceCall<typeof archiveLocationInput>): Promise<Result<Location, ArchiveLocationRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(archiveLocationInput, input);
  if (!parsed.ok) return parsed;
  const { id } = parsed.value;

  return changeConfig<Location, ArchiveLocationRefusal>(ctx, async () => {
    const { locations, tills } = ctx.tenant;
    const [[row], activeTills, [counts]] = await ctx.tenant.batch([
      locations.get(id),
      tills.activeAt(id),
      locations.counts(),
    ]);
    if (row === undefined) return fail(notFound("location"));
    if (row.archived_at_ms !== null) return ok({ value: toLocation(row), statements: [] });
    if (activeTills.length > 0) return fail({ code: "location_has_tills" });
    if ((counts?.active ?? 0) <= 1) return fail({ code: "last_location" });
    const archived_at_ms = ctx.ports.now_ms();
    return ok({
      value: toLocation({ ...row, archived_at_ms }),
      statements: [locations.archive(id, archived_at_ms)],
    });
  });
}
