import type { Actor } from "../../domain/ledger/booking.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { AccountClient } from "../../durable/member-account/client.ts";
import type { Parcel } from "../../durable/member-account/estate.ts";
import { followMoved } from "../../durable/member-account/follow-moved.ts";

/** What claiming needs of the outside world. */
export interface ClaimPorts {
  readonly account: (account: string) => AccountClient;
  readonly by: Actor;
}

export type ClaimRefusal = "claim_used" | "claim_expired" | "member_unknown" | "member_erased";

/**
 * Moves everything a receipt account holds to a member's account. The receipt books it first, so that no two members can
 * have it; a delivery that is cut off is finished by the receipt's alarm. Claiming again for the same member answers the same.
 */
export async function claimReceipt(
  ports: ClaimPorts,
  receipt: string,
  member: string,
): Promise<Result<{ readonly parcel: Parcel; readonly member: string }, ClaimRefusal>> {
  const receiver = await livingAccount(ports, member);
  if (!receiver.ok) return receiver;
  const { by } = ports;
  const handed = await ports.account(receipt).handOver({ receiver: receiver.value, reason: "claim", by });
  if (!handed.ok) return fail(claimRefusal(handed.refusal));
  const parcel = handed.value;
  const { reason, estate } = parcel;
  const received = await ports.account(receiver.value).receive({ from: receipt, reason, estate, by });
  // Not received is not lost: the receipt's alarm brings it.
  if (received.ok) await ports.account(receipt).confirmDelivery({ delivered: parcel.seq, by });
  return ok({ parcel, member: receiver.value });
}

/** The account that a member's id means today; a member who was erased claims nothing. */
async function livingAccount(ports: ClaimPorts, member: string): Promise<Result<string, ClaimRefusal>> {
  const first = { beyond_seq: null, order: "asc", limit: 1, types: null } as const;
  const found = await followMoved(member, (account) => ports.account(account).bookings(first));
  if (found?.answer.ok === true) return ok(found.account);
  return fail(found?.answer.refusal.code === "account_erased" ? "member_erased" : "member_unknown");
}

/** A receipt account that is not there any more has been deleted, because nobody claimed it in time. */
function claimRefusal(refusal: Refusal): ClaimRefusal {
  return refusal.code === "account_moved" ? "claim_used" : "claim_expired";
}
