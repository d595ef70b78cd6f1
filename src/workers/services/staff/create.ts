import type { z } from "zod";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import type { StaffRow } from "../../../db/schema/staff.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { changeConfig, changePrivately } from "../change.ts";
import type { ServiceCall, ServiceContext } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { newId } from "../new-id.ts";
import { type ChangeRefusal, forbidden, type LimitReached, type NotFound, parseInput } from "../refusal.ts";
import { hashPin } from "./pin-hash.ts";
import { isTakenByOther, locationsOf, mayManage, type Taken, unknownLocation } from "./rules.ts";
import { createStaffInput, type Staff, toStaff } from "./schemas.ts";

type Input = z.output<typeof createStaffInput>;

export type CreateStaffRefusal = ChangeRefusal | LimitReached | Taken;

/** Takes somebody on, with a role at each location they work at, and a PIN if they use a till. */
export async function createStaff({
  ctx,
  input,
}: ServiceCall<typeof createStaffInput>): Promise<Result<Staff, CreateStaffRefusal>> {
  const parsed = parseInput(createStaffInput, input);
  if (!parsed.ok) return parsed;
  const { roles } = parsed.value;
  if (!mayManage(ctx.actor, roles)) return fail(forbidden);

  // Where serving one's own card is looked for, the card must be known.
  const change = parsed.value.member_account === null ? changePrivately : changeConfig;
  return change<Staff, CreateStaffRefusal>(ctx, async (merchant) => {
    const row = await staffRow(ctx, merchant, parsed.value);
    const refusal = await refuseCreation(ctx, parsed.value, row);
    if (refusal !== null) return fail(refusal);
    return ok({
      value: toStaff(row, roles),
      statements: [ctx.tenant.staff.insert(row), ctx.tenant.staffRoles.insert(row.id, roles)],
    });
  });
}

async function staffRow(ctx: ServiceContext, merchant: MerchantRow, input: Input): Promise<StaffRow> {
  return {
    merchant: merchant.locator,
    id: newId(ctx.ports, "stf"),
    name: input.name,
    email: input.email,
    pin_hash: input.pin === null ? null : await hashPin(ctx.ports, merchant, input.pin),
    member_account: input.member_account,
    till_code: input.till_code,
    created_at_ms: ctx.ports.now_ms(),
    archived_at_ms: null,
    user: null,
  };
}

async function refuseCreation(
  ctx: ServiceContext,
  { roles }: Input,
  row: StaffRow,
): Promise<NotFound | LimitReached | Taken | null> {
  const { locations, staff } = ctx.tenant;
  const [activeLocations, [counts], sameEmail, samePin] = await ctx.tenant.batch([
    locations.active(),
    staff.counts(),
    staff.byEmail(row.email ?? ""),
    staff.withPin(row.pin_hash ?? "", locationsOf(roles)),
  ]);
  const unknown = unknownLocation(roles, activeLocations);
  if (unknown !== null) return unknown;
  if (isTakenByOther(sameEmail, null)) return { code: "email_taken" };
  if (isTakenByOther(samePin, null)) return { code: "pin_taken" };
  return limitRefusal("staff", counts);
}
