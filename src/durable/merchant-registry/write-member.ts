import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { invariant } from "../../domain/invariant.ts";
import { fail, ok } from "../../domain/result.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { Consent, Identifier } from "../../domain/tenancy/member-profile.ts";
import { METADATA_PAIRS_MAX } from "../../domain/tenancy/merge-profile.ts";
import type { PersonKey } from "../shared/field-cipher.ts";
import { identifiersOfNewMember, PROFILE_KINDS, profileIdentifier, type ProfileKind } from "./identifiers.ts";
import { applyChanges, metadataPairs, sealConsent, sealProfile } from "./profile-codec.ts";
import type {
  CardNumberCommand,
  CreateMemberCommand,
  EraseAnswer,
  EraseMemberCommand,
  Idempotency,
  LinkAnswer,
  LinkCardNumberCommand,
  MemberRecord,
  MemberWritten,
  NewIdentifier,
  ProfileChanges,
  ReleaseAnswer,
  UpdateMemberCommand,
} from "./protocol.ts";
import { getMember } from "./read-member.ts";
import type { IdentifierOwner } from "./store.ts";
import { candidatesOf, FORMER_MS, identifierDigest, type Vault } from "./vault.ts";

/** The name under which answers are sealed; authenticated with each. */
export const ANSWER_FIELD = "answer";

// Each function runs inside one storage transaction. It finds every reason to refuse before it writes anything.

/** Stores a member with profile and identifiers. */
export function createMember(vault: Vault, command: CreateMemberCommand, now_ms: number): MemberWritten {
  const { account, idem, profile } = command;
  const earlier = findEarlier(vault, "create", idem);
  if (earlier !== null) return earlier;
  const existing = vault.store.member(account);
  if (existing !== null) return fail({ code: existing.key === null ? "erased" : "account_exists" });
  const identifiers = identifiersOfNewMember(profile, command.identifiers);
  for (const identifier of identifiers) {
    if (ownerOf(vault, identifier) !== null) return fail({ code: "identifier_taken", kind: identifier.kind });
  }

  const { key, wrapped } = vault.cipher.createKey(account);
  vault.store.addMember(account, wrapped, sealProfile(key, profile), now_ms);
  for (const identifier of identifiers) addIdentifier(vault, account, key, identifier);
  addConsents(vault, account, key, profile?.consents ?? []);
  return remember(vault, "create", idem, account, key, now_ms);
}

/** Changes a profile; identifiers follow it. */
export function updateMember(vault: Vault, command: UpdateMemberCommand, now_ms: number): MemberWritten {
  const { account, idem, changes } = command;
  const earlier = findEarlier(vault, `update:${account}`, idem);
  if (earlier !== null) return earlier;
  const member = vault.store.member(account);
  if (member === null) return fail({ code: "unknown_member" });
  if (member.key === null) return fail({ code: "erased" });
  const moves = identifierMoves(vault, changes);
  for (const { kind, owner } of moves) {
    if (owner !== null && owner.account !== account) return fail({ code: "identifier_taken", kind });
  }

  const key = vault.cipher.openKey(account, member.key);
  const profile = applyChanges(key, member.sealed, changes);
  if (changes.metadata !== undefined && metadataPairs(key, profile) > METADATA_PAIRS_MAX) {
    return fail({ code: "metadata_full", max: METADATA_PAIRS_MAX });
  }
  vault.store.updateMember(account, profile, now_ms);
  for (const move of moves) moveIdentifier(vault, account, key, move, now_ms);
  addConsents(vault, account, key, changes.consents ?? []);
  return remember(vault, `update:${account}`, idem, account, key, now_ms);
}

/** Destroys what is known of a person, and the key to any copy. What stays is a tombstone with the account's id and dates. */
export function eraseMember(vault: Vault, command: EraseMemberCommand, now_ms: number): EraseAnswer {
  const member = vault.store.member(command.account);
  if (member === null) return fail({ code: "unknown_member" });
  if (member.erased_at_ms !== null) return ok({ erased_at_ms: member.erased_at_ms, replayed: true });
  vault.store.eraseMember(command.account, now_ms);
  return ok({ erased_at_ms: now_ms, replayed: false });
}

/** Makes a plastic number lead to a card of the account. Gift cards and receipts have no member, and need none. */
export function linkCardNumber(vault: Vault, command: LinkCardNumberCommand): LinkAnswer {
  const { account, number, card_no } = command;
  const kind = accountKindOf(account);
  invariant(kind !== null, `not an account id: ${account}`);
  const member = kind === "member" ? vault.store.member(account) : null;
  if (kind === "member" && member === null) return fail({ code: "unknown_member" });
  if (member !== null && member.key === null) return fail({ code: "erased" });

  const identifier: NewIdentifier = { kind: "card_number", value: number, card_no };
  const owner = ownerOf(vault, identifier);
  if (owner === null) {
    const wrapped = member?.key ?? null;
    const key = wrapped === null ? null : vault.cipher.openKey(account, wrapped);
    addIdentifier(vault, account, key, identifier);
    return ok({ linked: true });
  }
  if (owner.account !== account) return fail({ code: "identifier_taken", kind: "card_number" });
  if (owner.card_no !== card_no) vault.store.setCardNo(owner.digest, card_no);
  return ok({ linked: owner.card_no !== card_no });
}

