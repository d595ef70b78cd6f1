import type { StaffRow } from "../../../db/schema/staff.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { equalConstantTime } from "../../../domain/tenancy/mac.ts";
import type { ServiceCall, ServiceContext } from "../context.ts";
import { type InvalidInput, type NotFound, notFound, parseInput } from "../refusal.ts";
import { hashPin } from "./pin-hash.ts";
import { type Staff, toStaff, verifyPinInput } from "./schemas.ts";

/** Five wrong PINs, then none is looked at for a quarter of an hour. */
export const PIN_BOUND = { attempts_max: 5, window_ms: 15 * 60_000 } as const;

export interface PinWrong {
  readonly code: "pin_wrong";
  readonly attempts_left: number;
}
export interface PinLocked {
  readonly code: "pin_locked";
  readonly until_ms: number;
}

/**
 * Who stands at a till. With `staff`, that person's PIN is checked and wrong ones count against the person; without,
 * the PIN tells who of that location it is, and wrong ones count against the till. Right ones forgive a person's wrong
 * ones, but not a till's: or a cashier could guess colleagues' PINs for ever, with their own in between.
 */
export async function verifyPin({
  ctx,
  input,
}: ServiceCall<typeof verifyPinInput>): Promise<Result<Staff, InvalidInput | NotFound | PinWrong | PinLocked>> {
  const parsed = parseInput(verifyPinInput, input);
  if (!parsed.ok) return parsed;
  const { till, pin, staff } = parsed.value;
  const { merchant, tills, pinAttempts } = ctx.tenant;
  const [[tenant], [at]] = await ctx.tenant.batch([merchant.get(), tills.get(till)]);
  if (tenant === undefined || at === undefined || at.archived_at_ms !== null) return fail(notFound("till"));
  const candidates = await candidatesAt(ctx, at.location, staff);
  if (staff !== undefined && candidates.length === 0) return fail(notFound("staff"));

  const scope = staff ?? till;
  const [[attempt]] = await ctx.tenant.batch([pinAttempts.count(scope, ctx.ports.now_ms(), PIN_BOUND)]);
  const { failed, last_at_ms } = attempt ?? { failed: 0, last_at_ms: 0 };
  if (failed > PIN_BOUND.attempts_max) return fail({ code: "pin_locked", until_ms: last_at_ms + PIN_BOUND.window_ms });

  const hash = await hashPin(ctx.ports, tenant, pin);
  const person = candidates.find((row) => equalConstantTime(row.pin_hash ?? "", hash));
  if (person === undefined) return fail({ code: "pin_wrong", attempts_left: PIN_BOUND.attempts_max - failed });
  const [, roles] = await ctx.tenant.batch([
    staff === undefined ? pinAttempts.takeBack(scope) : pinAttempts.clear(scope),
    ctx.tenant.staffRoles.of(person.id),
  ]);
  return ok(toStaff(person, roles));
}

/** The people with a PIN who work at a location, or the one who was named. */
async function candidatesAt(ctx: ServiceContext, location: string, named: string | undefined): Promise<StaffRow[]> {
  const [rows] = await ctx.tenant.batch([ctx.tenant.staff.withAnyPinAt(location)]);
  return named === undefined ? rows : rows.filter((row) => row.id === named);
}
