import { invariant } from "../../domain/invariant.ts";
import type { ClosedBudget } from "../../domain/program/budget.ts";
import type { MerchantConfig, ProgramText, ProgramVersionFacts } from "../../domain/tenancy/config.ts";
import type { IdentifierKind } from "../../domain/tenancy/member-profile.ts";
import type { BlindDigest } from "../shared/blind-index.ts";
import type { WrappedKey } from "../shared/field-cipher.ts";
import type { SealedProfile } from "./profile-codec.ts";

/** A row of `member`. `key` is null when the member has been erased, and then every sealed field is null too. */
export interface MemberRow {
  readonly seq: number;
  readonly account: string;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly erased_at_ms: number | null;
  readonly key: WrappedKey | null;
  readonly sealed: SealedProfile;
}

/** Where an identifier leads. */
export interface IdentifierOwner {
  readonly account: string;
  readonly card_no: number | null;
  /** As stored, maybe under a retired index key. */
  readonly digest: Uint8Array;
}

export interface IdentifierRow extends IdentifierOwner {
  readonly kind: IdentifierKind;
  readonly sealed: Uint8Array | null;
}

export interface NewIdentifierRow {
  readonly kind: IdentifierKind;
  readonly digest: BlindDigest;
  readonly account: string;
  readonly card_no: number | null;
  readonly sealed: Uint8Array | null;
}

export interface IdempotencyRow {
  readonly kid: string;
  readonly request_mac: Uint8Array;
  /** The member as it was answered, sealed under the member's data key. */
  readonly answer: Uint8Array | null;
  readonly account: string;
}

type SqlMember = {
  seq: number;
  account: string;
  created_at_ms: number;
  updated_at_ms: number;
  erased_at_ms: number | null;
  key_kid: string | null;
  data_key: ArrayBuffer | null;
  name: ArrayBuffer | null;
  email: ArrayBuffer | null;
  phone: ArrayBuffer | null;
  birthday: ArrayBuffer | null;
  locale: ArrayBuffer | null;
  external_id: ArrayBuffer | null;
  metadata: ArrayBuffer | null;
};

type SqlIdentifier = {
  kind: IdentifierKind;
  account: string;
  card_no: number | null;
  digest: ArrayBuffer;
  sealed: ArrayBuffer | null;
};

