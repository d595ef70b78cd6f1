import { invariant } from "../../domain/invariant.ts";
import { type Locale, LOCALES } from "../../domain/tenancy/config.ts";
import type { Consent, MemberProfile } from "../../domain/tenancy/member-profile.ts";
import type { PersonKey } from "../shared/field-cipher.ts";
import type { ProfileChanges } from "./protocol.ts";

/** The profile's columns. Their names are authenticated with each value and can never change. */
export const PROFILE_FIELDS = ["name", "email", "phone", "birthday", "locale", "external_id", "metadata"] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

export type SealedProfile = Readonly<Record<ProfileField, Uint8Array | null>>;

const EMPTY: SealedProfile = {
  name: null,
  email: null,
  phone: null,
  birthday: null,
  locale: null,
  external_id: null,
  metadata: null,
};

export function sealProfile(key: PersonKey, profile: MemberProfile | null): SealedProfile {
  return profile === null ? EMPTY : applyChanges(key, EMPTY, profile);
}

/** The profile's columns after a change; what does not change is not opened. */
export function applyChanges(key: PersonKey, before: SealedProfile, changes: ProfileChanges): SealedProfile {
  const after: Record<ProfileField, Uint8Array | null> = { ...before };
  for (const field of PROFILE_FIELDS) {
    const value = field === "metadata" ? changedMetadata(key, before.metadata, changes.metadata) : changes[field];
    if (value !== undefined) after[field] = value === null ? null : key.seal(field, value);
  }
  return after;
}

export function openProfile(key: PersonKey, sealed: SealedProfile, consents: readonly Consent[]): MemberProfile {
  return {
    name: openField(key, sealed, "name"),
    email: openField(key, sealed, "email"),
    phone: openField(key, sealed, "phone"),
    birthday: openField(key, sealed, "birthday"),
    locale: asLocale(openField(key, sealed, "locale")),
    external_id: openField(key, sealed, "external_id"),
    consents,
    metadata: openMetadata(key, sealed.metadata),
  };
}

/** How many pairs of metadata a profile has. */
export function metadataPairs(key: PersonKey, sealed: SealedProfile): number {
  return Object.keys(openMetadata(key, sealed.metadata)).length;
}

export function openField(key: PersonKey, sealed: SealedProfile, field: ProfileField): string | null {
  const box = sealed[field];
  return box === null ? null : key.open(field, box);
}

/** `n` is the consent's place in the member's list; it is authenticated, so proof cannot be reordered unseen. */
export function sealConsent(key: PersonKey, n: number, consent: Consent): Uint8Array {
  const { purpose, granted, text, at_ms, source } = consent;
  return key.seal(`consent:${n}`, JSON.stringify({ purpose, granted, text, at_ms, source }));
}

export function openConsent(key: PersonKey, n: number, box: Uint8Array): Consent {
  return trustedJson<Consent>(key.open(`consent:${n}`, box));
}

function changedMetadata(
  key: PersonKey,
  before: Uint8Array | null,
  changes: ProfileChanges["metadata"],
): string | null | undefined {
  if (changes === undefined || changes === null) return changes;
  const after = new Map(Object.entries(openMetadata(key, before)));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) after.delete(name);
    else after.set(name, value);
  }
  return after.size === 0 ? null : JSON.stringify(Object.fromEntries(after));
}

function openMetadata(key: PersonKey, box: Uint8Array | null): Readonly<Record<string, string>> {
  return box === null ? {} : trustedJson<Record<string, string>>(key.open("metadata", box));
}

function asLocale(text: string | null): Locale | null {
  if (text === null) return null;
  const locale = LOCALES.find((known) => known === text);
  invariant(locale !== undefined, `unknown locale in a profile: ${text}`);
  return locale;
}

/** Reads JSON that this module sealed: authenticated encryption vouches that it is what we wrote. */
function trustedJson<Value>(json: string): Value {
  return JSON.parse(json) as Value;
}
