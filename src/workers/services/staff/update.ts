import type { z } from "zod";
import type { StaffRow } from "../../../db/schema/staff.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { RoleAt } from "../../../domain/tenancy/actor.ts";
import { changeConfig, changePrivately } from "../change.ts";
import type { ServiceCall, ServiceContext } from "../context.ts";
import { given } from "../given.ts";
import { type ChangeRefusal, forbidden, type NotFound, notFound, parseInput } from "../refusal.ts";
import {
  isOwnerSomewhere,
  isTakenByOther,
  type LastOwner,
  locationsOf,
  mayManage,
  type Taken,
  unknownLocation,
} from "./rules.ts";
import { type Staff, toRoles, toStaff, updateStaffInput } from "./schemas.ts";

type Input = z.output<typeof updateStaffInput>;

export type UpdateStaffRefusal = ChangeRefusal | Taken | LastOwner;

/** Changes somebody who works here. Roles, when given, replace all roles; the PIN has its own service. */
export async function updateStaff({
  ctx,
  input,
}: ServiceCall<typeof updateStaffInput>): Promise<Result<Staff, UpdateStaffRefusal>> {
  const parsed = parseInput(updateStaffInput, input);
  if (!parsed.ok) return parsed;
  const { id, roles: newRoles, ...fields } = parsed.value;
  const change = given(fields);

  const isOfOwnCard = change.member_account !== undefined || change.till_code !== undefined;
  const commit = isOfOwnCard ? changeConfig : changePrivately;
  return commit<Staff, UpdateStaffRefusal>(ctx, async () => {
    const { staff, staffRoles } = ctx.tenant;
    const [[row], roleRows] = await ctx.tenant.batch([staff.get(id), staffRoles.of(id)]);
    // Whoever may see no staff learns nothing of who works here.
    const oldRoles = toRoles(roleRows);
    if (!mayManage(ctx.actor, [...oldRoles, ...(newRoles ?? [])])) return fail(forbidden);
    if (row === undefined || row.archived_at_ms !== null) return fail(notFound("staff"));
    const refusal = await refuseUpdate(ctx, parsed.value, row, oldRoles);
    if (refusal !== null) return fail(refusal);
    return ok({
      value: toStaff({ ...row, ...change }, newRoles ?? oldRoles),
      statements: [
        ...(Object.keys(change).length === 0 ? [] : [staff.update(id, change)]),
        ...(newRoles === undefined ? [] : [staffRoles.removeAll(id), staffRoles.insert(id, newRoles)]),
      ],
    });
  });
}

async function refuseUpdate(
  ctx: ServiceContext,
  { id, email, roles }: Input,
  row: StaffRow,
  oldRoles: readonly RoleAt[],
): Promise<NotFound | Taken | LastOwner | null> {
  const { locations, staff, staffRoles } = ctx.tenant;
  const [activeLocations, sameEmail, samePin, otherOwners] = await ctx.tenant.batch([
    locations.active(),
    staff.byEmail(email ?? ""),
    staff.withPin(row.pin_hash ?? "", locationsOf(roles ?? oldRoles)),
    staffRoles.ownersBesides(id),
  ]);
  if (isTakenByOther(sameEmail, id)) return { code: "email_taken" };
  if (roles === undefined) return null;
  const unknown = unknownLocation(roles, activeLocations);
  if (unknown !== null) return unknown;
  // A PIN that was free where they worked may be a colleague's where they will.
  if (isTakenByOther(samePin, id)) return { code: "pin_taken" };
  const stepsDown = isOwnerSomewhere(oldRoles) && !isOwnerSomewhere(roles);
  return stepsDown && otherOwners.length === 0 ? { code: "last_owner" } : null;
}
