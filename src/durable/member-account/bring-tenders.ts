import type { Actor } from "../../domain/ledger/booking.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import type { AccountClient } from "./client.ts";
import { confirmDelivery } from "./estate.ts";
import { followMoved } from "./follow-moved.ts";
import type { Desk } from "./run-command.ts";
import { openTenders, type PendingTender, releaseClaim, takeTender } from "./tender.ts";

/** An account that brings, or asks, something by itself. */
export interface Bringer {
  readonly desk: Desk;
  /** Its id, and its object's name. */
  readonly account: string;
  readonly to: string;
  readonly clock_offset_ms: number;
  readonly clientOf: (account: string) => Pick<AccountClient, "takeTender" | "declineTender">;
}

const ALARM: Actor = { kind: "system", job: "alarm" };

/**
 * Brings gift cards what sales and returns say of their holds, in the order in which they were booked. A gift card that
 * does not take it is not asked again; that cannot happen while promises are kept, so it is logged.
 *
 * @throws when a gift card cannot be reached; it is tried again
 */
export async function bringTenders({ desk, account, to, clock_offset_ms, clientOf }: Bringer): Promise<void> {
  const state = desk.ledger.current(desk.now_ms);
  for (const { account: giftcard, ...tender } of state === null ? [] : openTenders(desk, state)) {
    const taken = await clientOf(giftcard).takeTender({ from: account, tender });
    if (!taken.ok && taken.refusal.code === "hold_claimed")
      throw new Error("a return reached a gift card before its sale");
    if (!taken.ok)
      console.log(JSON.stringify({ event: "tender_not_taken", account, seq: tender.seq, ...taken.refusal }));
    confirmDelivery(desk, { to, clock_offset_ms, delivered: tender.seq, failed: !taken.ok, by: ALARM });
  }
}

/** What the account of a sale has made of a promise, and which account it is: it may have moved. */
export interface ClaimUse {
  readonly from: string;
  readonly tender: Omit<PendingTender, "account"> | null;
}

/**
 * Asks the account that a hold was promised to. When it has no such sale it never will.
 *
 * @throws when it cannot be reached, or has moved too often
 */
export async function askClaimant(
  clientOf: Bringer["clientOf"],
  giftcard: string,
  { account, ...asked }: { readonly account: string; readonly hold: number; readonly claim: number },
  { by, preview }: { readonly by: Actor; readonly preview: boolean },
): Promise<ClaimUse> {
  const found = await followMoved(account, (from) => clientOf(from).declineTender({ giftcard, ...asked, by, preview }));
  if (found?.answer.ok !== true) throw new Error(`nobody knows what became of a promise to ${account}`);
  return { from: found.account, tender: found.answer.value };
}

/**
 * Ends promises whose time has passed: the account of the sale has booked it, and then the gift card pays, or it never will.
 *
 * @throws when that account cannot be reached; it is tried again
 */
export async function settleClaims({ desk, account, to, clock_offset_ms, clientOf }: Bringer, state: AccountState) {
  const due = Object.values(state.holds).filter(({ expires_at_ms }) => expires_at_ms <= desk.now_ms);
  for (const { seq: hold, claim } of due) {
    if (claim === undefined) continue;
    const promise = { account: claim.account, hold, claim: claim.seq };
    const { from, tender } = await askClaimant(clientOf, account, promise, { by: ALARM, preview: false });
    if (tender === null) releaseClaim(desk, { to, clock_offset_ms, hold, claim: claim.seq, by: ALARM });
    else takeTender(desk, { to, clock_offset_ms, from, tender });
  }
}
