import type { z } from "zod";
import type * as login from "../../contract/dashboard-v1/login.ts";
import type * as wire from "../../contract/dashboard-v1/merchant.ts";
import type { Passkey } from "../auth/passkeys.ts";
import type { LoginSession, LoginUser } from "../auth/sessions.ts";
import { WATCH_DEFAULTS } from "../../domain/insights/watch.ts";
import type { IdCodec } from "../../domain/tenancy/ids.ts";
import type { Invitation } from "../services/invitation/schemas.ts";
import type { Item } from "../services/item/schemas.ts";
import type { ApiKey, NewKey } from "../services/key/schemas.ts";
import type { Location } from "../services/location/schemas.ts";
import type { Merchant } from "../services/merchant/schemas.ts";
import type { ProgramDraft, ProgramVersion } from "../services/program/schemas.ts";
import type { Staff } from "../services/staff/schemas.ts";
import type { Till } from "../services/till/schemas.ts";

/** An instant as answers carry it: RFC 3339 in UTC. */
export function at(ms: number): string {
  return new Date(ms).toISOString();
}

export function atOrNull(ms: number | null): string | null {
  return ms === null ? null : at(ms);
}

export function renderUser({ id, email, name, created_at_ms }: LoginUser): z.infer<typeof login.user> {
  return { object: "user", id, email, name, created_at: at(created_at_ms) };
}

export function renderSession(session: LoginSession, current: string): z.infer<typeof login.session> {
  return {
    object: "session",
    id: session.id,
    current: session.id === current,
    user_agent: session.user_agent,
    created_at: at(session.created_at_ms),
    last_used_at: at(session.last_used_at_ms),
    expires_at: at(session.expires_at_ms),
  };
}

export function renderPasskey({ id, name, created_at_ms, backed_up }: Passkey): z.infer<typeof login.passkey> {
  return { object: "passkey", id, name, created_at: atOrNull(created_at_ms), backed_up };
}

export function renderMerchant(row: Merchant): z.infer<typeof wire.merchant> {
  const { created_at_ms, color = null, watch, ...merchant } = row;
  return {
    object: "merchant",
    ...merchant,
    color,
    watch: { ...WATCH_DEFAULTS, ...watch },
    created_at: at(created_at_ms),
  };
}

export function renderLocation(location: Location): z.infer<typeof wire.location> {
  const { created_at_ms, archived_at_ms, opening_hours, ...facts } = location;
  const times = { created_at: at(created_at_ms), archived_at: atOrNull(archived_at_ms) };
  return { object: "location", ...facts, opening_hours: [...opening_hours], ...times };
}

export function renderTill({ created_at_ms, archived_at_ms, ...till }: Till): z.infer<typeof wire.till> {
  return { object: "till", ...till, created_at: at(created_at_ms), archived_at: atOrNull(archived_at_ms) };
}

export function renderKey(key: ApiKey): z.infer<typeof wire.apiKey> {
  const { created_at_ms, expires_at_ms, revoked_at_ms, last_used_at_ms, scopes, ...facts } = key;
  return {
    object: "key",
    ...facts,
    scopes: [...scopes],
    created_at: at(created_at_ms),
    expires_at: atOrNull(expires_at_ms),
    revoked_at: atOrNull(revoked_at_ms),
    last_used_at: atOrNull(last_used_at_ms),
  };
}

export function renderNewKey({ key, secret }: NewKey): z.infer<typeof wire.newApiKey> {
  return { ...renderKey(key), secret };
}

export function renderItem({ created_at_ms, archived_at_ms, ...item }: Item): z.infer<typeof wire.item> {
  return { object: "item", ...item, created_at: at(created_at_ms), archived_at: atOrNull(archived_at_ms) };
}

/** @param ids of live mode: a person's own card is a card that counts */
export function renderStaff(person: Staff, ids: IdCodec): z.infer<typeof wire.staff> {
  const { id, name, email, has_pin, roles, member_account, till_code, created_at_ms, archived_at_ms } = person;
  const own_member = member_account === null ? null : ids.member(member_account);
  const times = { created_at: at(created_at_ms), archived_at: atOrNull(archived_at_ms) };
  return { object: "staff", id, name, email, has_pin, roles: [...roles], own_member, till_code, ...times };
}

export function renderInvitation(invitation: Invitation): z.infer<typeof wire.invitation> {
  const { created_at_ms, sent_at_ms, expires_at_ms, roles, ...facts } = invitation;
  const times = { created_at: at(created_at_ms), sent_at: at(sent_at_ms), expires_at: at(expires_at_ms) };
  return { object: "invitation", ...facts, roles: [...roles], ...times };
}

export function renderDraft(draft: ProgramDraft | null): z.infer<typeof wire.draft> {
  if (draft === null) {
    return { object: "program_draft", revision: 0, document: null, issues: [], updated_at: null, updated_by: null };
  }
  const { revision, json, issues, updated_at_ms, updated_by } = draft;
  return {
    object: "program_draft",
    revision,
    document: parseDocument(json),
    issues: [...issues],
    updated_at: at(updated_at_ms),
    updated_by,
  };
}

export function renderVersion(version: ProgramVersion): z.infer<typeof wire.programVersion> {
  const { version: number, effective_at_ms, hash, published_by, published_at_ms, note } = version;
  return {
    object: "program_version",
    version: number,
    effective_at: at(effective_at_ms),
    hash,
    published_by,
    published_at: at(published_at_ms),
    note,
  };
}

/** A stored document; it was checked to be an object before it was stored. */
export function parseDocument(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
