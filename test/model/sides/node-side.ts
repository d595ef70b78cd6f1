import type { Actor, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type { AccountState } from "../../../src/domain/ledger/state.ts";
import { accountKindOf } from "../../../src/domain/tenancy/account-id.ts";
import { confirmDelivery, handOver, type Parcel, receive } from "../../../src/durable/member-account/estate.ts";
import { Ledger } from "../../../src/durable/member-account/ledger.ts";
import { tellBirthday } from "../../../src/durable/member-account/gift-day.ts";
import type { ProgramPayload } from "../../../src/durable/member-account/protocol.ts";
import {
  readChain,
  readForeignReturn,
  readSale,
  readWallet,
} from "../../../src/durable/member-account/read-account.ts";
import { type Desk, runCommand } from "../../../src/durable/member-account/run-command.ts";
import { LedgerStore } from "../../../src/durable/member-account/store.ts";
import type { Message, Side } from "../side.ts";
import type { LedgerRow } from "../../../scripts/verify/check-ledger.ts";
import { sqliteStorage } from "./sqlite-storage.ts";

const MERCHANT = "live:e0000000";
export const TILL: Actor = { kind: "till", till: "til_1", location: "loc_1", key: "key_1" };

interface Kept {
  readonly storage: DurableObjectStorage;
  store: LedgerStore;
  ledger: Ledger;
}

/** The product's own account code on SQLite in this process: everything but the runtime's RPC and alarms. */
export class NodeSide implements Side {
  readonly #accounts = new Map<string, Kept>();
  #now_ms = 0;

  setNow(now_ms: number): void {
    this.#now_ms = now_ms;
  }

  objectName(account: string): string {
    return `${MERCHANT}:${accountKindOf(account)}:${account}`;
  }

  open(account: string): void {
    const kind = accountKindOf(account);
    if (kind === null) throw new Error(`not an account id: ${account}`);
    const name = { mode: "live", merchant: "e0000000", kind, id: account } as const;
    const { ledger } = this.#desk(account);
    if (ledger.current(this.#now_ms) !== null) return;
    const stamp = {
      by: TILL,
      request_hash: null,
      note_digest: null,
      clock_offset_ms: 0,
      program: null,
      timezone: null,
    };
    const card_no = kind === "member" ? 1 : null;
    ledger.open(name, this.objectName(account), card_no, { ...stamp, now_ms: this.#now_ms });
  }

  run(account: string, message: Message) {
    if (message.opens === true && !message.preview) this.open(account);
    return runCommand(this.#desk(account), { ...message, ...this.#address(account) });
  }

  wallet(account: string, program: ProgramPayload) {
    return readWallet(this.#desk(account), { ...this.#address(account), programs: [program] });
  }

  saleOf(account: string, seq: number | null, receipt?: SaleByReceipt) {
    const by = receipt === undefined ? {} : { receipt };
    return readSale(this.#desk(account), { ...this.#address(account), seq, ...by });
  }

  foreignReturn(account: string, sale: Parameters<Side["foreignReturn"]>[1]) {
    return readForeignReturn(this.#desk(account), { ...this.#address(account), ...sale });
  }

  handOver(account: string, receiver: string) {
    const reason = accountKindOf(account) === "receipt" ? "claim" : "merge";
    return handOver(this.#desk(account), { ...this.#address(account), receiver, reason, by: TILL });
  }

  receive(account: string, from: string, { reason, estate, seq }: Parcel) {
    const which = reason === "transfer" ? { parcel: seq } : {};
    return receive(this.#desk(account), { ...this.#address(account), from, reason, estate, by: TILL, ...which });
  }

  confirm(account: string, delivered: number, failed: boolean) {
    return confirmDelivery(this.#desk(account), { ...this.#address(account), delivered, failed, by: TILL });
  }

  tellBirthday(account: string, born_on: string | null) {
    return tellBirthday(this.#desk(account), { ...this.#address(account), born_on });
  }

  alarm(account: string): void {
    const { ledger } = this.#desk(account);
    const state = ledger.current(this.#now_ms);
    if (state === null || state.tombstone !== null) return;
    const by = { kind: "system", job: "alarm" } as const;
    const stamp = { by, request_hash: null, note_digest: null, clock_offset_ms: 0, program: null, timezone: null };
    ledger.bookDue(state, { ...stamp, now_ms: this.#now_ms });
  }

  evict(account: string): void {
    const kept = this.#kept(account);
    kept.store = new LedgerStore(kept.storage);
    kept.ledger = new Ledger(kept.store);
  }

  chain(account: string, after_seq: number) {
    return readChain(this.#desk(account), after_seq);
  }

  state(account: string): AccountState | null {
    return this.#desk(account).ledger.current(this.#now_ms);
  }

  /** The rows as they are stored. */
  rows(account: string): LedgerRow[] {
    const { storage } = this.#kept(account);
    const stored = storage.sql.exec<{
      seq: number;
      body: string;
      hash: ArrayBuffer;
      note: string | null;
      checkpoint: string | null;
    }>("SELECT seq, body, hash, note, checkpoint FROM booking ORDER BY seq");
    return stored.toArray().map((row) => ({ ...row, hash: new Uint8Array(row.hash) }));
  }

  /** The rows with the keys that they hold. */
  stored(account: string): (LedgerRow & { readonly idem: string | null; readonly nat: string | null })[] {
    const keys = this.#kept(account).storage.sql.exec<{ seq: number; idem: string | null; nat: string | null }>(
      "SELECT seq, idem, nat FROM booking ORDER BY seq",
    );
    const bySeq = new Map(keys.toArray().map((row) => [row.seq, row]));
    return this.rows(account).map((row) => ({
      ...row,
      idem: bySeq.get(row.seq)?.idem ?? null,
      nat: bySeq.get(row.seq)?.nat ?? null,
    }));
  }

  /** Loses the newest booking but the first: for trying whether that is noticed. */
  forgetNewest(account: string): void {
    const { sql } = this.#kept(account).storage;
    if (this.rows(account).length > 1) sql.exec("DELETE FROM booking WHERE seq = (SELECT max(seq) FROM booking)");
  }

  /** Puts rows in the place of what is stored, as another release had stored them. */
  replaceRows(
    account: string,
    rows: readonly (LedgerRow & { readonly idem: string | null; readonly nat: string | null })[],
  ) {
    const { sql } = this.#kept(account).storage;
    sql.exec("DELETE FROM booking");
    for (const { seq, idem, nat, body, hash, note, checkpoint } of rows) {
      const values = [seq, idem, nat, body, hash, note, checkpoint];
      sql.exec(
        "INSERT INTO booking (seq, idem, nat, body, hash, note, checkpoint) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ...values,
      );
    }
    this.evict(account);
  }

  #address(account: string) {
    return { to: this.objectName(account), clock_offset_ms: 0 };
  }

  #desk(account: string): Desk {
    const { store, ledger } = this.#kept(account);
    return { store, ledger, now_ms: this.#now_ms };
  }

  #kept(account: string): Kept {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const storage = sqliteStorage();
    const store = new LedgerStore(storage);
    const kept = { storage, store, ledger: new Ledger(store) };
    this.#accounts.set(account, kept);
    return kept;
  }
}
