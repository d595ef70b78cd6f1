import { invariant } from "../../domain/invariant.ts";
import { fail, ok } from "../../domain/result.ts";
import type { StockClaim } from "../member-account/protocol.ts";
import type { ReserveStockMessage, StockAnswer, StockMessage, StockState } from "./protocol.ts";
import type { GuardStore, TakenBooking } from "./store.ts";

const NONE: StockState = { committed: 0, reserved: 0 };
/** Accounts that are asked before somebody is told that nothing is left, in rounds: others may come in between. */
const ASKED_MAX = 20;
const ROUNDS_MAX = 5;

/** What has become of a booking in its account. */
export type AskClaim = (booking: string) => Promise<StockClaim>;

/**
 * Keeps so many for a booking. Asked again for the same booking it keeps the same. What a reservation has come to nobody
 * needs to report: when its time is over, or its fate was decided, it counts on until somebody would otherwise go without;
 * then its account is asked. So neither a lost answer nor a till that died loses stock or gives it away twice.
 */
export async function reserveStock(
  store: GuardStore,
  message: ReserveStockMessage,
  now_ms: number,
  ask: AskClaim,
): Promise<StockAnswer> {
  const { booking, quantity, stock, reserved_until_ms } = message;
  invariant(Number.isSafeInteger(quantity) && quantity > 0, `cannot reserve ${quantity}`);
  for (let round = 0; ; round += 1) {
    const own = store.exists() ? store.taken(booking) : null;
    const left = stock - totalOf(readStock(store)) + (own?.quantity ?? 0);
    if (own?.reserved_until_ms === null) return ok({ left: left - own.quantity });
    if (quantity <= left) {
      store.create(now_ms);
      store.putTaken(booking, { quantity, reserved_until_ms });
      return ok({ left: left - quantity });
    }
    const doubtful = store.exists() ? store.doubtful(now_ms, ASKED_MAX).filter((row) => row.booking !== booking) : [];
    if (doubtful.length === 0 || round === ROUNDS_MAX) return fail({ code: "out_of_stock", left: Math.max(0, left) });
    for (const row of doubtful) learn(store, row, await ask(row.booking));
  }
}

/** Takes in what an account answered, unless the reservation has been renewed meanwhile. */
function learn(store: GuardStore, { booking, quantity, reserved_until_ms }: TakenBooking, claim: StockClaim): void {
  if (store.taken(booking)?.reserved_until_ms !== reserved_until_ms) return;
  if (claim.state === "free") store.dropTaken(booking);
  else store.putTaken(booking, { quantity, reserved_until_ms: claim.until_ms });
}

/**
 * The booking's fate is decided, one way or the other: its account is asked as soon as somebody else wants the stock. Says
 * nothing about which way: a refused retry must not free what a booking that stands has taken.
 */
export function settleStock(store: GuardStore, { booking }: StockMessage): void {
  const own = store.exists() ? store.taken(booking) : null;
  if (own === null || own.reserved_until_ms === null || own.reserved_until_ms === 0) return;
  store.putTaken(booking, { quantity: own.quantity, reserved_until_ms: 0 });
}

/** What is taken for good, and what is reserved or not known to be given back. */
export function readStock(store: GuardStore): StockState {
  return store.exists() ? store.stock() : NONE;
}

function totalOf({ committed, reserved }: StockState): number {
  return committed + reserved;
}
