import { fail, ok, type Result } from "../../../domain/result.ts";
import { changeConfig } from "../change.ts";
import type { ServiceContext } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound } from "../refusal.ts";
import { isOwnerSomewhere, type LastOwner } from "./rules.ts";
import { type Staff, toRoles, toStaff } from "./schemas.ts";

/** Somebody leaves of their own accord, which needs no permission; but the last owner cannot. */
export async function leaveStaff({
  ctx,
}: {
  readonly ctx: ServiceContext;
}): Promise<Result<Staff, ChangeRefusal | LastOwner>> {
  const { actor } = ctx;
  if (actor.kind !== "staff") return fail(forbidden);
  const id = actor.staff;

  return changeConfig<Staff, ChangeRefusal | LastOwner>(ctx, async () => {
    const { staff, staffRoles, pinAttempts } = ctx.tenant;
    const [[row], roleRows, otherOwners] = await ctx.tenant.batch([
      staff.get(id),
      staffRoles.of(id),
      staffRoles.ownersBesides(id),
    ]);
    if (row === undefined || row.archived_at_ms !== null) return fail(notFound("staff"));
    if (isOwnerSomewhere(toRoles(roleRows)) && otherOwners.length === 0) return fail({ code: "last_owner" });
    const archived_at_ms = ctx.ports.now_ms();
    return ok({
      value: toStaff({ ...row, archived_at_ms, email: null, pin_hash: null }, []),
      statements: [staff.archive(id, archived_at_ms), staffRoles.removeAll(id), pinAttempts.clear(id)],
    });
  });
}
