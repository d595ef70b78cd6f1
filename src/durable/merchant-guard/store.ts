import { hasSchema, runMigrations } from "../shared/run-migrations.ts";
import { guardMigrations } from "./migrations.ts";
import type { StockState } from "./protocol.ts";

export interface ReceiptRow {
  readonly account: string;
  readonly reserved_until_ms: number;
}

export interface TakenRow {
  readonly quantity: number;
  /** Null once it is committed. */
  readonly reserved_until_ms: number | null;
}

export interface TakenBooking {
  readonly booking: string;
  readonly quantity: number;
  readonly reserved_until_ms: number;
}

/** All SQL of a guard. Every method is synchronous. */
export class GuardStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #ready = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** Whether anything was ever claimed here. Reads only. */
  exists(): boolean {
    this.#ready ||= hasSchema(this.#sql);
    return this.#ready;
  }

  create(now_ms: number): void {
    if (!this.#ready || !hasSchema(this.#sql)) runMigrations(this.#storage, guardMigrations, { now_ms });
    this.#ready = true;
  }

  receipt(receipt: string): ReceiptRow | null {
    const [row] = this.#sql
      .exec<{
        account: string;
        reserved_until_ms: number;
      }>("SELECT account, reserved_until_ms FROM receipt WHERE receipt = ?", receipt)
      .toArray();
    return row ?? null;
  }

  putReceipt(receipt: string, { account, reserved_until_ms }: ReceiptRow): void {
    this.#sql.exec(
      `INSERT INTO receipt (receipt, account, reserved_until_ms) VALUES (?, ?, ?)
       ON CONFLICT (receipt) DO UPDATE SET account = excluded.account, reserved_until_ms = excluded.reserved_until_ms`,
      receipt,
      account,
      reserved_until_ms,
    );
  }

  taken(booking: string): TakenRow | null {
    const [row] = this.#sql
      .exec<{
        quantity: number;
        reserved_until_ms: number | null;
      }>("SELECT quantity, reserved_until_ms FROM taken WHERE booking = ?", booking)
      .toArray();
    return row ?? null;
  }

  putTaken(booking: string, { quantity, reserved_until_ms }: TakenRow): void {
    this.#sql.exec(
      `INSERT INTO taken (booking, quantity, reserved_until_ms) VALUES (?, ?, ?)
       ON CONFLICT (booking) DO UPDATE SET quantity = excluded.quantity, reserved_until_ms = excluded.reserved_until_ms`,
      booking,
      quantity,
      reserved_until_ms,
    );
  }

  dropTaken(booking: string): void {
    this.#sql.exec("DELETE FROM taken WHERE booking = ?", booking);
  }

  /** Reservations whose time is over, the oldest first: only their accounts know whether they still count. */
  doubtful(now_ms: number, limit: number): TakenBooking[] {
    return this.#sql
      .exec<{ booking: string; quantity: number; reserved_until_ms: number }>(
        `SELECT booking, quantity, reserved_until_ms FROM taken WHERE reserved_until_ms <= ?
         ORDER BY reserved_until_ms, booking LIMIT ?`,
        now_ms,
        limit,
      )
      .toArray();
  }

  stock(): StockState {
    return this.#sql
      .exec<{ committed: number; reserved: number }>(
        `SELECT coalesce(sum(quantity) FILTER (WHERE reserved_until_ms IS NULL), 0) AS committed,
                coalesce(sum(quantity) FILTER (WHERE reserved_until_ms IS NOT NULL), 0) AS reserved FROM taken`,
      )
      .one();
  }
}
