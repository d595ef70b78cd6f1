import type { SaleByReceipt } from "./booking.ts";

/** What makes a sale the same sale, whatever key it is sent under: tills restart their numbering, so the day and the till count. */
export interface SaleIdentity {
  readonly receipt: string;
  readonly business_date: string;
  readonly till: string;
  readonly register: string | null;
}

/** The natural key of a sale. The receipt leads, so that a return can look a sale up by receipt alone. */
export function saleNaturalKey(sale: SaleIdentity): string {
  return `${salePrefix(sale.receipt)}${sale.business_date}|${part(sale.till)}|${part(sale.register ?? "")}`;
}

/** What the natural keys of all sales with this receipt begin with. */
export function salePrefix(receipt: string): string {
  return `sale|${part(receipt)}|`;
}

/** A wholly returned sale gives its natural key up, but is still found by its receipt: `void|…|{sequence}`. */
export function voidedNaturalKey(key: string, seq: number): string {
  return `void${key.slice("sale".length)}|${seq}`;
}

/** What the keys of all wholly returned sales with this receipt begin with. */
export function voidedPrefix(receipt: string): string {
  return `void|${part(receipt)}|`;
}

/** Reads a sale's natural key, given up or not; null for a key of another kind. */
export function parseSaleNaturalKey(key: string): SaleIdentity | null {
  const parts = key.split("|");
  const [kind, receipt, business_date, till, register] = parts;
  const fits = (kind === "sale" && parts.length === 5) || (kind === "void" && parts.length === 6);
  if (!fits || receipt === undefined || business_date === undefined) return null;
  const decodedRegister = decodeURIComponent(register ?? "");
  return {
    receipt: decodeURIComponent(receipt),
    business_date,
    till: decodeURIComponent(till ?? ""),
    register: decodedRegister === "" ? null : decodedRegister,
  };
}

/** The natural key of a return: its sale's place in the ledger and the till's own id for the return. */
export function returnNaturalKey(sale: SalePlace, returnId: string): string {
  return `${returnPrefix(sale)}${part(returnId)}`;
}

/** Where a sale stands: its sequence, and the account in whose ledger; null for this one. */
export interface SalePlace {
  readonly origin: string | null;
  readonly seq: number;
}

/** What the natural keys of all returns of a sale begin with. */
export function returnPrefix({ origin, seq }: SalePlace): string {
  return origin === null ? `return|${seq}|` : `return|${origin}:${seq}|`;
}

/** The natural key of what another account hands over: it arrives once. */
export function absorbNaturalKey(from: string, parcel?: number): string {
  return parcel === undefined ? `absorb|${from}` : `absorb|${from}|${parcel}`;
}

/** The natural key under which an account uses what a gift card has promised it, or says that it never will: once. */
export function claimNaturalKey(giftCard: string, claim: number): string {
  return `claim|${giftCard}|${claim}`;
}

/** The natural key under which a gift card takes what another account's booking says of it: once. */
export function tenderNaturalKey(from: string, seq: number): string {
  return `tender|${from}|${seq}`;
}

/**
 * The natural key of a reward that was handed out without a connection: the till, the moment and what it was. Whoever hands
 * the same out twice tells two moments.
 */
export function offlineNaturalKey(till: string, { ask, handed_out_at_ms }: OfflineHandOut): string {
  const what = "reward" in ask ? ["reward", part(ask.reward)] : [part(ask.unit), ask.amount];
  return ["offline", part(till), handed_out_at_ms, ...what].join("|");
}

interface OfflineHandOut {
  readonly ask: { readonly reward: string } | { readonly unit: string; readonly amount: number };
  readonly handed_out_at_ms: number;
}

/** The natural key of a return that waits for its sale. */
export function parkedNaturalKey(sale: SaleByReceipt, returnId: string): string {
  return `parked|${part(sale.receipt)}|${sale.business_date ?? ""}|${part(sale.register ?? "")}|${part(returnId)}`;
}

/** Whether a sale is the one that a return names. Null in the request means any. */
export function isSaleMeant(sale: SaleIdentity, wanted: SaleByReceipt): boolean {
  return (
    sale.receipt === wanted.receipt &&
    (wanted.business_date === null || sale.business_date === wanted.business_date) &&
    (wanted.register === null || sale.register === wanted.register) &&
    (wanted.tills === null || wanted.tills.includes(sale.till))
  );
}

/** Receipts may hold any character, the separator too, and half a surrogate pair, which cannot be encoded as it is. */
function part(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
