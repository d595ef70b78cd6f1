import { z } from "zod";
import type { StaffRow } from "../../../db/schema/staff.ts";
import { accountKindOf } from "../../../domain/tenancy/account-id.ts";
import { type RoleAt, ROLES } from "../../../domain/tenancy/actor.ts";
import { email, id, name } from "../fields.ts";

export const roles = z
  .array(z.strictObject({ location: id, role: z.enum(ROLES) }))
  .min(1)
  .max(100)
  .refine(
    (given) => new Set(given.map((at) => at.location)).size === given.length,
    "a person has one role at a location",
  );

/** Four to eight digits, but not those that are guessed first. */
export const newPin = z
  .string()
  .regex(/^\d{4,8}$/, "must be 4 to 8 digits")
  .refine((pin) => !isObvious(pin), "must not be one digit repeated, nor digits in a row");

const memberAccount = z
  .string()
  .refine((account) => accountKindOf(account) === "member", "must be a member's account")
  .nullable();

/** As tills send it. */
const tillCode = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, _ . or -")
  .nullable();

export const createStaffInput = z.strictObject({
  name,
  email: email.nullable().default(null),
  roles,
  pin: newPin.nullable().default(null),
  member_account: memberAccount.default(null),
  till_code: tillCode.default(null),
});

export const updateStaffInput = z.strictObject({
  id,
  name: name.optional(),
  email: email.nullable().optional(),
  roles: roles.optional(),
  member_account: memberAccount.optional(),
  till_code: tillCode.optional(),
});

export const setPinInput = z.strictObject({ id, pin: newPin.nullable().describe("Null takes the PIN away.") });

export const verifyPinInput = z.strictObject({
  till: id,
  pin: z.string().regex(/^\d{4,8}$/, "must be 4 to 8 digits"),
  staff: id.optional().describe("Who it is said to be; left out, the PIN alone tells."),
});

export const listStaffInput = z.strictObject({ archived: z.boolean().default(false) });
export const archiveStaffInput = z.strictObject({ id });

/** A person as colleagues see them: whether there is a PIN, never its hash. */
export interface Staff {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly has_pin: boolean;
  readonly member_account: string | null;
  readonly till_code: string | null;
  readonly roles: readonly RoleAt[];
  readonly created_at_ms: number;
  readonly archived_at_ms: number | null;
}

/** Field by field, so that a column added later does not show by itself. */
export function toStaff(row: StaffRow, roleRows: readonly RoleAt[]): Staff {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    has_pin: row.pin_hash !== null,
    member_account: row.member_account,
    till_code: row.till_code,
    roles: toRoles(roleRows),
    created_at_ms: row.created_at_ms,
    archived_at_ms: row.archived_at_ms,
  };
}

export function toRoles(rows: readonly RoleAt[]): RoleAt[] {
  return rows.map(({ location, role }) => ({ location, role }));
}

function isObvious(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])));
  const [step] = steps;
  return steps.size === 1 && step !== undefined && Math.abs(step) <= 1;
}
