import type { AccountView } from "../../durable/member-account/protocol.ts";
import type { CompiledProgram } from "../../domain/program/compile.ts";
import type { IdCodec } from "../../domain/tenancy/ids.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";
import type { Secrets } from "../secrets.ts";
import { signSnapshot } from "./snapshot.ts";

const DAY_S = 24 * 60 * 60;

/** Whose snapshot it is, and when it is made. */
export interface SnapshotDesk {
  readonly secrets: Secrets;
  readonly tenant: Tenant;
  readonly ids: IdCodec;
  readonly now_ms: number;
}

export interface SignedSnapshot {
  readonly text: string;
  readonly expires_at_ms: number;
}

/** The signed balance of a member; null where the programme lets no till hand out rewards without a connection. */
export async function snapshotOf(
  { secrets, tenant, ids, now_ms }: SnapshotDesk,
  { document }: CompiledProgram,
  { account, view }: { readonly account: string; readonly view: Pick<AccountView, "wallet" | "seq"> },
): Promise<SignedSnapshot | null> {
  const allowance = document.limits.offline_redemption;
  if (allowance === undefined) return null;
  const iat = Math.floor(now_ms / 1000);
  const exp = iat + allowance.snapshot_days * DAY_S;
  const { wallet, seq } = view;
  const balances = Object.fromEntries(
    wallet.balances.flatMap(({ unit, kind, available }) =>
      available > 0 && (kind === "points" || kind === "stamps") ? [[unit, available] as const] : [],
    ),
  );
  const text = await signSnapshot(secrets.snapshotSeeds, tenant, {
    merchant: tenant.merchant,
    mode: tenant.mode,
    member: ids.member(account),
    seq,
    iat,
    exp,
    balances,
    tier: wallet.tier?.level?.id ?? null,
    allowance: { amount: allowance.amount, currency: document.currency },
  });
  return { text, expires_at_ms: exp * 1000 };
}
