import type { Identifier, MemberProfile } from "../../domain/tenancy/member-profile.ts";
import type { NewIdentifier } from "./protocol.ts";

/** The kinds of identifier that are fields of a profile. A member has at most one of each. */
export const PROFILE_KINDS = ["phone", "email", "external_id"] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** The identifier that a profile field makes. An address may keep its capitals in the profile, never in the index. */
export function profileIdentifier(kind: ProfileKind, value: string): Identifier {
  return { kind, value: kind === "email" ? value.toLowerCase() : value };
}

/** Every identifier of a new member, each once: those of the profile and those given beside it. */
export function identifiersOfNewMember(
  profile: MemberProfile | null,
  given: readonly NewIdentifier[],
): NewIdentifier[] {
  const all = new Map(given.map((identifier) => [`${identifier.kind}\n${identifier.value}`, identifier]));
  for (const kind of PROFILE_KINDS) {
    const value = profile?.[kind] ?? null;
    if (value === null) continue;
    const identifier = profileIdentifier(kind, value);
    all.set(`${identifier.kind}\n${identifier.value}`, identifier);
  }
  return [...all.values()];
}
