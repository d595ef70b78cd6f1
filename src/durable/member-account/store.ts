import { type BookingBody, type BookingNote } from "../../domain/ledger/booking.ts";
import type { GiftDay } from "../../domain/ledger/dated-gift.ts";
import { voidedNaturalKey } from "../../domain/ledger/natural-key.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import { hasSchema, runMigrations } from "../shared/run-migrations.ts";
import { accountMigrations } from "./migrations.ts";

/** A booking row as read back. */
export interface BookingRow {
  readonly seq: number;
  readonly idem: string | null;
  readonly nat: string | null;
  readonly body: BookingBody;
  readonly note: BookingNote | null;
}

export interface NewBookingRow {
  readonly seq: number;
  readonly idem: string | null;
  readonly nat: string | null;
  /** The body's JSON text as hashed. */
  readonly body: string;
  readonly hash: Uint8Array;
  readonly note: BookingNote | null;
  readonly checkpoint: AccountState | null;
}

type Row = { seq: number; idem: string | null; nat: string | null; body: string; note: string | null };
type ChainRowText = { seq: number; body: string; hash: ArrayBuffer; note: string | null };

/** The key under which the gift day stands. */
const GIFT_DAY = "gift_day";

const COLUMNS = "seq, idem, nat, body, note";

/** All SQL of an account. Every method is synchronous, so that a command reads, decides and writes without interleaving. */
export class LedgerStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #hasSchema = false;
  /** Undefined until it was looked up. */
  #giftDay: GiftDay | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** Whether this account was ever opened. Reads only: a wrong id must not bring an object into existence. */
  exists(now_ms: number): boolean {
    if (this.#hasSchema) return true;
    if (!hasSchema(this.#sql)) return false;
    runMigrations(this.#storage, accountMigrations, { now_ms });
    this.#hasSchema = true;
    return true;
  }

  /** Forgets what it knew of the storage, after that was emptied. */
  forget(): void {
    this.#hasSchema = false;
    this.#giftDay = undefined;
  }

  create(now_ms: number): void {
    runMigrations(this.#storage, accountMigrations, { now_ms });
    this.#hasSchema = true;
  }

  /** Sequence and hash of the newest booking. */
  head(): { readonly seq: number; readonly hash: Uint8Array } | null {
    const [row] = this.#sql
      .exec<{ seq: number; hash: ArrayBuffer }>("SELECT seq, hash FROM booking ORDER BY seq DESC LIMIT 1")
      .toArray();
    return row === undefined ? null : { seq: row.seq, hash: new Uint8Array(row.hash) };
  }

  /** The state stored with a booking; null when none was. */
  checkpointOf(seq: number): AccountState | null {
    return this.#checkpoint("SELECT checkpoint FROM booking WHERE seq = ? AND checkpoint IS NOT NULL", seq);
  }

  /** The newest checkpoint before a booking, wherever it stands. */
  checkpointBefore(seq: number): AccountState | null {
    return this.#checkpoint(
      "SELECT checkpoint FROM booking WHERE seq < ? AND checkpoint IS NOT NULL ORDER BY seq DESC LIMIT 1",
      seq,
    );
  }

  bodiesBetween(after_seq: number, through_seq: number): BookingBody[] {
    return this.#sql
      .exec<{ body: string }>(
        "SELECT body FROM booking WHERE seq > ? AND seq <= ? ORDER BY seq",
        after_seq,
        through_seq,
      )
      .toArray()
      .map(({ body }): BookingBody => JSON.parse(body));
  }

  bySeq(seq: number): BookingRow | null {
    return this.#one(`SELECT ${COLUMNS} FROM booking WHERE seq = ?`, seq);
  }

  byIdem(idem: string): BookingRow | null {
    return this.#one(`SELECT ${COLUMNS} FROM booking WHERE idem = ?`, idem);
  }

  byNaturalKey(nat: string): BookingRow | null {
    return this.#one(`SELECT ${COLUMNS} FROM booking WHERE nat = ?`, nat);
  }

  /** Rows whose natural key begins with a prefix that ends in "|", oldest first. */
  byNaturalPrefix(prefix: string): BookingRow[] {
    return this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM booking WHERE nat >= ? AND nat < ? ORDER BY seq`, prefix, endOfPrefix(prefix))
      .toArray()
      .map(readRow);
  }

  /** Natural keys that begin with a prefix that ends in "|", oldest booking first. */
  naturalKeys(prefix: string): { seq: number; nat: string }[] {
    return this.#sql
      .exec<{ seq: number; nat: string }>(
        "SELECT seq, nat FROM booking WHERE nat >= ? AND nat < ? ORDER BY seq",
        prefix,
        endOfPrefix(prefix),
      )
      .toArray();
  }

  /** The first booking after a hold's own that ends it. */
  holdEnd(hold: number): BookingRow | null {
    return this.#one(
      `SELECT ${COLUMNS} FROM booking WHERE seq > ?1 AND (
         (json_extract(body, '$.type') IN ('hold_captured', 'hold_cancelled', 'tender_taken')
           AND json_extract(body, '$.hold') = ?1)
         OR EXISTS (SELECT 1 FROM json_each(body, '$.expired_holds') WHERE value = ?1)
         OR EXISTS (SELECT 1 FROM json_each(body, '$.captures') WHERE json_extract(value, '$.hold') = ?1)
       ) ORDER BY seq LIMIT 1`,
      hold,
    );
  }

  page(query: {
    readonly beyond_seq: number | null;
    readonly order: "asc" | "desc";
    readonly limit: number;
    readonly types: readonly string[] | null;
  }): BookingRow[] {
    const descending = query.order === "desc";
    const beyond = query.beyond_seq ?? (descending ? Number.MAX_SAFE_INTEGER : 0);
    const types = query.types === null ? null : JSON.stringify(query.types);
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM booking WHERE seq ${descending ? "<" : ">"} ?1
           AND (?2 IS NULL OR json_extract(body, '$.type') IN (SELECT value FROM json_each(?2)))
         ORDER BY seq ${descending ? "DESC" : "ASC"} LIMIT ?3`,
        beyond,
        types,
        query.limit,
      )
      .toArray()
      .map(readRow);
  }

  chain(after_seq: number, limit: number): ChainRowText[] {
    return this.#sql
      .exec<ChainRowText>(
        "SELECT seq, body, hash, note FROM booking WHERE seq > ? ORDER BY seq LIMIT ?",
        after_seq,
        limit,
      )
      .toArray();
  }

  /** How an issued reward that is not there any more ended: handed out, or expired or taken back. */
  issueEnd(key: string): "used" | "over" {
    const [found] = this.#sql
      .exec<{ seq: number }>(
        `SELECT seq FROM booking WHERE
           EXISTS (SELECT 1 FROM json_each(body, '$.expired_issues') WHERE value = ?1)
           OR EXISTS (SELECT 1 FROM json_each(body, '$.revoked_issues') WHERE value = ?1) LIMIT 1`,
        key,
      )
      .toArray();
    return found === undefined ? "used" : "over";
  }

  append(row: NewBookingRow): void {
    this.#sql.exec(
      "INSERT INTO booking (seq, idem, nat, body, hash, note, checkpoint) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row.seq,
      row.idem,
      row.nat,
      row.body,
      row.hash,
      row.note === null ? null : JSON.stringify(row.note),
      row.checkpoint === null ? null : JSON.stringify(row.checkpoint),
    );
  }

  /** Gives a wholly returned sale's natural key up; the sale is still found by its receipt. */
  voidNaturalKey(seq: number): void {
    const nat = this.bySeq(seq)?.nat ?? null;
    if (nat?.startsWith("sale|") === true) {
      this.#sql.exec("UPDATE booking SET nat = ? WHERE seq = ?", voidedNaturalKey(nat, seq), seq);
    }
  }

  /** What the account knows of a birthday: beside the ledger and never in it. Costs a row only where it is told. */
  giftDay(): GiftDay | null {
    if (this.#giftDay === undefined) {
      const text = this.#storage.kv.get<string>(GIFT_DAY);
      const known: GiftDay | null = text === undefined ? null : JSON.parse(text);
      this.#giftDay = known;
    }
    return this.#giftDay;
  }

  setGiftDay(giftDay: GiftDay): void {
    this.#storage.kv.put(GIFT_DAY, JSON.stringify(giftDay));
    this.#giftDay = giftDay;
  }

  forgetGiftDay(): void {
    if (this.giftDay() !== null) this.#storage.kv.delete(GIFT_DAY);
    // Asked again: what was thrown in this transaction may have brought it back.
    this.#giftDay = undefined;
  }

  /** Removes every note: free text is the only personal data a ledger may hold. The hashed bodies stay as they are. */
  eraseNotes(): void {
    this.#sql.exec("UPDATE booking SET note = NULL WHERE note IS NOT NULL");
  }

  /** Runs in one transaction: a throw undoes everything, which a throw alone would not. */
  transaction<Value>(run: () => Value): Value {
    return this.#storage.transactionSync(run);
  }

  #checkpoint(sql: string, seq: number): AccountState | null {
    const [row] = this.#sql.exec<{ checkpoint: string }>(sql, seq).toArray();
    if (row === undefined) return null;
    const state: AccountState = JSON.parse(row.checkpoint);
    return state;
  }

  #one(sql: string, ...bindings: (string | number)[]): BookingRow | null {
    const [row] = this.#sql.exec<Row>(sql, ...bindings).toArray();
    return row === undefined ? null : readRow(row);
  }
}

/** What comes right after every text with this prefix: its closing "|" is replaced by the next character, "}". */
function endOfPrefix(prefix: string): string {
  return `${prefix.slice(0, -1)}}`;
}

function readRow(row: Row): BookingRow {
  const body: BookingBody = JSON.parse(row.body);
  const note: BookingNote | null = row.note === null ? null : JSON.parse(row.note);
  return { seq: row.seq, idem: row.idem, nat: row.nat, body, note };
}
