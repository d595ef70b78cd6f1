import type { StaffInvitationRow } from "../../../db/schema/staff-invitation.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { type Role, ROLES } from "../../../domain/tenancy/actor.ts";
import type { ServiceContext } from "../context.ts";
import type { LoginContext, MailUnavailable } from "../session/context.ts";

/** What inviting needs besides the tenant. */
export interface InvitingContext extends ServiceContext {
  readonly mail: LoginContext["mail"];
  readonly origin: string;
}

/** Mails the link. It stands behind a #, so that it reaches no server's log and no referrer. */
export async function sendInvitation(
  ctx: InvitingContext,
  row: StaffInvitationRow,
  token: string,
): Promise<Result<null, MailUnavailable>> {
  const [[merchant], [inviter]] = await ctx.tenant.batch([
    ctx.tenant.merchant.get(),
    ctx.tenant.staff.get(row.invited_by),
  ]);
  try {
    await ctx.mail.send({
      to: row.email,
      locale: row.locale,
      key: `invitation:${row.id}:${row.token_hash.slice(0, 16)}`,
      template: "invitation",
      data: {
        merchant: merchant?.name ?? "",
        inviter: inviter?.name ?? merchant?.name ?? "",
        role: highestRole(row),
        accept_url: `${ctx.origin}/app/invitation#${token}`,
      },
    });
    return ok(null);
  } catch (error) {
    ctx.ports.log({ event: "mail_unavailable", template: "invitation", error: String(error) });
    return fail({ code: "mail_unavailable" });
  }
}

function highestRole({ roles }: StaffInvitationRow): Role {
  return ROLES.find((role) => roles.some((at) => at.role === role)) ?? "cashier";
}
