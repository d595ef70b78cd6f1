import { z } from "zod";
import type { StaffInvitationRow } from "../../../db/schema/staff-invitation.ts";
import { encodeBase32, isBase32 } from "../../../domain/tenancy/base32.ts";
import type { RoleAt } from "../../../domain/tenancy/actor.ts";
import { email, id, locale, name } from "../fields.ts";
import type { ServicePorts } from "../context.ts";
import { sha256Hex } from "../sha256.ts";
import { roles } from "../staff/schemas.ts";

const DAY_MS = 86_400_000;
/** How long a link works. */
export const INVITATION_LIVES_MS = 14 * DAY_MS;
/** What one merchant may have us mail: enough for a chain that opens, too little to pester strangers. */
export const INVITATIONS_A_DAY = 50;
export const SENT_MAX = 5;
export const RESEND_PAUSE_MS = 60_000;

export const createInvitationInput = z.strictObject({ email, name, roles, locale: locale.optional() });
export const invitationIdInput = z.strictObject({ id });

export type InvitationState = "open" | "accepted" | "expired" | "revoked";

/** An invitation as colleagues see it: never its link. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly RoleAt[];
  readonly state: InvitationState;
  readonly invited_by: string;
  readonly created_at_ms: number;
  readonly sent_at_ms: number;
  readonly expires_at_ms: number;
}

export function toInvitation(row: StaffInvitationRow, now_ms: number): Invitation {
  const { id: own, email: to, name: called, roles: at, invited_by, created_at_ms, sent_at_ms, expires_at_ms } = row;
  const facts = { id: own, email: to, name: called, roles: at, invited_by, created_at_ms, sent_at_ms, expires_at_ms };
  return { ...facts, state: stateOf(row, now_ms) };
}

export function stateOf(row: StaffInvitationRow, now_ms: number): InvitationState {
  if (row.accepted_at_ms !== null) return "accepted";
  if (row.revoked_at_ms !== null) return "revoked";
  return row.expires_at_ms <= now_ms ? "expired" : "open";
}

const LOCATOR_LENGTH = 8;
const SECRET_LENGTH = 32;

/** A link's secret: the merchant's locator, so that it can be looked up there, and 160 random bits. */
export function newToken(
  ports: ServicePorts,
  locator: string,
): { readonly token: string; readonly token_hash: string } {
  const token = `${locator}${encodeBase32(ports.random(20), SECRET_LENGTH)}`;
  return { token, token_hash: sha256Hex(token) };
}

/** The locator that a token claims; null for what cannot be a token. */
export function locatorOf(token: string): string | null {
  return isBase32(token, LOCATOR_LENGTH + SECRET_LENGTH) ? token.slice(0, LOCATOR_LENGTH) : null;
}
