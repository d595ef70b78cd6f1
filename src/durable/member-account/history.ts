import type { BookingBody, SaleByReceipt } from "../../domain/ledger/booking.ts";
import type { History, HoldEnd, SaleBooking } from "../../domain/ledger/command.ts";
import {
  isSaleMeant,
  parseSaleNaturalKey,
  returnPrefix,
  salePrefix,
  voidedPrefix,
} from "../../domain/ledger/natural-key.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerStore } from "./store.ts";

/** The past as decisions read it, straight from the rows. Needed for returns and closed holds only; a plain sale reads none. */
export function storedHistory(store: LedgerStore): History {
  return {
    sale(seq) {
      const body = store.bySeq(seq)?.body;
      if (body === undefined || !isSale(body)) return null;
      return {
        sale: body,
        last_return: store.byNaturalPrefix(returnPrefix({ origin: null, seq })).at(-1)?.body ?? null,
      };
    },
    foreignReturn: (origin, seq) => store.byNaturalPrefix(returnPrefix({ origin, seq })).at(-1)?.body ?? null,
    findSale: (wanted) => findSale(store, wanted),
    holdEnd: (seq) => holdEnd(store, seq),
  };
}

/** Sales that still count go before wholly returned ones; among several the newest. */
function findSale(store: LedgerStore, wanted: SaleByReceipt): number | null {
  const { open, voided } = salesByReceipt(store, wanted);
  return open.at(-1) ?? voided.at(-1) ?? null;
}

/**
 * The sales a return by receipt may have meant, the likeliest first. A retry of a return that gave a whole sale back must
 * find that sale again, although an older one with the same receipt now comes before it.
 */
export function salesMeant(store: LedgerStore, wanted: SaleByReceipt): number[] {
  const { open, voided } = salesByReceipt(store, wanted);
  const counting = open.at(-1);
  if (counting === undefined) return voided.slice(-1);
  return [...voided.filter((seq) => seq > counting).reverse(), counting];
}

/** Sequences of the sales that fit, oldest first. */
function salesByReceipt(
  store: LedgerStore,
  wanted: SaleByReceipt,
): { readonly open: number[]; readonly voided: number[] } {
  const fitting = (prefix: string) =>
    store
      .naturalKeys(prefix)
      .filter(({ nat }) => {
        const identity = parseSaleNaturalKey(nat);
        return identity !== null && isSaleMeant(identity, wanted);
      })
      .map(({ seq }) => seq);
  return { open: fitting(salePrefix(wanted.receipt)), voided: fitting(voidedPrefix(wanted.receipt)) };
}

/** How a hold was ended by a booking; null when none has, or when there never was such a hold. */
function holdEnd(store: LedgerStore, hold: number): HoldEnd | null {
  if (store.bySeq(hold)?.body.type !== "hold") return null;
  const ending = store.holdEnd(hold);
  return ending === null ? null : endIn(ending.body, hold);
}

/** How and when a hold ended, and its last deadline. An expiry counts from it, whenever it was booked, or if it is not booked yet. */
export function holdEnding(
  store: LedgerStore,
  ledger: Ledger,
  state: AccountState,
  hold: number,
): { readonly end: HoldEnd; readonly at_ms: number; readonly expires_at_ms: number } | null {
  const ending = store.holdEnd(hold);
  const end = ending === null ? "expired" : endIn(ending.body, hold);
  const before = ending === null ? state : ledger.stateAt(ending.seq - 1);
  const held = before.holds[String(hold)];
  if (held === undefined) return null;
  const { expires_at_ms } = held;
  return { end, at_ms: ending === null || end === "expired" ? expires_at_ms : ending.body.at_ms, expires_at_ms };
}

function endIn(body: BookingBody, hold: number): HoldEnd {
  if (body.expired_holds?.includes(hold) === true) return "expired";
  return body.type === "hold_cancelled" ? "cancelled" : "captured";
}

export function isSale(body: BookingBody): body is SaleBooking {
  return body.type === "sale";
}
