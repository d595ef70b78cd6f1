import { fail, ok } from "../../domain/result.ts";
import type { ReceiptMessage, ReceiptAnswer, ReserveReceiptMessage } from "./protocol.ts";
import type { GuardStore, ReceiptRow } from "./store.ts";

/** How long a sale may take from its reservation to its booking. A Worker that lives longer than this has given up. */
export const RESERVED_MS = 2 * 60_000;

/** Whether a sale with the receipt stands on the account, or on the one that this went up in. */
export type AskAccount = (account: string, receipt: string) => Promise<boolean>;

/** What to ask the account that has a receipt before it may be given to another. */
type Judged =
  | { readonly kind: "free" }
  | { readonly kind: "refused" }
  | { readonly kind: "ask"; readonly holder: ReceiptRow };

/**
 * Gives a receipt to one account at a time. The first claim is the whole cost: whether its sale was booked, refused, lost
 * or wholly returned since, nobody needs to report, because the account that has the receipt is asked when another wants
 * it, which hardly ever happens. Until a reservation's time is over its sale may still be on its way, and it stands.
 */
export async function reserveReceipt(
  store: GuardStore,
  message: ReserveReceiptMessage,
  now_ms: number,
  ask: AskAccount,
): Promise<ReceiptAnswer> {
  const judged = judge(store, message, now_ms);
  if (judged.kind === "refused") return fail({ code: "receipt_on_another_card" });
  if (judged.kind === "free") return take(store, message, now_ms);
  const stands = await ask(judged.holder.account, message.receipt);
  // Others may have asked meanwhile: only who still finds the same holder takes its place.
  const still = store.receipt(message.receipt);
  if (still !== null && still.account !== judged.holder.account && still.account !== message.account) {
    return fail({ code: "receipt_on_another_card" });
  }
  return stands ? fail({ code: "receipt_on_another_card" }) : take(store, message, now_ms);
}

function judge(store: GuardStore, { receipt, account }: ReceiptMessage, now_ms: number): Judged {
  const holder = store.exists() ? store.receipt(receipt) : null;
  if (holder === null || holder.account === account) return { kind: "free" };
  return holder.reserved_until_ms > now_ms ? { kind: "refused" } : { kind: "ask", holder };
}

function take(store: GuardStore, { receipt, account, preview }: ReserveReceiptMessage, now_ms: number): ReceiptAnswer {
  if (preview) return ok(null);
  store.create(now_ms);
  // A retry of a sale whose time is not over writes nothing.
  const known = store.receipt(receipt);
  if (known?.account === account && known.reserved_until_ms > now_ms) return ok(null);
  store.putReceipt(receipt, { account, reserved_until_ms: now_ms + RESERVED_MS });
  return ok(null);
}

/**
 * The sale's fate is decided, one way or the other: from now on its account is asked, also before the reservation's time is
 * over. Says nothing about which way: a refused retry must not free the receipt of a sale that stands.
 */
export function settleReceipt(store: GuardStore, { receipt, account }: ReceiptMessage): void {
  const holder = store.exists() ? store.receipt(receipt) : null;
  if (holder === null || holder.account !== account || holder.reserved_until_ms === 0) return;
  store.putReceipt(receipt, { account, reserved_until_ms: 0 });
}
