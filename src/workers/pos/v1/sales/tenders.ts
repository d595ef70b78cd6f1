import type { SaleCommand } from "../../../../domain/ledger/command.ts";
import type { AskedTender } from "../../../../domain/ledger/tender.ts";
import { accountKindOf } from "../../../../domain/tenancy/account-id.ts";
import type { BookingRef } from "../../../../domain/tenancy/ids.ts";
import { ProblemError } from "../../../http/problem.ts";
import { freeClaim } from "../free-claim.ts";
import { type PosDesk, tillActor } from "../desk.ts";
import type { NamedAccount } from "../resolve-member.ts";

/** The redemptions that a sale names. */
export interface NamedHolds {
  /** Of the account of the sale, by their sequence. */
  readonly own: readonly number[];
  /** Of gift cards. */
  readonly gifts: readonly BookingRef[];
}

/**
 * A redemption must stand on the same member's account, or on a gift card; any other is as good as unknown. A sale that
 * waits to be claimed is paid by a gift card as a sale of the gift card's own.
 *
 * @throws ProblemError `redemption_unknown`
 */
export function namedHolds(desk: PosDesk, ids: readonly string[], { account }: NamedAccount): NamedHolds {
  const own: number[] = [];
  const gifts = new Map<string, BookingRef>();
  for (const id of ids) {
    const ref = desk.ids.parseBooking("red", id);
    if (ref?.account === account) own.push(ref.seq);
    else if (ref !== null && accountKindOf(ref.account) === "bearer" && accountKindOf(account) !== "receipt") {
      gifts.set(id, ref);
    } else throw new ProblemError("redemption_unknown");
  }
  return { own, gifts: [...gifts.values()] };
}

/**
 * The sale with what gift cards promise it: one object call for each redemption of a gift card, and none without. What a
 * gift card refuses goes along, because the account may have booked this very sale before.
 */
export async function withTenders(
  desk: PosDesk,
  command: SaleCommand,
  { account, gifts, preview }: { readonly account: string; readonly preview: boolean } & Pick<NamedHolds, "gifts">,
): Promise<SaleCommand> {
  if (gifts.length === 0) return command;
  const tenders: AskedTender[] = [];
  for (const gift of gifts) tenders.push(await promised(desk, gift, { account, preview }));
  return { ...command, tenders };
}

async function promised(
  desk: PosDesk,
  { account: giftcard, seq: hold }: BookingRef,
  { account, preview }: { readonly account: string; readonly preview: boolean },
): Promise<AskedTender> {
  const asked = { hold, account, by: tillActor(desk), preview };
  const answer = await desk.account(giftcard).claimHold(asked);
  if (answer.ok) return { ...answer.value, account: giftcard };
  if (answer.refusal.code !== "hold_claimed") return { refused: answer.refusal };
  const unclaimed = await freeClaim(desk, giftcard, answer.refusal, preview);
  const again = await desk.account(giftcard).claimHold({ ...asked, ...unclaimed });
  if (!again.ok && again.refusal.code === "hold_claimed")
    throw new ProblemError("unavailable", { retryAfterSeconds: 1 });
  return again.ok ? { ...again.value, account: giftcard } : { refused: again.refusal };
}
