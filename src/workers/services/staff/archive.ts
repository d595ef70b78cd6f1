import { fail, ok, type Result } from "../../../domain/result.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { isOwnerSomewhere, type LastOwner, mayManage } from "./rules.ts";
import { archiveStaffInput, type Staff, toRoles, toStaff } from "./schemas.ts";

export type ArchiveStaffRefusal = ChangeRefusal | LastOwner;

/** Somebody leaves: no roles, PIN or e-mail any more; the name stays for old sales. Doing it twice changes nothing. */
export async function archiveStaff({
  ctx,
  input,
}: ServiceCall<typeof archiveStaffInput>): Promise<Result<Staff, ArchiveStaffRefusal>> {
  const parsed = parseInput(archiveStaffInput, input);
  if (!parsed.ok) return parsed;
  const { id } = parsed.value;

  return changeConfig<Staff, ArchiveStaffRefusal>(ctx, async () => {
    const { staff, staffRoles, pinAttempts } = ctx.tenant;
    const [[row], roleRows, otherOwners] = await ctx.tenant.batch([
      staff.get(id),
      staffRoles.of(id),
      staffRoles.ownersBesides(id),
    ]);
    const roles = toRoles(roleRows);
    if (!mayManage(ctx.actor, roles)) return fail(forbidden);
    if (row === undefined) return fail(notFound("staff"));
    if (row.archived_at_ms !== null) return ok({ value: toStaff(row, []), statements: [] });
    if (isOwnerSomewhere(roles) && otherOwners.length === 0) return fail({ code: "last_owner" });
    const archived_at_ms = ctx.ports.now_ms();
    return ok({
      value: toStaff({ ...row, archived_at_ms, email: null, pin_hash: null }, []),
      statements: [staff.archive(id, archived_at_ms), staffRoles.removeAll(id), pinAttempts.clear(id)],
    });
  });
}
