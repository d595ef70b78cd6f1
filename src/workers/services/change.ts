import type { Statement } from "../../db/database.ts";
import { isStaleRevision } from "../../db/repositories/merchant.ts";
import type { TenantDb } from "../../db/tenant-db.ts";
import type { MerchantRow } from "../../db/schema/merchant.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import { pushConfig, type PushPorts } from "./config/push-config.ts";
import type { ServiceContext } from "./context.ts";
import { type Busy, type MerchantInactive, type NotFound, notFound } from "./refusal.ts";

/** What a service decided to do: the statements (none when nothing changes), and what to answer once they are committed. */
export interface Change<Value> {
  readonly value: Value;
  readonly statements: readonly Statement[];
}

/** Reads what it needs and decides. It may run several times, so it writes nothing itself. */
export type Plan<Value, Failure> = (merchant: MerchantRow) => Promise<Result<Change<Value>, Failure>>;

/** What a change needs of its context; jobs have no actor and no request. */
export interface ChangingContext {
  readonly tenant: TenantDb;
  readonly ports: PushPorts;
}

export interface ChangeOptions {
  /** Also for a merchant who is suspended or closed: what is written happened elsewhere, such as a payment. */
  readonly whateverStatus?: boolean;
}

type GuardRefusal = NotFound | MerchantInactive | Busy;

/** How often a plan is made anew because somebody else was faster. */
const ATTEMPTS_MAX = 5;

/**
 * A change that the edge must learn: commits it together with the next configuration version, then pushes that to both
 * registries. The change stands even when the push fails; the minutely job repairs that.
 */
export async function changeConfig<Value, Failure>(
  ctx: ChangingContext,
  plan: Plan<Value, Failure>,
  options: ChangeOptions = {},
): Promise<Result<Value, Failure | GuardRefusal>> {
  const changed = await commit(ctx, plan, (revision) => ctx.tenant.merchant.claimConfigVersion(revision), options);
  if (changed.ok) await pushConfig(ctx.tenant, ctx.ports);
  return changed;
}

/** A change that concerns D1 alone, such as staff. Guarded like any other, but pushed nowhere. */
export function changePrivately<Value, Failure>(
  ctx: ServiceContext,
  plan: Plan<Value, Failure>,
): Promise<Result<Value, Failure | GuardRefusal>> {
  return commit(ctx, plan, (revision) => ctx.tenant.merchant.claimRevision(revision), {});
}

/** Read, decide, write if nothing has changed since the read; else again. */
async function commit<Value, Failure>(
  ctx: ChangingContext,
  plan: Plan<Value, Failure>,
  claim: (revision: number) => Statement,
  { whateverStatus = false }: ChangeOptions,
): Promise<Result<Value, Failure | GuardRefusal>> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const [[merchant]] = await ctx.tenant.batch([ctx.tenant.merchant.get()]);
    if (merchant === undefined) return fail(notFound("merchant"));
    if (merchant.status !== "active" && !whateverStatus) return fail({ code: "merchant_inactive" });

    const planned = await plan(merchant);
    if (!planned.ok) return planned;
    if (planned.value.statements.length === 0) return ok(planned.value.value);
    try {
      await ctx.tenant.batch([claim(merchant.revision), ...planned.value.statements]);
      return ok(planned.value.value);
    } catch (error) {
      if (!isStaleRevision(error)) throw error;
    }
  }
  return fail({ code: "busy" });
}
