import { invariant } from "../../domain/invariant.ts";
import type { Actor } from "../../domain/ledger/booking.ts";
import { type ObjectName, parseObjectName } from "../../domain/tenancy/object-name.ts";
import { accountClient } from "./client.ts";
import type { Parcel } from "./estate.ts";
import type { MemberAccount } from "./member-account.ts";

/** A receiver may itself have gone up in another; so often at most. */
const HOPS_MAX = 6;

/** What delivers a parcel. */
export interface Carrier {
  readonly namespace: DurableObjectNamespace<MemberAccount>;
  readonly giver: ObjectName;
  readonly clock_offset_ms: number;
  readonly by: Actor;
}

/**
 * Brings a parcel to its receiver, following where it has moved. Answers whether it need not be brought again: it has
 * arrived, or its receiver was erased and wants nothing.
 *
 * @throws ObjectUnavailableError when the receiver cannot be reached; nothing is lost, it is tried again
 */
export async function deliver(carrier: Carrier, parcel: Parcel): Promise<boolean> {
  const { namespace, giver, clock_offset_ms, by } = carrier;
  let receiver = parcel.receiver;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const client = accountClient(namespace, giver, receiver, { clock_offset_ms });
    const { reason, estate } = parcel;
    const answer = await client.receive({ from: giver.id, reason, estate, by });
    if (answer.ok || answer.refusal.code === "account_erased") return true;
    if (answer.refusal.code !== "account_moved") return false;
    receiver = answer.refusal.to;
  }
  return false;
}

/** The parsed name of the object that gives. */
export function giverOf(name: string | undefined): ObjectName {
  const parsed = name === undefined ? null : parseObjectName(name);
  invariant(parsed !== null, `an account without a name cannot deliver: ${name}`);
  return parsed;
}