/** All SQL of the registry. Decides nothing; callers put what belongs together in one transaction. */
export class RegistryStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  // Configuration

  configHead(): { readonly version: number; readonly clock_offset_ms: number } | null {
    return this.#first<{ version: number; clock_offset_ms: number }>("SELECT version, clock_offset_ms FROM config");
  }

  config(): MerchantConfig | null {
    const row = this.#first<{ json: string }>("SELECT json FROM config");
    return row === null ? null : storedConfig(row.json);
  }

  /** Leaves the test clock as it is. */
  putConfig(config: MerchantConfig, now_ms: number): void {
    this.#sql.exec(
      `INSERT INTO config (id, version, json, applied_at_ms) VALUES (1, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, json = excluded.json, applied_at_ms = excluded.applied_at_ms`,
      config.version,
      JSON.stringify(config),
      now_ms,
    );
  }

  setClockOffset(offset_ms: number): void {
    this.#sql.exec("UPDATE config SET clock_offset_ms = ?", offset_ms);
  }

  closedBudgets(): ClosedBudget[] {
    return this.#sql
      .exec<{ promotion: string; max: number }>("SELECT promotion, max FROM closed_budget ORDER BY promotion")
      .toArray();
  }

  /** A message that comes late opens nothing again. */
  closeBudget({ promotion, max }: ClosedBudget, now_ms: number): void {
    this.#sql.exec(
      `INSERT INTO closed_budget (promotion, max, closed_at_ms) VALUES (?, ?, ?)
       ON CONFLICT (promotion) DO UPDATE SET max = max(max, excluded.max), closed_at_ms = excluded.closed_at_ms`,
      promotion,
      max,
      now_ms,
    );
  }

  programFacts(): ProgramVersionFacts[] {
    return this.#sql
      .exec<{ version: number; effective_at_ms: number; hash: string }>(
        "SELECT version, effective_at_ms, hash FROM program ORDER BY version",
      )
      .toArray();
  }

  /** Writes a use that is at least so much later than the one that is written; times never go back. */
  noteKeyUse(key: string, at_ms: number, every_ms: number): void {
    this.#sql.exec(
      `INSERT INTO key_use (key, at_ms) VALUES (?1, ?2)
       ON CONFLICT (key) DO UPDATE SET at_ms = excluded.at_ms WHERE excluded.at_ms >= at_ms + ?3`,
      key,
      at_ms,
      every_ms,
    );
  }

  keyUses(keys: readonly string[]): Record<string, number> {
    const rows = this.#sql.exec<{ key: string; at_ms: number }>(
      "SELECT key, at_ms FROM key_use WHERE key IN (SELECT value FROM json_each(?))",
      JSON.stringify(keys),
    );
    return Object.fromEntries([...rows].map(({ key, at_ms }) => [key, at_ms]));
  }

  program(version: number): ProgramText | null {
    return this.#first<{ version: number; effective_at_ms: number; hash: string; json: string }>(
      "SELECT version, effective_at_ms, hash, json FROM program WHERE version = ?",
      version,
    );
  }

  addProgram(program: ProgramText): void {
    const { version, effective_at_ms, hash, json } = program;
    this.#sql.exec(
      "INSERT INTO program (version, effective_at_ms, hash, json) VALUES (?, ?, ?, ?)",
      version,
      effective_at_ms,
      hash,
      json,
    );
  }

  // Members

  member(account: string): MemberRow | null {
    const row = this.#first<SqlMember>("SELECT * FROM member WHERE account = ?", account);
    return row === null ? null : memberRow(row);
  }

  addMember(account: string, key: WrappedKey, sealed: SealedProfile, now_ms: number): void {
    this.#sql.exec(
      `INSERT INTO member (account, created_at_ms, updated_at_ms, key_kid, data_key,
         name, email, phone, birthday, locale, external_id, metadata)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      account,
      now_ms,
      now_ms,
      key.kid,
      key.box,
      ...sealedColumns(sealed),
    );
  }

  updateMember(account: string, sealed: SealedProfile, now_ms: number): void {
    this.#sql.exec(
      `UPDATE member SET name = ?, email = ?, phone = ?, birthday = ?, locale = ?, external_id = ?, metadata = ?,
         updated_at_ms = ? WHERE account = ?`,
      ...sealedColumns(sealed),
      now_ms,
      account,
    );
  }

  /** Leaves a tombstone; the data key goes with the profile. */
  eraseMember(account: string, now_ms: number): void {
    this.#sql.exec(
      `UPDATE member SET key_kid = NULL, data_key = NULL, name = NULL, email = NULL, phone = NULL, birthday = NULL,
         locale = NULL, external_id = NULL, metadata = NULL, updated_at_ms = ?, erased_at_ms = ? WHERE account = ?`,
      now_ms,
      now_ms,
      account,
    );
    this.#sql.exec("DELETE FROM identifier WHERE account = ?", account);
    this.#sql.exec(
      "DELETE FROM identifier_history WHERE account = ?1 OR account IN (SELECT account FROM member WHERE merged_into = ?1)",
      account,
    );
    this.#sql.exec("DELETE FROM consent WHERE account = ?", account);
    this.#sql.exec("UPDATE idempotency SET request_mac = x'', answer = NULL WHERE account = ?", account);
  }

  /** Where a member has been on its way to since `since_ms`; null when it is not. */
  mergingInto(account: string, since_ms: number): string | null {
    const row = this.#first<{ merging_into: string | null }>(
      "SELECT merging_into FROM member WHERE account = ? AND merging_at_ms >= ?",
      account,
      since_ms,
    );
    return row?.merging_into ?? null;
  }

  noteMerging(account: string, into: string, now_ms: number): void {
    this.#sql.exec("UPDATE member SET merging_into = ?, merging_at_ms = ? WHERE account = ?", into, now_ms, account);
  }

  /** Leaves a tombstone that says where the member went. Identifiers, consents and answers have been brought there before. */
  buryMerged(account: string, into: string, now_ms: number): void {
    this.#sql.exec(
      `UPDATE member SET key_kid = NULL, data_key = NULL, name = NULL, email = NULL, phone = NULL, birthday = NULL,
         locale = NULL, external_id = NULL, metadata = NULL, updated_at_ms = ?1, erased_at_ms = ?1, merged_into = ?2
       WHERE account = ?3`,
      now_ms,
      into,
      account,
    );
    this.#sql.exec("UPDATE member SET merged_into = ?1 WHERE merged_into = ?2", into, account);
    this.#sql.exec("DELETE FROM consent WHERE account = ?", account);
  }

  /** Gives an identifier to another account. That account's own history does not change: the former owner has moved there. */
  moveIdentifier(row: IdentifierRow, to: Pick<NewIdentifierRow, "account" | "card_no" | "sealed">): void {
    this.#sql.exec(
      "UPDATE identifier SET account = ?, card_no = ?, sealed = ? WHERE kind = ? AND digest = ?",
      to.account,
      to.card_no,
      to.sealed,
      row.kind,
      row.digest,
    );
  }

  /** Remembers whose an identifier was. */
  rememberOwner(kind: IdentifierKind, { digest, account }: IdentifierOwner, now_ms: number): void {
    this.#sql.exec(
      `INSERT INTO identifier_history (kind, digest, account, lost_at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, digest, account) DO UPDATE SET lost_at_ms = excluded.lost_at_ms`,
      kind,
      digest,
      account,
      now_ms,
    );
  }

  /** Sealed answers of an account's requests. */
  answersOf(account: string): { readonly digest: Uint8Array; readonly answer: Uint8Array }[] {
    return this.#sql
      .exec<{ digest: ArrayBuffer; answer: ArrayBuffer }>(
        "SELECT digest, answer FROM idempotency WHERE account = ? AND answer IS NOT NULL",
        account,
      )
      .toArray()
      .map(({ digest, answer }) => ({ digest: new Uint8Array(digest), answer: new Uint8Array(answer) }));
  }

  moveAnswer(digest: Uint8Array, to: { readonly account: string; readonly answer: Uint8Array }): void {
    this.#sql.exec("UPDATE idempotency SET account = ?, answer = ? WHERE digest = ?", to.account, to.answer, digest);
  }

  /** Members that are not erased, beyond `seq` in the order's direction. */
  memberPage(order: "asc" | "desc", seq: number, limit: number): MemberRow[] {
    const [beyond, direction] = order === "asc" ? [">", "ASC"] : ["<", "DESC"];
    return this.#sql
      .exec<SqlMember>(
        `SELECT * FROM member WHERE seq ${beyond} ? AND erased_at_ms IS NULL ORDER BY seq ${direction} LIMIT ?`,
        seq,
        limit,
      )
      .toArray()
      .map(memberRow);
  }

  consents(account: string): { readonly n: number; readonly sealed: Uint8Array }[] {
    return this.#sql
      .exec<{ n: number; sealed: ArrayBuffer }>("SELECT n, sealed FROM consent WHERE account = ? ORDER BY n", account)
      .toArray()
      .map(({ n, sealed }) => ({ n, sealed: new Uint8Array(sealed) }));
  }

  /** The number of the last consent on record; 0 when there is none. */
  lastConsent(account: string): number {
    const row = this.#first<{ n: number | null }>("SELECT max(n) AS n FROM consent WHERE account = ?", account);
    return row?.n ?? 0;
  }

  addConsent(account: string, n: number, sealed: Uint8Array): void {
    this.#sql.exec("INSERT INTO consent (account, n, sealed) VALUES (?, ?, ?)", account, n, sealed);
  }

  // Identifiers

  identifierOwner(kind: IdentifierKind, candidates: readonly BlindDigest[]): IdentifierOwner | null {
    const row = this.#first<SqlIdentifier>(
      `SELECT kind, account, card_no, digest, sealed FROM identifier WHERE kind = ? AND digest IN (${marks(candidates)})`,
      kind,
      ...candidates.map(({ digest }) => digest),
    );
    return row === null ? null : identifierRow(row);
  }

  identifiersOf(account: string): IdentifierRow[] {
    return this.#sql
      .exec<SqlIdentifier>("SELECT kind, account, card_no, digest, sealed FROM identifier WHERE account = ?", account)
      .toArray()
      .map(identifierRow);
  }

  addIdentifier(row: NewIdentifierRow): void {
    this.#sql.exec(
      "INSERT INTO identifier (kind, digest, kid, account, card_no, sealed) VALUES (?, ?, ?, ?, ?, ?)",
      row.kind,
      row.digest.digest,
      row.digest.kid,
      row.account,
      row.card_no,
      row.sealed,
    );
  }

  setCardNo(digest: Uint8Array, card_no: number): void {
    this.#sql.exec("UPDATE identifier SET card_no = ? WHERE kind = 'card_number' AND digest = ?", card_no, digest);
  }

  /** Takes an identifier from its owner and remembers whose it was. */
  removeIdentifier(kind: IdentifierKind, owner: IdentifierOwner, now_ms: number): void {
    this.#sql.exec("DELETE FROM identifier WHERE kind = ? AND digest = ?", kind, owner.digest);
    this.rememberOwner(kind, owner, now_ms);
  }

  /** Accounts that lost the identifier at or after `since_ms`, latest first. */
  formerOwners(kind: IdentifierKind, candidates: readonly BlindDigest[], since_ms: number): string[] {
    return this.#sql
      .exec<{ account: string }>(
        `SELECT account FROM identifier_history WHERE kind = ? AND digest IN (${marks(candidates)}) AND lost_at_ms >= ?
         GROUP BY account ORDER BY max(lost_at_ms) DESC, account`,
        kind,
        ...candidates.map(({ digest }) => digest),
        since_ms,
      )
      .toArray()
      .map(({ account }) => account);
  }

  forgetHistoryBefore(ms: number): void {
    this.#sql.exec("DELETE FROM identifier_history WHERE lost_at_ms < ?", ms);
  }

  // Idempotency

  idempotency(candidates: readonly BlindDigest[]): IdempotencyRow | null {
    const row = this.#first<{ kid: string; request_mac: ArrayBuffer; account: string; answer: ArrayBuffer | null }>(
      `SELECT kid, request_mac, account, answer FROM idempotency WHERE digest IN (${marks(candidates)})`,
      ...candidates.map(({ digest }) => digest),
    );
    if (row === null) return null;
    const answer = row.answer === null ? null : new Uint8Array(row.answer);
    return { ...row, request_mac: new Uint8Array(row.request_mac), answer };
  }

  addIdempotency(
    digest: BlindDigest,
    row: Pick<IdempotencyRow, "request_mac" | "account" | "answer">,
    now_ms: number,
  ): void {
    this.#sql.exec(
      "INSERT INTO idempotency (digest, kid, request_mac, account, answer, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
      digest.digest,
      digest.kid,
      row.request_mac,
      row.account,
      row.answer,
      now_ms,
    );
  }

  #first<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Row | null {
    const rows = this.#sql.exec<Row>(query, ...bindings).toArray();
    invariant(rows.length <= 1, "a look-up by a unique key found several rows");
    return rows[0] ?? null;
  }
}

function marks(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}

/** In the order of the member table's columns. */
function sealedColumns(sealed: SealedProfile): (Uint8Array | null)[] {
  const { name, email, phone, birthday, locale, external_id, metadata } = sealed;
  return [name, email, phone, birthday, locale, external_id, metadata];
}

function memberRow(row: SqlMember): MemberRow {
  const { seq, account, created_at_ms, updated_at_ms, erased_at_ms, key_kid, data_key } = row;
  const key = key_kid === null || data_key === null ? null : { kid: key_kid, box: new Uint8Array(data_key) };
  invariant((key === null) === (erased_at_ms !== null), `member ${account} is neither whole nor erased`);
  const sealed: SealedProfile = {
    name: bytes(row.name),
    email: bytes(row.email),
    phone: bytes(row.phone),
    birthday: bytes(row.birthday),
    locale: bytes(row.locale),
    external_id: bytes(row.external_id),
    metadata: bytes(row.metadata),
  };
  return { seq, account, created_at_ms, updated_at_ms, erased_at_ms, key, sealed };
}

function identifierRow(row: SqlIdentifier): IdentifierRow {
  return { ...row, digest: new Uint8Array(row.digest), sealed: bytes(row.sealed) };
}

function bytes(value: ArrayBuffer | null): Uint8Array | null {
  return value === null ? null : new Uint8Array(value);
}

/** Reads what {@link RegistryStore.putConfig} wrote. */
function storedConfig(json: string): MerchantConfig {
  return JSON.parse(json) as MerchantConfig;
}
