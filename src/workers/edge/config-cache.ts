import { RegistryClient } from "../../durable/merchant-registry/client.ts";
import { compiledProgram } from "../../durable/member-account/programs.ts";
import { type ClosedBudget, isUsedUp } from "../../domain/program/budget.ts";
import type {
  ConfigSnapshot,
  IdentifierAnswer,
  RawIdentifier,
  Resolved,
} from "../../durable/merchant-registry/protocol.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { KeyFacts, ProgramText } from "../../domain/tenancy/config.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";

/** How long a revoked key may still be accepted, and a change stay unseen. */
const FRESH_MS = 60_000;
/** The same while a promotion with a budget runs, so that it ends soon after the budget is used up. */
const FRESH_UNDER_BUDGET_MS = 10_000;
/** A key that the registry did not know is not asked for again for so long; a new key works after that at the latest. */
const UNKNOWN_KEY_MS = 5_000;
const TENANTS_MAX = 500;
const UNKNOWN_KEYS_MAX = 2_000;

/** What one isolate remembers of a merchant and mode. */
export interface TenantConfig extends ConfigSnapshot {
  readonly clock_offset_ms: number;
  readonly fetched_at_ms: number;
  /** Promotions whose budget is used up. */
  readonly closed_budgets: readonly ClosedBudget[];
  /** How long this copy may be used. */
  readonly fresh_ms: number;
}

const tenants = new Map<string, TenantConfig>();
const unknownKeys = new Map<string, number>();

export interface KeyLookup {
  readonly config: TenantConfig;
  readonly key: KeyFacts;
  /** The answer about the identifier that was asked along; null when the registry was not called. */
  readonly identifier: IdentifierAnswer | null;
}

/**
 * The configuration and the key, from this isolate's memory when it is fresh, else by one call of the registry. That call
 * also looks up the identifier, so that a cold sale by phone number costs one call and not two.
 */
export async function lookUpKey(
  env: Env,
  tenant: Tenant,
  keyHash: string,
  identifier: RawIdentifier | null,
): Promise<Result<KeyLookup, "key_invalid">> {
  const now_ms = Date.now();
  const id = tenantId(tenant);
  const known = tenants.get(id);
  const fresh = known !== undefined && now_ms - known.fetched_at_ms < known.fresh_ms;
  const knownKey = fresh ? liveKey(known, keyHash, now_ms) : null;
  if (fresh && knownKey !== null) return ok({ config: known, key: knownKey, identifier: null });
  if ((unknownKeys.get(`${id} ${keyHash}`) ?? 0) > now_ms) return fail("key_invalid");
  const answer = await new RegistryClient(env.MERCHANT_REGISTRY, tenant).resolve({
    keyHash,
    ...(known === undefined ? {} : { configVersionKnown: known.config.version }),
    ...(identifier === null ? {} : { rawIdentifier: identifier }),
    now_ms,
  });
  if (!answer.ok) return rememberUnknown(`${id} ${keyHash}`, now_ms);
  const snapshot = answer.value.snapshot ?? known;
  if (snapshot === undefined) return fail("key_invalid");
  const config = tenantConfig(snapshot, answer.value, now_ms);
  remember(tenants, id, config, TENANTS_MAX);
  const key = liveKey(config, keyHash, now_ms);
  return key === null ? fail("key_invalid") : ok({ config, key, identifier: answer.value.identifier });
}

/**
 * The configuration for somebody who has no key: a page that names the merchant. From this isolate's memory when it is
 * fresh, else by one call of the registry; null when there is no such merchant.
 */
export async function lookUpTenant(env: Env, tenant: Tenant): Promise<TenantConfig | null> {
  const now_ms = Date.now();
  const id = tenantId(tenant);
  const known = tenants.get(id);
  if (known !== undefined && now_ms - known.fetched_at_ms < known.fresh_ms) return known;
  // No key hashes to nothing, so the entry stands for the merchant itself.
  if ((unknownKeys.get(`${id} `) ?? 0) > now_ms) return null;
  const answer = await new RegistryClient(env.MERCHANT_REGISTRY, tenant).resolve({
    ...(known === undefined ? {} : { configVersionKnown: known.config.version }),
    now_ms,
  });
  if (!answer.ok) rememberUnknown(`${id} `, now_ms);
  const snapshot = answer.ok ? (answer.value.snapshot ?? known) : undefined;
  if (!answer.ok || snapshot === undefined) return null;
  const fetched = tenantConfig(snapshot, answer.value, now_ms);
  remember(tenants, id, fetched, TENANTS_MAX);
  return fetched;
}

/** Forgets a merchant, so that the next request sees what has just changed. */
export function forgetConfig(tenant: Tenant): void {
  tenants.delete(tenantId(tenant));
}

/** A published version's text: from the snapshot, else by one call of the registry. Versions never change, so texts are kept. */
export async function programText(
  env: Env,
  tenant: Tenant,
  config: TenantConfig,
  version: number,
): Promise<ProgramText | null> {
  const near = config.programs.find((program) => program.version === version);
  if (near !== undefined) return near;
  const id = `${tenantId(tenant)} ${version}`;
  const known = oldPrograms.get(id);
  if (known !== undefined) return known;
  const text = await new RegistryClient(env.MERCHANT_REGISTRY, tenant).program(version);
  if (text !== null) remember(oldPrograms, id, text, TENANTS_MAX);
  return text;
}
const oldPrograms = new Map<string, ProgramText>();

function tenantConfig(
  { config, programs }: ConfigSnapshot,
  { clock_offset_ms, closed_budgets = [] }: Resolved,
  now_ms: number,
): TenantConfig {
  const isOpen = programs.some((text) =>
    compiledProgram(text).promotions.some(
      ({ promotion }) => promotion.budget !== undefined && !isUsedUp(promotion, closed_budgets),
    ),
  );
  const fresh_ms = isOpen ? FRESH_UNDER_BUDGET_MS : FRESH_MS;
  return { config, programs, clock_offset_ms, fetched_at_ms: now_ms, closed_budgets, fresh_ms };
}

function liveKey(config: TenantConfig, keyHash: string, now_ms: number): KeyFacts | null {
  const key = config.config.keys.find((candidate) => candidate.hash === keyHash);
  if (key === undefined || (key.expires_at_ms !== null && key.expires_at_ms <= now_ms)) return null;
  return key;
}

function rememberUnknown(id: string, now_ms: number): Result<never, "key_invalid"> {
  remember(unknownKeys, id, now_ms + UNKNOWN_KEY_MS, UNKNOWN_KEYS_MAX);
  return fail("key_invalid");
}

/** Keeps a bounded map: the half that was written longest ago goes when it is full. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  if (map.size >= max) for (const oldest of [...map.keys()].slice(0, max / 2)) map.delete(oldest);
  map.delete(key);
  map.set(key, value);
}

function tenantId(tenant: Tenant): string {
  return `${tenant.mode}:${tenant.merchant}`;
}
