import { invariant } from "../../domain/invariant.ts";
import type { Actor } from "../../domain/ledger/booking.ts";
import { type ObjectName, parseObjectName } from "../../domain/tenancy/object-name.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import type { MerchantRegistry } from "../merchant-registry/merchant-registry.ts";
import { accountClient } from "./client.ts";
import type { Parcel, Received } from "./estate.ts";
import { followMoved } from "./follow-moved.ts";
import type { MemberAccount } from "./member-account.ts";
import type { ProgramPayloads } from "./protocol.ts";

/** What delivers a parcel. */
export interface Carrier {
  readonly accounts: DurableObjectNamespace<MemberAccount>;
  readonly registries: DurableObjectNamespace<MerchantRegistry>;
  readonly giver: ObjectName;
  readonly clock_offset_ms: number;
  readonly by: Actor;
  /** Rules to render the receiver with; absent when nobody is to read it. */
  readonly programs?: ProgramPayloads;
}

/** What became of a parcel. Only what is `lost` must be brought again. */
export type Delivered =
  | { readonly outcome: "arrived"; readonly account: string; readonly received: Received }
  | { readonly outcome: "erased" }
  | { readonly outcome: "lost" };

/**
 * Brings a parcel to its receiver, following where it has moved, and after a merge the person to the receiver's in the
 * registry. Each step may be repeated. A receiver that was erased wants nothing, and the person is forgotten here too.
 *
 * @throws ObjectUnavailableError when an object cannot be reached; nothing is lost, it is tried again
 */
export async function deliver(carrier: Carrier, parcel: Parcel): Promise<Delivered> {
  const { accounts, giver, clock_offset_ms, by, programs } = carrier;
  const { reason, estate } = parcel;
  const rules = programs === undefined ? {} : { programs };
  const which = reason === "transfer" ? { parcel: parcel.seq } : {};
  const message = { from: giver.id, reason, estate, by, ...which, ...rules };
  const found = await followMoved(parcel.receiver, (receiver) =>
    accountClient(accounts, giver, receiver, { clock_offset_ms }).receive(message),
  );
  if (found === null) return { outcome: "lost" };
  const { account, answer } = found;
  if (answer.ok) {
    if (reason === "merge") await bringPerson(carrier, account, answer.value);
    return { outcome: "arrived", account, received: answer.value };
  }
  if (answer.refusal.code !== "account_erased") return { outcome: "lost" };
  if (reason === "merge") await registryOf(carrier).eraseMember({ account: giver.id, now_ms: Date.now() });
  return { outcome: "erased" };
}

async function bringPerson(carrier: Carrier, into: string, { cards }: Received): Promise<void> {
  const moved = cards.map(({ former_no, card_no }) => ({ former_no, card_no }));
  await registryOf(carrier).mergeMember({ from: carrier.giver.id, into, cards: moved, now_ms: Date.now() });
}

function registryOf({ registries, giver }: Carrier): RegistryClient {
  return new RegistryClient(registries, giver);
}

/** The parsed name of the object that gives. */
export function giverOf(name: string | undefined): ObjectName {
  const parsed = name === undefined ? null : parseObjectName(name);
  invariant(parsed !== null, `an account without a name cannot deliver: ${name}`);
  return parsed;
}
