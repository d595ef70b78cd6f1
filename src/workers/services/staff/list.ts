import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { listStaffInput, type Staff, toStaff } from "./schemas.ts";

/** Everyone who works here, in the order they came; with `archived`, those who left too. */
export async function listStaff({
  ctx,
  input,
}: ServiceCall<typeof listStaffInput>): Promise<Result<readonly Staff[], InvalidInput | Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(listStaffInput, input);
  if (!parsed.ok) return parsed;
  const { staff, staffRoles } = ctx.tenant;
  const [rows, roleRows] = await ctx.tenant.batch([
    parsed.value.archived ? staff.all() : staff.active(),
    staffRoles.all(),
  ]);
  const rolesByPerson = Map.groupBy(roleRows, (role) => role.staff);
  return ok(rows.map((row) => toStaff(row, rolesByPerson.get(row.id) ?? [])));
}
