import { type AccountKind, accountKindOf } from "./account-id.ts";
import { isBase32 } from "./base32.ts";
import type { Mode, Tenant } from "./merchant.ts";

/** The kinds of Durable Object: three kinds of account, and the objects that a merchant has one of per mode (or per scarce thing). */
export type ObjectKind = AccountKind | "registry" | "insights" | "guard";
const OBJECT_KINDS: readonly string[] = [
  "member",
  "receipt",
  "bearer",
  "registry",
  "insights",
  "guard",
] satisfies ObjectKind[];

export interface ObjectName extends Tenant {
  readonly kind: ObjectKind;
  /** An account id; `main` for registry and insights; what is guarded for a guard. */
  readonly id: string;
}

/** `{mode}:{merchant}:{kind}:{id}`. No personal data may stand in a name: names are logged outside the jurisdiction. */
export function formatObjectName(name: ObjectName): string {
  return `${name.mode}:${name.merchant}:${name.kind}:${name.id}`;
}

/** Reads what {@link formatObjectName} wrote; null for anything else. */
export function parseObjectName(text: string): ObjectName | null {
  const match = /^(live|test):([a-z0-9]{8}):([a-z]+):(.{1,200})$/.exec(text);
  if (match === null) return null;
  const [, mode, merchant = "", kind = "", id = ""] = match;
  if (!isBase32(merchant, 8) || !isObjectKind(kind)) return null;
  return { mode: mode === "live" ? "live" : "test", merchant, kind, id };
}

export function accountObjectName(tenant: Tenant, account: string): ObjectName | null {
  const kind = accountKindOf(account);
  return kind === null ? null : { mode: tenant.mode, merchant: tenant.merchant, kind, id: account };
}

export function registryObjectName(mode: Mode, merchant: string): ObjectName {
  return { mode, merchant, kind: "registry", id: "main" };
}

export function insightsObjectName(tenant: Tenant): ObjectName {
  return { mode: tenant.mode, merchant: tenant.merchant, kind: "insights", id: "main" };
}

/** `guarded` names the scarce thing: `receipts:{location}` or `stock:{reward}`. */
export function guardObjectName(tenant: Tenant, guarded: string): ObjectName {
  return { mode: tenant.mode, merchant: tenant.merchant, kind: "guard", id: guarded };
}

function isObjectKind(text: string): text is ObjectKind {
  return OBJECT_KINDS.includes(text);
}
