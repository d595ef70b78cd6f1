import type { Statement } from "../../../db/database.ts";
import type { StaffInvitationRow } from "../../../db/schema/staff-invitation.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { RoleAt } from "../../../domain/tenancy/actor.ts";
import { type Mac } from "../../../domain/tenancy/mac.ts";
import { isLocator } from "../../../domain/tenancy/merchant.ts";
import { changePrivately } from "../change.ts";
import type { ServiceContext } from "../context.ts";
import { newId } from "../new-id.ts";
import type { Busy, MerchantInactive } from "../refusal.ts";
import type { LoginContext, SignedInUser } from "../session/context.ts";
import { sha256Hex } from "../sha256.ts";
import { isTakenByOther, mayManage } from "../staff/rules.ts";
import { type Staff, toRoles, toStaff } from "../staff/schemas.ts";
import { locatorOf, stateOf } from "./schemas.ts";

export interface InvitationRefused {
  readonly code:
    | "invitation_unknown"
    | "invitation_expired"
    | "invitation_revoked"
    | "invitation_accepted"
    | "invitation_other_address"
    | "already_staff"
    | "email_taken";
}

export interface AcceptingContext extends LoginContext {
  readonly locatorMac: Mac;
}

export interface Accepted {
  readonly merchant: string;
  readonly staff: Staff;
}

/** What a link leads to, for whoever holds it. */
export interface InvitationSeen {
  readonly merchant: { readonly locator: string; readonly name: string };
  readonly email: string;
  readonly roles: readonly RoleAt[];
  readonly expires_at_ms: number;
}

/** Shows an open invitation before anybody signs in. The link is the proof. */
export async function previewInvitation(
  ctx: AcceptingContext,
  token: string,
): Promise<Result<InvitationSeen, InvitationRefused>> {
  const tenant = tenantOf(ctx, token);
  if (tenant === null) return fail({ code: "invitation_unknown" });
  const [[merchant], [row]] = await tenant.batch([
    tenant.merchant.get(),
    tenant.staffInvitations.byToken(sha256Hex(token)),
  ]);
  if (merchant === undefined || row === undefined) return fail({ code: "invitation_unknown" });
  const state = stateOf(row, ctx.ports.now_ms());
  if (state !== "open") return fail({ code: `invitation_${state}` });
  const { locator, name } = merchant;
  return ok({ merchant: { locator, name }, email: row.email, roles: row.roles, expires_at_ms: row.expires_at_ms });
}

/** Makes whoever signed in with the invited address one of the staff. Works once. */
export async function acceptInvitation(
  ctx: AcceptingContext,
  user: SignedInUser,
  token: string,
): Promise<Result<Accepted, InvitationRefused | MerchantInactive | Busy>> {
  const tenant = tenantOf(ctx, token);
  if (tenant === null) return fail({ code: "invitation_unknown" });
  const { request_id, ports } = ctx;
  const service: ServiceContext = { tenant, actor: { kind: "system", job: "invitation" }, request_id, ports };
  const accepted = await changePrivately<Staff, InvitationRefused>(service, async (merchant) => {
    const [[row]] = await tenant.batch([tenant.staffInvitations.byToken(sha256Hex(token))]);
    if (row === undefined) return fail({ code: "invitation_unknown" });
    const refusal = await refuseAcceptance(service, row, user);
    if (refusal !== null) return fail(refusal);
    const roles = await rolesLeft(tenant, row);
    if (roles.length === 0) return fail({ code: "invitation_revoked" });
    return ok(planAcceptance(service, { ...row, merchant: merchant.locator }, user, roles));
  });
  if (accepted.ok) return ok({ merchant: tenant.locator, staff: accepted.value });
  return accepted.error.code === "not_found" ? fail({ code: "invitation_unknown" }) : fail(accepted.error);
}

function planAcceptance(
  { tenant, ports }: ServiceContext,
  row: StaffInvitationRow,
  user: SignedInUser,
  roles: readonly RoleAt[],
): { readonly value: Staff; readonly statements: readonly Statement[] } {
  const at_ms = ports.now_ms();
  const person = {
    merchant: row.merchant,
    id: newId(ports, "stf"),
    name: row.name,
    email: row.email,
    pin_hash: null,
    member_account: null,
    till_code: null,
    created_at_ms: at_ms,
    archived_at_ms: null,
    user: user.id,
  };
  return {
    value: toStaff(person, roles),
    statements: [
      tenant.staff.insert(person),
      tenant.staffRoles.insert(person.id, roles),
      tenant.staffInvitations.accepted(row.id, at_ms),
    ],
  };
}

async function refuseAcceptance(
  { tenant, ports }: ServiceContext,
  row: StaffInvitationRow,
  user: SignedInUser,
): Promise<InvitationRefused | null> {
  const state = stateOf(row, ports.now_ms());
  if (state !== "open") return { code: `invitation_${state}` };
  // A link that was passed on opens nothing: the mailbox it was sent to must be proved.
  if (row.email !== user.email.toLowerCase()) return { code: "invitation_other_address" };
  const [[inviter], inviterRoles, sameUser, sameEmail] = await tenant.batch([
    tenant.staff.get(row.invited_by),
    tenant.staffRoles.of(row.invited_by),
    tenant.staff.byUser(user.id),
    tenant.staff.byEmail(row.email),
  ]);
  // What an inviter may no longer give, cannot be taken either: whoever was dismissed leaves no way back in.
  const mayStill =
    inviter?.archived_at_ms === null &&
    mayManage({ kind: "staff", staff: inviter.id, roles: toRoles(inviterRoles) }, row.roles);
  if (!mayStill) return { code: "invitation_revoked" };
  if (sameUser.length > 0) return { code: "already_staff" };
  return isTakenByOther(sameEmail, null) ? { code: "email_taken" } : null;
}

/** The roles at locations that are still open. */
async function rolesLeft(tenant: TenantDb, row: StaffInvitationRow): Promise<readonly RoleAt[]> {
  const [active] = await tenant.batch([tenant.locations.active()]);
  const open = new Set(active.map((location) => location.id));
  return row.roles.filter((at) => open.has(at.location));
}

function tenantOf(ctx: AcceptingContext, token: string): TenantDb | null {
  const locator = locatorOf(token);
  return locator === null || !isLocator(locator, ctx.locatorMac) ? null : ctx.openTenant(locator);
}
