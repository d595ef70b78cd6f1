import type { Refusal } from "../../../domain/ledger/refusal.ts";
import { askClaimant } from "../../../durable/member-account/bring-tenders.ts";
import { ProblemError } from "../../http/problem.ts";
import { type PosDesk, tillActor } from "./desk.ts";

/**
 * Ends the promise of a gift card's hold to a sale of another account, because something else is asked of the hold now:
 * when that sale was booked the gift card pays it, and when not it never will be. A preview only asks.
 *
 * @throws ProblemError `redemption_captured` in a preview, when the sale was booked
 */
export async function freeClaim(
  desk: PosDesk,
  giftcard: string,
  { hold, account, claim }: Extract<Refusal, { code: "hold_claimed" }>,
  preview: boolean,
): Promise<{ readonly unclaimed?: true }> {
  const by = tillActor(desk);
  const clientOf = (of: string) => desk.account(of);
  const { from, tender } = await askClaimant(clientOf, giftcard, { account, hold, claim }, { by, preview });
  if (preview) {
    if (tender !== null) throw new ProblemError("redemption_captured");
    return { unclaimed: true };
  }
  if (tender === null) await desk.account(giftcard).releaseClaim({ hold, claim, by });
  else await desk.account(giftcard).takeTender({ from, tender });
  return {};
}
