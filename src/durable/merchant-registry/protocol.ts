import type { Result } from "../../domain/result.ts";
import type { ClosedBudget } from "../../domain/program/budget.ts";
import type { MerchantConfig, ProgramText } from "../../domain/tenancy/config.ts";
import type { Consent, Identifier, IdentifierKind, MemberProfile } from "../../domain/tenancy/member-profile.ts";

// What travels between a Worker and the registry: plain data. Every command names the object it is meant for (`to`).
// `now_ms` is always the wall clock; in test mode the registry adds its own test clock.

export interface Addressed {
  /** The registry's object name as text. */
  readonly to: string;
}

/** A refusal is an answer, never a throw. */
export type RegistryRefusal =
  /** No configuration has reached this registry (yet). */
  | { readonly code: "unknown_merchant" }
  | { readonly code: "unknown_key" }
  | { readonly code: "unknown_member" }
  /** The member existed and was erased. */
  | { readonly code: "erased" }
  | { readonly code: "account_exists" }
  /** The member is itself going up in another just now. */
  | { readonly code: "merging" }
  | { readonly code: "idempotency_mismatch" }
  /** The value belongs to another member. */
  | { readonly code: "identifier_taken"; readonly kind: IdentifierKind }
  /** With the change the member would have more pairs than one may have. */
  | { readonly code: "metadata_full"; readonly max: number }
  | { readonly code: "invalid_cursor" }
  /** A live merchant has no test clock. */
  | { readonly code: "live_mode" };

export interface ApplyConfigCommand extends Addressed {
  readonly config: MerchantConfig;
  /** Texts of `config.programs`; those that the registry already has may be left out. */
  readonly programs: readonly ProgramText[];
  readonly now_ms: number;
}

export type ConfigRefusal =
  /** The version is known with another text or date, or the text does not have the hash it came with. */
  | { readonly code: "program_conflict"; readonly version: number }
  /** The configuration names versions whose text is neither here nor sent along. */
  | { readonly code: "program_missing"; readonly versions: readonly number[] };

/** `version` is the one in force after the call. */
export type ApplyConfigAnswer = Result<
  { readonly outcome: "applied" | "stale" | "same"; readonly version: number },
  ConfigRefusal
>;

export interface ResolveQuery extends Addressed {
  /** The configuration version that the caller has; the answer then leaves out what it knows. */
  readonly configVersionKnown?: number;
  /** SHA-256 of the caller's API key, lower-case hex. An unknown one learns nothing about the merchant. */
  readonly keyHash?: string;
  readonly identifier?: Identifier;
  /** As a till gave it, in place of `identifier`; made comparable here, where the country of the key's location is known. */
  readonly rawIdentifier?: RawIdentifier;
  readonly now_ms: number;
}

export interface KeyUsesQuery extends Addressed {
  /** Ids. */
  readonly keys: readonly string[];
}

/** Unix ms by the key's id. */
export type KeyUsesAnswer = Readonly<Record<string, number>>;

/** An identifier as a person typed or a scanner read it. */
export interface RawIdentifier {
  readonly kind: IdentifierKind;
  readonly text: string;
}

/** Configuration with the programme texts that a sale of the last 8 days, of now, or under a scheduled version may need. */
export interface ConfigSnapshot {
  readonly config: MerchantConfig;
  /** By effective date, oldest first. */
  readonly programs: readonly ProgramText[];
}

/** `former`: accounts that owned the identifier and lost it within the last 30 days, latest first; the owner excluded. */
export type IdentifierAnswer =
  | {
      readonly outcome: "found";
      readonly account: string;
      /** The card that a card number names; null for other kinds. */
      readonly card_no: number | null;
      readonly former: readonly string[];
    }
  | { readonly outcome: "unknown"; readonly former: readonly string[] };

export interface Resolved {
  readonly configVersion: number;
  /** Milliseconds by which the test clock runs ahead; 0 in live mode. */
  readonly clock_offset_ms: number;
  /** Null when the caller's version is current. */
  readonly snapshot: ConfigSnapshot | null;
  /** Null when none was asked for. */
  readonly identifier: IdentifierAnswer | null;
  /** Promotions whose budget is used up; absent when there are none. */
  readonly closed_budgets?: readonly ClosedBudget[];
}

/** A promotion has given, over all accounts, all that it may. */
export interface CloseBudgetCommand extends Addressed, ClosedBudget {
  readonly now_ms: number;
}

export type CloseBudgetAnswer = Result<null, Extract<RegistryRefusal, { code: "unknown_merchant" }>>;

export type ResolveAnswer = Result<Resolved, Extract<RegistryRefusal, { code: "unknown_merchant" | "unknown_key" }>>;

export interface ProgramQuery extends Addressed {
  readonly version: number;
}

/** Where a request's key is unique, the key, and a hash of the request. */
export interface Idempotency {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
}

