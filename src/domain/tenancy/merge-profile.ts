import type { Consent, MemberProfile } from "./member-profile.ts";

/** Pairs of metadata that a member may have. */
export const METADATA_PAIRS_MAX = 20;

/**
 * One profile out of two of the same person: what the staying one says stands, what it leaves open is filled from the other.
 * Every consent is kept as proof. For each purpose that both have decided on, a refusal on either side counts; the decision
 * that says so is added, dated `now_ms`.
 */
export function mergeProfiles(into: MemberProfile, from: MemberProfile, now_ms: number): MemberProfile {
  const pairs = [...Object.entries(into.metadata), ...Object.entries(from.metadata)];
  const metadata = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (!metadata.has(name) && metadata.size < METADATA_PAIRS_MAX) metadata.set(name, value);
  }
  return {
    name: into.name ?? from.name,
    email: into.email ?? from.email,
    phone: into.phone ?? from.phone,
    birthday: into.birthday ?? from.birthday,
    locale: into.locale ?? from.locale,
    external_id: into.external_id ?? from.external_id,
    consents: mergeConsents(into.consents, from.consents, now_ms),
    metadata: Object.fromEntries(metadata),
  };
}

/** The latest decision per purpose; later in the list is later. */
export function latestConsents(consents: readonly Consent[]): Map<Consent["purpose"], Consent> {
  return new Map(consents.map((consent) => [consent.purpose, consent]));
}

function mergeConsents(into: readonly Consent[], from: readonly Consent[], now_ms: number): Consent[] {
  const brought = latestConsents(from);
  const refused = [...latestConsents(into)].flatMap(([purpose, decision]) =>
    !decision.granted && brought.get(purpose)?.granted === true
      ? [{ ...decision, at_ms: now_ms, source: "merge" }]
      : [],
  );
  return [...into, ...from, ...refused];
}