/** Frees a plastic number that leads to the account. */
export function releaseCardNumber(vault: Vault, command: CardNumberCommand, now_ms: number): ReleaseAnswer {
  const owner = ownerOf(vault, { kind: "card_number", value: command.number });
  if (owner === null || owner.account !== command.account) return ok({ released: false });
  removeIdentifier(vault, "card_number", owner, now_ms);
  return ok({ released: true });
}

interface IdentifierMove {
  readonly kind: ProfileKind;
  /** Null when the field is cleared. */
  readonly to: Identifier | null;
  /** Who has the new value now. */
  readonly owner: IdentifierOwner | null;
}

function identifierMoves(vault: Vault, changes: ProfileChanges): IdentifierMove[] {
  const moves: IdentifierMove[] = [];
  for (const kind of PROFILE_KINDS) {
    const value = changes[kind];
    if (value === undefined) continue;
    const to = value === null ? null : profileIdentifier(kind, value);
    const owner = to === null ? null : ownerOf(vault, to);
    moves.push({ kind, to, owner });
  }
  return moves;
}

function moveIdentifier(vault: Vault, account: string, key: PersonKey, move: IdentifierMove, now_ms: number): void {
  // The account has this value already.
  if (move.owner !== null) return;
  for (const old of vault.store.identifiersOf(account)) {
    if (old.kind === move.kind) removeIdentifier(vault, old.kind, old, now_ms);
  }
  if (move.to !== null) addIdentifier(vault, account, key, move.to);
}

function ownerOf(vault: Vault, identifier: Identifier): IdentifierOwner | null {
  return vault.store.identifierOwner(identifier.kind, candidatesOf(vault, identifier));
}

function addIdentifier(vault: Vault, account: string, key: PersonKey | null, identifier: NewIdentifier): void {
  const { kind, value, card_no = null } = identifier;
  const sealed = key === null ? null : key.seal(`identifier:${kind}`, value);
  vault.store.addIdentifier({ kind, digest: identifierDigest(vault, identifier), account, card_no, sealed });
}

function removeIdentifier(vault: Vault, kind: Identifier["kind"], owner: IdentifierOwner, now_ms: number): void {
  vault.store.removeIdentifier(kind, owner, now_ms);
  vault.store.forgetHistoryBefore(now_ms - FORMER_MS);
}

function addConsents(vault: Vault, account: string, key: PersonKey, consents: readonly Consent[]): void {
  if (consents.length === 0) return;
  const last = vault.store.lastConsent(account);
  consents.forEach((consent, index) => {
    const n = last + 1 + index;
    vault.store.addConsent(account, n, sealConsent(key, n, consent));
  });
}

/** The outcome of an earlier request with this key; null when there was none. */
function findEarlier(vault: Vault, operation: string, idem: Idempotency): MemberWritten | null {
  const row = vault.store.idempotency(vault.blind.candidates("idempotency", `${idem.scope}\n${idem.key}`));
  if (row === null) return null;
  const wrapped = vault.store.member(row.account)?.key ?? null;
  if (wrapped === null || row.answer === null) return fail({ code: "erased" });
  const mac = vault.blind.digestUnder(row.kid, "request", `${operation}\n${idem.requestHash}`);
  const same = row.request_mac.length === mac.length && timingSafeEqual(Buffer.from(row.request_mac), Buffer.from(mac));
  if (!same) return fail({ code: "idempotency_mismatch" });
  const member: MemberRecord = JSON.parse(vault.cipher.openKey(row.account, wrapped).open(ANSWER_FIELD, row.answer));
  return ok({ member, replayed: true });
}

/**
 * Keeps the key, the answer, and a keyed digest of the request: a plain hash of a phone number could be guessed back.
 * Answers the member as it is now.
 */
function remember(
  vault: Vault,
  operation: string,
  idem: Idempotency,
  account: string,
  key: PersonKey,
  now_ms: number,
): MemberWritten {
  const written = getMember(vault, account);
  invariant(written.ok, `member ${account} was written but cannot be read`);
  const digest = vault.blind.digest("idempotency", `${idem.scope}\n${idem.key}`);
  const request_mac = vault.blind.digestUnder(digest.kid, "request", `${operation}\n${idem.requestHash}`);
  const answer = key.seal(ANSWER_FIELD, JSON.stringify(written.value));
  vault.store.addIdempotency(digest, { request_mac, account, answer }, now_ms);
  return ok({ member: written.value, replayed: false });
}