/** An identifier of a new member; a card number also says which of the account's cards it is. */
export interface NewIdentifier extends Identifier {
  readonly card_no?: number;
}

export interface CreateMemberCommand extends Addressed {
  readonly account: string;
  readonly idem: Idempotency;
  /** Null for an anonymous member. */
  readonly profile: MemberProfile | null;
  /** In addition to phone, e-mail and external id of the profile, which always become identifiers. */
  readonly identifiers: readonly NewIdentifier[];
  readonly now_ms: number;
}

/** An absent field stays, null clears. `metadata` changes key by key. Consents are added to those on record. */
export interface ProfileChanges {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly birthday?: string | null;
  readonly locale?: MemberProfile["locale"];
  readonly external_id?: string | null;
  readonly metadata?: Readonly<Record<string, string | null>> | null;
  readonly consents?: readonly Consent[];
}

export interface UpdateMemberCommand extends Addressed {
  readonly account: string;
  readonly idem: Idempotency;
  readonly changes: ProfileChanges;
  readonly now_ms: number;
}

/** The member right after the write. `replayed`: it had been done before; nothing was changed now, and the answer is the first one. */
export type MemberWritten = Result<{ readonly member: MemberRecord; readonly replayed: boolean }, RegistryRefusal>;

export interface EraseMemberCommand extends Addressed {
  readonly account: string;
  readonly now_ms: number;
}

export type EraseAnswer = Result<{ readonly erased_at_ms: number; readonly replayed: boolean }, RegistryRefusal>;

export interface BeginMergeCommand extends Addressed {
  readonly from: string;
  readonly into: string;
  readonly now_ms: number;
}

/** Brings what is known of a person to the member that their account went up in. */
export interface MergeMemberCommand extends Addressed {
  readonly from: string;
  readonly into: string;
  /** The cards that came along: their numbers in the old account and in the new one. */
  readonly cards: readonly { readonly former_no: number; readonly card_no: number }[];
  readonly now_ms: number;
}

/** `merged` is false when it had been done before, or there was nobody to bring. */
export type MergeAnswer = Result<{ readonly merged: boolean }, RegistryRefusal>;

export interface CardNumberCommand extends Addressed {
  readonly account: string;
  readonly number: string;
  readonly now_ms: number;
}

export interface LinkCardNumberCommand extends CardNumberCommand {
  readonly card_no: number;
}

export type LinkAnswer = Result<{ readonly linked: boolean }, RegistryRefusal>;
/** `released` is false when the number did not belong to the account. */
export type ReleaseAnswer = Result<{ readonly released: boolean }, RegistryRefusal>;

export interface MemberQuery extends Addressed {
  readonly account: string;
}

/** Every way by which a member is found, in clear; empty for nobody. */
export type IdentifiersAnswer = Result<readonly Identifier[], RegistryRefusal>;

/** At most {@link ACCOUNTS_MAX}. */
export interface MembersQuery extends Addressed {
  readonly accounts: readonly string[];
}

export const ACCOUNTS_MAX = 100;

export interface CardNumber {
  readonly number: string;
  readonly card_no: number | null;
}

/** A member as the registry knows them. `profile.consents` holds every decision, oldest first. */
export interface MemberRecord {
  readonly account: string;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly profile: MemberProfile;
  readonly card_numbers: readonly CardNumber[];
}

export type MemberAnswer = Result<MemberRecord, RegistryRefusal>;
/** In the order asked; unknown and erased members are left out. */
export type MembersAnswer = Result<readonly MemberRecord[], RegistryRefusal>;

export interface ListQuery extends Addressed {
  /** 1 … {@link ACCOUNTS_MAX}. */
  readonly limit: number;
  /** From the previous page; stays right while members are added. */
  readonly cursor?: string;
  /** `desc` (newest first) unless told. */
  readonly order?: "asc" | "desc";
  /** Exact match of a normalised value. */
  readonly filter?: { readonly kind: "external_id" | "email" | "phone"; readonly value: string };
}

export type ListAnswer = Result<
  { readonly members: readonly MemberRecord[]; readonly next_cursor: string | null },
  RegistryRefusal
>;

export interface SearchQuery extends Addressed {
  /** Start of words of the name, the last digits of a phone number, or the start of an e-mail address. */
  readonly query: string;
  readonly limit: number;
}

/** Whole values: what a till may show of them is for the caller to cut. */
export interface SearchHit {
  readonly account: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

export type SearchAnswer = Result<readonly SearchHit[], RegistryRefusal>;

export interface ClockCommand extends Addressed {
  /** Milliseconds that the test clock runs ahead of the wall clock. */
  readonly offset_ms: number;
}

export type ClockAnswer = Result<{ readonly clock_offset_ms: number }, RegistryRefusal>;
