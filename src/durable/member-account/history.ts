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
import type { BookingRow, LedgerStore } from "./store.ts";

/** The past as decisions read it, straight from the rows. Needed for returns and closed holds only; a plain sale reads none. */
export function storedHistory(store: LedgerStore): History {
  return {
    sale(seq) {
      const body = store.bySeq(seq)?.body;
      if (body === undefined || !isSale(body)) return null;
      return { sale: body, last_return: store.byNaturalPrefix(returnPrefix(seq)).at(-1)?.body ?? null };
    },
    findSale: (wanted) => findSale(store, wanted),
    holdEnd: (seq) => holdEnd(store, seq)?.end ?? null,
  };
}

/** Sales that still count go before wholly returned ones; among several the newest. */
function findSale(store: LedgerStore, wanted: SaleByReceipt): number | null {
  const fits = (row: BookingRow) => {
    const identity = row.nat === null ? null : parseSaleNaturalKey(row.nat);
    return identity !== null && isSaleMeant(identity, wanted);
  };
  const open = store.byNaturalPrefix(salePrefix(wanted.receipt)).filter(fits);
  const found = open.at(-1) ?? store.byNaturalPrefix(voidedPrefix(wanted.receipt)).filter(fits).at(-1);
  return found?.seq ?? null;
}

/** How and when a hold ended by a booking; null while none has ended it, or when there is no such hold. */
export function holdEnd(store: LedgerStore, hold: number): { readonly end: HoldEnd; readonly at_ms: number } | null {
  if (store.bySeq(hold)?.body.type !== "hold") return null;
  const row = store.holdEnd(hold);
  if (row === null) return null;
  const { body } = row;
  const expired = body.expired_holds?.includes(hold) === true;
  const end = expired ? "expired" : body.type === "hold_cancelled" ? "cancelled" : "captured";
  return { end, at_ms: body.at_ms };
}

/** How a hold stands under a settled state: a hold whose time has passed has ended, booked or not. */
export function holdEndNow(
  store: LedgerStore,
  settled: AccountState,
  hold: number,
  expires_at_ms: number,
): { readonly end: HoldEnd; readonly at_ms: number } | null {
  if (settled.holds[String(hold)] !== undefined) return null;
  return holdEnd(store, hold) ?? { end: "expired", at_ms: expires_at_ms };
}

export function isSale(body: BookingBody): body is SaleBooking {
  return body.type === "sale";
}
