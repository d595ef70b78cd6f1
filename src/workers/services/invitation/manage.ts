import type { StaffInvitationRow } from "../../../db/schema/staff-invitation.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changePrivately } from "../change.ts";
import type { ServiceCall, ServiceContext } from "../context.ts";
import { type ChangeRefusal, type Forbidden, forbidden, notFound, parseInput } from "../refusal.ts";
import type { RateLimited } from "../session/attempts.ts";
import type { MailUnavailable } from "../session/context.ts";
import { mayManage } from "../staff/rules.ts";
import {
  type Invitation,
  INVITATION_LIVES_MS,
  invitationIdInput,
  newToken,
  RESEND_PAUSE_MS,
  SENT_MAX,
  stateOf,
  toInvitation,
} from "./schemas.ts";
import { type InvitingContext, sendInvitation } from "./send.ts";

/** It was accepted, or withdrawn: there is nothing to send or to withdraw any more. */
export interface InvitationAnswered {
  readonly code: "invitation_accepted" | "invitation_revoked";
}

type PlanRefusal = ChangeRefusal | InvitationAnswered | RateLimited;

const LISTED_MAX = 200;

/** The newest invitations, answered or not. */
export async function listInvitations({
  ctx,
}: {
  readonly ctx: ServiceContext;
}): Promise<Result<readonly Invitation[], Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const [rows] = await ctx.tenant.batch([ctx.tenant.staffInvitations.newest(LISTED_MAX)]);
  return ok(rows.map((row) => toInvitation(row, ctx.ports.now_ms())));
}

/** Sends it once more with a new link that lives on from now; the old link stops working. */
export async function resendInvitation({
  ctx,
  input,
}: ServiceCall<typeof invitationIdInput> & { readonly ctx: InvitingContext }): Promise<
  Result<Invitation, PlanRefusal | MailUnavailable>
> {
  const { token, token_hash } = newToken(ctx.ports, ctx.tenant.locator);
  const now_ms = ctx.ports.now_ms();
  const resent = await changeInvitation(ctx, input.id, (row) => {
    const state = stateOf(row, now_ms);
    if (state === "accepted" || state === "revoked") return fail({ code: `invitation_${state}` });
    if (row.sent_count >= SENT_MAX) return fail({ code: "rate_limited", retry_after_seconds: 86_400 });
    const pause_ms = row.sent_at_ms + RESEND_PAUSE_MS - now_ms;
    if (pause_ms > 0) return fail({ code: "rate_limited", retry_after_seconds: Math.ceil(pause_ms / 1000) });
    const change = { token_hash, sent_at_ms: now_ms, expires_at_ms: now_ms + INVITATION_LIVES_MS };
    return ok({ value: { ...row, ...change }, statements: [ctx.tenant.staffInvitations.resent(row.id, change)] });
  });
  if (!resent.ok) return resent;
  const sent = await sendInvitation(ctx, resent.value, token);
  return sent.ok ? ok(toInvitation(resent.value, now_ms)) : sent;
}

/** Withdraws it: the link stops working at once. Doing it twice changes nothing. */
export async function revokeInvitation({
  ctx,
  input,
}: ServiceCall<typeof invitationIdInput>): Promise<Result<Invitation, PlanRefusal>> {
  const now_ms = ctx.ports.now_ms();
  const revoked = await changeInvitation(ctx, input.id, (row) => {
    if (row.accepted_at_ms !== null) return fail({ code: "invitation_accepted" });
    if (row.revoked_at_ms !== null) return ok({ value: row, statements: [] });
    return ok({
      value: { ...row, revoked_at_ms: now_ms },
      statements: [ctx.tenant.staffInvitations.revoked(row.id, now_ms)],
    });
  });
  return revoked.ok ? ok(toInvitation(revoked.value, now_ms)) : revoked;
}

type Decide = (
  row: StaffInvitationRow,
) => Result<
  { readonly value: StaffInvitationRow; readonly statements: readonly ReturnType<Statements["revoked"]>[] },
  PlanRefusal
>;
type Statements = ServiceContext["tenant"]["staffInvitations"];

/** Whoever may not make an invitation may not touch it either. */
async function changeInvitation(
  ctx: ServiceContext,
  id: string,
  decide: Decide,
): Promise<Result<StaffInvitationRow, PlanRefusal>> {
  const parsed = parseInput(invitationIdInput, { id });
  if (!parsed.ok) return parsed;
  if (!may(ctx.actor, "view")) return fail(forbidden);
  return changePrivately<StaffInvitationRow, PlanRefusal>(ctx, async () => {
    const [[row]] = await ctx.tenant.batch([ctx.tenant.staffInvitations.get(id)]);
    if (row === undefined) return fail(notFound("invitation"));
    if (!mayManage(ctx.actor, row.roles)) return fail(forbidden);
    return decide(row);
  });
}
