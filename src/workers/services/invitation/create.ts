import type { z } from "zod";
import type { StaffInvitationRow } from "../../../db/schema/staff-invitation.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { actorName } from "../../../domain/tenancy/actor.ts";
import { changePrivately } from "../change.ts";
import type { ReadonlyInput } from "../context.ts";
import { limitRefusal } from "../limits.ts";
import { newId } from "../new-id.ts";
import { type ChangeRefusal, forbidden, type LimitReached, type NotFound, parseInput } from "../refusal.ts";
import type { RateLimited } from "../session/attempts.ts";
import type { MailUnavailable } from "../session/context.ts";
import { isTakenByOther, mayManage, type Taken, unknownLocation } from "../staff/rules.ts";
import {
  createInvitationInput,
  type Invitation,
  INVITATION_LIVES_MS,
  INVITATIONS_A_DAY,
  newToken,
  toInvitation,
} from "./schemas.ts";
import { type InvitingContext, sendInvitation } from "./send.ts";

/** Somebody was asked at this address already, and may still accept. */
export interface AlreadyInvited {
  readonly code: "already_invited";
}

type Input = z.output<typeof createInvitationInput>;
type PlanRefusal = ChangeRefusal | LimitReached | Taken | AlreadyInvited | RateLimited;
export type CreateInvitationRefusal = PlanRefusal | MailUnavailable;

const DAY_MS = 86_400_000;

/** Asks somebody by e-mail to work in the dashboard. They become staff when they accept. */
export async function createInvitation({
  ctx,
  input,
}: {
  readonly ctx: InvitingContext;
  readonly input: ReadonlyInput<z.input<typeof createInvitationInput>>;
}): Promise<Result<Invitation, CreateInvitationRefusal>> {
  const parsed = parseInput(createInvitationInput, input);
  if (!parsed.ok) return parsed;
  if (!mayManage(ctx.actor, parsed.value.roles)) return fail(forbidden);

  const now_ms = ctx.ports.now_ms();
  const { token, token_hash } = newToken(ctx.ports, ctx.tenant.locator);
  const made = await changePrivately<StaffInvitationRow, PlanRefusal>(ctx, async (merchant) => {
    const refusal = await refuseInvitation(ctx, parsed.value, now_ms);
    if (refusal !== null) return fail(refusal);
    const row = { ...invitationRow(ctx, parsed.value, token_hash, now_ms), merchant: merchant.locator };
    const localised = { ...row, locale: parsed.value.locale ?? merchant.locale };
    return ok({ value: localised, statements: [ctx.tenant.staffInvitations.insert(localised)] });
  });
  if (!made.ok) return made;

  const sent = await sendInvitation(ctx, made.value, token);
  if (sent.ok) return ok(toInvitation(made.value, now_ms));
  // Nobody can accept what was never sent, and asking again must not hear that there is one already.
  await ctx.tenant.batch([ctx.tenant.staffInvitations.revoked(made.value.id, now_ms)]);
  return sent;
}

function invitationRow(ctx: InvitingContext, { email, name, roles }: Input, token_hash: string, now_ms: number) {
  return {
    id: newId(ctx.ports, "inv"),
    email,
    name,
    roles,
    token_hash,
    invited_by: actorName(ctx.actor),
    created_at_ms: now_ms,
    sent_at_ms: now_ms,
    sent_count: 1,
    expires_at_ms: now_ms + INVITATION_LIVES_MS,
    accepted_at_ms: null,
    revoked_at_ms: null,
  };
}

async function refuseInvitation(
  ctx: InvitingContext,
  { email, roles }: Input,
  now_ms: number,
): Promise<NotFound | LimitReached | Taken | AlreadyInvited | RateLimited | null> {
  const { locations, staff, staffInvitations } = ctx.tenant;
  const [active, [counts], sameEmail, open, [today]] = await ctx.tenant.batch([
    locations.active(),
    staff.counts(),
    staff.byEmail(email),
    staffInvitations.openTo(email, now_ms),
    staffInvitations.madeSince(now_ms - DAY_MS),
  ]);
  const unknown = unknownLocation(roles, active);
  if (unknown !== null) return unknown;
  if (isTakenByOther(sameEmail, null)) return { code: "email_taken" };
  if (open.length > 0) return { code: "already_invited" };
  if ((today?.count ?? 0) >= INVITATIONS_A_DAY) return { code: "rate_limited", retry_after_seconds: 3_600 };
  return limitRefusal("staff", counts);
}
