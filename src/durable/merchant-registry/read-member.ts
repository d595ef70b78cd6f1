import { invariant } from "../../domain/invariant.ts";
import { fail, ok } from "../../domain/result.ts";
import { decodeInteger, encodeInteger } from "../../domain/tenancy/base32.ts";
import type { Identifier } from "../../domain/tenancy/member-profile.ts";
import { profileIdentifier } from "./identifiers.ts";
import { openConsent, openField, openProfile } from "./profile-codec.ts";
import {
  ACCOUNTS_MAX,
  type CardNumber,
  type IdentifierAnswer,
  type IdentifiersAnswer,
  type ListAnswer,
  type ListQuery,
  type MemberAnswer,
  type MemberRecord,
  type SearchHit,
} from "./protocol.ts";
import type { MemberRow } from "./store.ts";
import { candidatesOf, FORMER_MS, type Vault } from "./vault.ts";

/** Members that are decrypted in one go; sales wait meanwhile, some 20 ms. */
const SEARCH_PAGE = 250;

export function getMember(vault: Vault, account: string): MemberAnswer {
  const row = vault.store.member(account);
  if (row === null) return fail({ code: "unknown_member" });
  const record = toRecord(vault, row);
  return record === null ? fail({ code: "erased" }) : ok(record);
}

/** Every way by which a member is found: more than the profile says when cards were merged. */
export function identifiersOf(vault: Vault, account: string): IdentifiersAnswer {
  const row = vault.store.member(account);
  if (row === null) return fail({ code: "unknown_member" });
  if (row.key === null) return fail({ code: "erased" });
  const key = vault.cipher.openKey(account, row.key);
  return ok(
    vault.store
      .identifiersOf(account)
      .flatMap(({ kind, sealed }) =>
        sealed === null ? [] : [{ kind, value: key.open(`identifier:${kind}`, sealed) }],
      ),
  );
}

/** In the order asked, without those that are unknown or erased. */
export function getMembers(vault: Vault, accounts: readonly string[]): MemberRecord[] {
  invariant(accounts.length <= ACCOUNTS_MAX, `too many members at once: ${accounts.length}`);
  return accounts.flatMap((account) => {
    const answer = getMember(vault, account);
    return answer.ok ? [answer.value] : [];
  });
}

/** A page of members. The cursor is the place of the page's last member in the order of creation. */
export function listMembers(vault: Vault, query: ListQuery): ListAnswer {
  const { limit, order = "desc", cursor, filter } = query;
  invariant(Number.isSafeInteger(limit) && limit >= 1 && limit <= ACCOUNTS_MAX, `page size out of range: ${limit}`);
  if (filter !== undefined) return listByIdentifier(vault, profileIdentifier(filter.kind, filter.value));
  const start = order === "asc" ? 0 : Number.MAX_SAFE_INTEGER;
  const from = cursor === undefined ? start : decodeInteger(cursor);
  if (from === null) return fail({ code: "invalid_cursor" });
  const rows = vault.store.memberPage(order, from, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next_cursor = rows.length > limit && last !== undefined ? encodeInteger(last.seq) : null;
  return ok({ members: page.flatMap((row) => toRecord(vault, row) ?? []), next_cursor });
}

/** Whose the identifier is, and whose it was during the last 30 days. */
export function findByIdentifier(vault: Vault, identifier: Identifier, now_ms: number): IdentifierAnswer {
  const candidates = candidatesOf(vault, identifier);
  const owner = vault.store.identifierOwner(identifier.kind, candidates);
  const former = vault.store
    .formerOwners(identifier.kind, candidates, now_ms - FORMER_MS)
    .filter((account) => account !== owner?.account);
  if (owner === null) return { outcome: "unknown", former };
  return { outcome: "found", account: owner.account, card_no: owner.card_no, former };
}

/** What the search index knows of a member; null for an erased one. Opens no field that it does not need. */
export function toSearchHit(vault: Vault, row: MemberRow): SearchHit | null {
  if (row.key === null) return null;
  const { account, sealed } = row;
  const empty = sealed.name === null && sealed.email === null && sealed.phone === null;
  if (empty) return { account, name: null, email: null, phone: null };
  const key = vault.cipher.openKey(account, row.key);
  return {
    account,
    name: openField(key, sealed, "name"),
    email: openField(key, sealed, "email"),
    phone: openField(key, sealed, "phone"),
  };
}

/** A page of what the search index knows, for building it. */
export function readSearchPage(vault: Vault, afterSeq: number): { hits: SearchHit[]; nextSeq: number | null } {
  const rows = vault.store.memberPage("asc", afterSeq, SEARCH_PAGE);
  const hits = rows.flatMap((row) => toSearchHit(vault, row) ?? []);
  return { hits, nextSeq: rows.length < SEARCH_PAGE ? null : (rows.at(-1)?.seq ?? null) };
}

function listByIdentifier(vault: Vault, identifier: Identifier): ListAnswer {
  const owner = vault.store.identifierOwner(identifier.kind, candidatesOf(vault, identifier));
  return ok({ members: owner === null ? [] : getMembers(vault, [owner.account]), next_cursor: null });
}

function toRecord(vault: Vault, row: MemberRow): MemberRecord | null {
  if (row.key === null) return null;
  const { account, created_at_ms, updated_at_ms } = row;
  const key = vault.cipher.openKey(account, row.key);
  const consents = vault.store.consents(account).map(({ n, sealed }) => openConsent(key, n, sealed));
  const card_numbers = vault.store.identifiersOf(account).flatMap((identifier): CardNumber[] => {
    if (identifier.kind !== "card_number" || identifier.sealed === null) return [];
    return [{ number: key.open("identifier:card_number", identifier.sealed), card_no: identifier.card_no }];
  });
  return { account, created_at_ms, updated_at_ms, profile: openProfile(key, row.sealed, consents), card_numbers };
}
