import { invariant } from "../../domain/invariant.ts";
import { fail, ok } from "../../domain/result.ts";
import type { CommitStockMessage, ReserveStockMessage, StockAnswer, StockMessage, StockState } from "./protocol.ts";
import type { GuardStore } from "./store.ts";

const NONE: StockState = { committed: 0, reserved: 0 };

/** Keeps so many for a booking until a time. Asked again for the same booking it keeps the same, as long as there is some. */
export function reserveStock(store: GuardStore, message: ReserveStockMessage, now_ms: number): StockAnswer {
  const { booking, quantity, stock, reserved_until_ms } = message;
  invariant(Number.isSafeInteger(quantity) && quantity > 0, `cannot reserve ${quantity}`);
  const state = readStock(store, now_ms);
  const own = store.exists() ? store.taken(booking) : null;
  const committed = own?.reserved_until_ms === null;
  const kept = own !== null && (own.reserved_until_ms === null || own.reserved_until_ms > now_ms) ? own.quantity : 0;
  const left = stock - state.committed - state.reserved + kept;
  if (committed) return ok({ left: left - kept });
  if (quantity > left) return fail({ code: "out_of_stock", left: Math.max(0, left) });
  store.create(now_ms);
  store.putTaken(booking, { quantity, reserved_until_ms });
  return ok({ left: left - quantity });
}

/**
 * The booking is made, so the units are gone: also when the reservation had run out meanwhile, or was never heard of.
 * What was given to a customer is not there any more, even if that makes the stock negative.
 */
export function commitStock(store: GuardStore, { booking, quantity }: CommitStockMessage, now_ms: number): void {
  store.create(now_ms);
  const own = store.taken(booking);
  if (own?.reserved_until_ms === null) return;
  store.putTaken(booking, { quantity: own?.quantity ?? quantity, reserved_until_ms: null });
}

/** The booking will not be made, or was taken back. */
export function releaseStock(store: GuardStore, { booking }: StockMessage): void {
  if (store.exists()) store.dropTaken(booking);
}

export function readStock(store: GuardStore, now_ms: number): StockState {
  return store.exists() ? store.stockAt(now_ms) : NONE;
}
