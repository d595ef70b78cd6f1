import { invariant } from "../../domain/invariant.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { accountObjectName, formatObjectName } from "../../domain/tenancy/object-name.ts";
import { callObject } from "../shared/call.ts";
import { objectStub } from "../shared/namespace.ts";
import { LIVE_CARD_PARAM, LIVE_MOVED_HEADER, LIVE_TO_PARAM } from "./live.ts";
import type { MemberAccount } from "./member-account.ts";

/** A page that wants to be told of bookings. */
export interface LiveRequest {
  readonly account: string;
  /** The card that the page shows; null for any. */
  readonly card_no: number | null;
}

export interface LiveAnswer {
  /** 101 with the socket, or the status that says why not. */
  readonly response: Response;
  /** The account that this one has gone up in; null when it has not. */
  readonly moved_to: string | null;
}

/**
 * Connects a page with its account. A WebSocket cannot travel by RPC, so this is the account's only fetch.
 *
 * @throws ObjectUnavailableError when the object cannot be reached
 */
export async function connectLive(
  namespace: DurableObjectNamespace<MemberAccount>,
  tenant: Tenant,
  { account, card_no }: LiveRequest,
): Promise<LiveAnswer> {
  const name = accountObjectName(tenant, account);
  invariant(name !== null, `not an account id: ${account}`);
  const url = new URL("https://account/live");
  url.searchParams.set(LIVE_TO_PARAM, formatObjectName(name));
  if (card_no !== null) url.searchParams.set(LIVE_CARD_PARAM, String(card_no));
  const response = await callObject(
    () => objectStub(namespace, name),
    (stub) => stub.fetch(url, { headers: { upgrade: "websocket" } }),
  );
  return { response, moved_to: response.headers.get(LIVE_MOVED_HEADER) };
}
