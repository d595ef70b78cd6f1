import type { Result } from "../../domain/result.ts";

// What travels between a Worker and a guard: plain data. Every message names the object it is meant for (`to`).

export interface Addressed {
  /** The guard's object name as text. */
  readonly to: string;
}

/** A sale that is about to be booked on an account. */
export interface ReceiptMessage extends Addressed {
  /** The sale's natural key: till, register, business day and receipt. */
  readonly receipt: string;
  readonly account: string;
}

export interface ReserveReceiptMessage extends ReceiptMessage {
  /** True only looks, for a preview. */
  readonly preview: boolean;
}

export type ReceiptAnswer = Result<null, { readonly code: "receipt_on_another_card" }>;

/** Units of something scarce, taken by one booking. */
export interface StockMessage extends Addressed {
  /** What names the booking from its first attempt on: `{account}|{idempotency key as stored}`. */
  readonly booking: string;
}

export interface ReserveStockMessage extends StockMessage {
  readonly quantity: number;
  /** How many there are in all, by the rules in force. */
  readonly stock: number;
  readonly reserved_until_ms: number;
  /** How far the merchant's test clock runs ahead; 0 in live mode. */
  readonly clock_offset_ms: number;
}

export type StockAnswer = Result<{ readonly left: number }, { readonly code: "out_of_stock"; readonly left: number }>;

export interface StockState {
  readonly committed: number;
  /** Reserved, or not known yet to have been given back. */
  readonly reserved: number;
}
