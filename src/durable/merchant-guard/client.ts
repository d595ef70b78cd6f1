import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { formatObjectName, guardObjectName } from "../../domain/tenancy/object-name.ts";
import { callObject } from "../shared/call.ts";
import { objectStub, type StubOptions } from "../shared/namespace.ts";
import type { MerchantGuard } from "./merchant-guard.ts";
import type * as protocol from "./protocol.ts";

type Unaddressed<Message extends protocol.Addressed> = Omit<Message, "to">;

/** The guard of a location's receipts. Each method is one object call and may be repeated. */
export interface ReceiptGuardClient {
  reserve(message: Unaddressed<protocol.ReserveReceiptMessage>): Promise<protocol.ReceiptAnswer>;
  settle(message: Unaddressed<protocol.ReceiptMessage>): Promise<void>;
}

/** The guard of a reward's stock. Each method is one object call and may be repeated. */
export interface StockGuardClient {
  reserve(message: Unaddressed<protocol.ReserveStockMessage>): Promise<protocol.StockAnswer>;
  settle(message: Unaddressed<protocol.StockMessage>): Promise<void>;
  state(): Promise<protocol.StockState>;
}

type Namespace = DurableObjectNamespace<MerchantGuard>;

/** @throws ObjectUnavailableError from any method when the object cannot be reached */
export function receiptGuard(
  namespace: Namespace,
  tenant: Tenant,
  location: string,
  options: StubOptions = {},
): ReceiptGuardClient {
  const { to, call } = caller(namespace, tenant, `receipts:${location}`, options);
  return {
    reserve: (message) => call((stub) => stub.reserveReceipt({ to, ...message })),
    settle: (message) => call((stub) => stub.settleReceipt({ to, ...message })),
  };
}

/** @throws ObjectUnavailableError from any method when the object cannot be reached */
export function stockGuard(
  namespace: Namespace,
  tenant: Tenant,
  reward: string,
  options: StubOptions = {},
): StockGuardClient {
  const { to, call } = caller(namespace, tenant, `stock:${reward}`, options);
  return {
    reserve: (message) => call((stub) => stub.reserveStock({ to, ...message })),
    settle: (message) => call((stub) => stub.settleStock({ to, ...message })),
    state: () => call((stub) => stub.stock({ to })),
  };
}

function caller(namespace: Namespace, tenant: Tenant, guarded: string, options: StubOptions) {
  const name = guardObjectName(tenant, guarded);
  return {
    to: formatObjectName(name),
    call: <Answer>(run: (stub: DurableObjectStub<MerchantGuard>) => Answer): Promise<Awaited<Answer>> =>
      callObject(() => objectStub(namespace, name, options), run),
  };
}
