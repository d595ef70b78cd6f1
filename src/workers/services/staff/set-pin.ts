import { fail, ok, type Result } from "../../../domain/result.ts";
import { changePrivately } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";
import { hashPin } from "./pin-hash.ts";
import { isTakenByOther, locationsOf, mayManage, type Taken } from "./rules.ts";
import { setPinInput, type Staff, toRoles, toStaff } from "./schemas.ts";

export type SetPinRefusal = ChangeRefusal | Taken;

/** Gives somebody a PIN, or takes it away. Everyone may set their own. A new PIN lifts a lock. */
export async function setPin({ ctx, input }: ServiceCall<typeof setPinInput>): Promise<Result<Staff, SetPinRefusal>> {
  const parsed = parseInput(setPinInput, input);
  if (!parsed.ok) return parsed;
  const { id, pin } = parsed.value;
  const isOwn = ctx.actor.kind === "staff" && ctx.actor.staff === id;

  return changePrivately<Staff, SetPinRefusal>(ctx, async (merchant) => {
    const { staff, staffRoles, pinAttempts } = ctx.tenant;
    const [[row], roleRows] = await ctx.tenant.batch([staff.get(id), staffRoles.of(id)]);
    const roles = toRoles(roleRows);
    if (!isOwn && !mayManage(ctx.actor, roles)) return fail(forbidden);
    if (row === undefined || row.archived_at_ms !== null) return fail(notFound("staff"));

    const pin_hash = pin === null ? null : await hashPin(ctx.ports, merchant, pin);
    const [holders] = await ctx.tenant.batch([staff.withPin(pin_hash ?? "", locationsOf(roles))]);
    if (isTakenByOther(holders, id)) return fail({ code: "pin_taken" });
    return ok({
      value: toStaff({ ...row, pin_hash }, roles),
      statements: [staff.setPin(id, pin_hash), pinAttempts.clear(id)],
    });
  });
}
