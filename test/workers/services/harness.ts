import { createHmac, randomBytes } from "node:crypto";
import { env } from "cloudflare:workers";
import { invariant } from "../../../src/domain/invariant.ts";
import { type Database, openDatabase } from "../../../src/db/database.ts";
import { type TenantDb, tenantDb } from "../../../src/db/tenant-db.ts";
import type { Result } from "../../../src/domain/result.ts";
import { fail, ok } from "../../../src/domain/result.ts";
import type { Actor, Role } from "../../../src/domain/tenancy/actor.ts";
import type { MerchantConfig, ProgramText } from "../../../src/domain/tenancy/config.ts";
import type { Mode, Tenant } from "../../../src/domain/tenancy/merchant.ts";
import type { ApplyOutcome, ApplyRefusal, RegistryPort } from "../../../src/workers/services/config/registry-port.ts";
import type { LogEvent, ServiceContext, ServicePorts } from "../../../src/workers/services/context.ts";
import { createMerchant, type SignedUp, type SignupContext } from "../../../src/workers/services/merchant/create.ts";

export const db: Database = openDatabase(env.DB);
export const START_MS = Date.UTC(2026, 4, 4, 8);
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** A registry that behaves as the real one does, and fails on demand. */
export class FakeRegistry implements RegistryPort {
  readonly #held = new Map<string, { config: MerchantConfig; programs: Map<number, ProgramText> }>();
  /** Modes whose calls throw. */
  down: readonly Mode[] = [];
  calls = 0;

  async applyConfig(
    tenant: Tenant,
    config: MerchantConfig,
    programs: readonly ProgramText[],
  ): Promise<Result<ApplyOutcome, ApplyRefusal>> {
    this.#assertUp(tenant);
    const held = this.#held.get(keyOf(tenant));
    if (held !== undefined && held.config.version > config.version) {
      return ok({ outcome: "stale", version: held.config.version });
    }
    if (held?.config.version === config.version) return ok({ outcome: "same", version: config.version });
    const known = new Map([...(held?.programs ?? []), ...programs.map((text) => [text.version, text] as const)]);
    const versions = config.programs.map((facts) => facts.version).filter((version) => !known.has(version));
    if (versions.length > 0) return fail({ code: "program_missing", versions });
    this.#held.set(keyOf(tenant), { config: structuredClone(config), programs: known });
    return ok({ outcome: "applied", version: config.version });
  }

  async configVersion(tenant: Tenant): Promise<number | null> {
    this.#assertUp(tenant);
    return this.#held.get(keyOf(tenant))?.config.version ?? null;
  }

  /** Tills that used their keys, by the keys' ids. */
  readonly uses = new Map<string, number>();

  async keyUses(tenant: Tenant, keys: readonly string[]): Promise<Record<string, number>> {
    this.#assertUp(tenant);
    return Object.fromEntries(keys.flatMap((key) => (this.uses.has(key) ? [[key, this.uses.get(key) ?? 0]] : [])));
  }

  /** What the edge would see. */
  config(merchant: string, mode: Mode = "live"): MerchantConfig {
    const held = this.#held.get(keyOf({ mode, merchant }));
    invariant(held !== undefined, "the registry has a configuration");
    return held.config;
  }

  program(merchant: string, version: number, mode: Mode = "live"): ProgramText | undefined {
    return this.#held.get(keyOf({ mode, merchant }))?.programs.get(version);
  }

  /** As if the object had lost its storage. */
  lose(merchant: string, mode: Mode): void {
    this.#held.delete(keyOf({ mode, merchant }));
  }

  #assertUp(tenant: Tenant): void {
    this.calls += 1;
    if (this.down.includes(tenant.mode)) throw new Error("the object cannot be reached");
  }
}

/** Ports with a clock that stands until it is moved, and a log that is kept. */
export interface FakePorts extends ServicePorts {
  readonly registry: FakeRegistry;
  readonly logged: LogEvent[];
  at_ms: number;
}

export function fakePorts(): FakePorts {
  const logged: LogEvent[] = [];
  const ports: FakePorts = {
    at_ms: START_MS,
    now_ms: () => ports.at_ms,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    registry: new FakeRegistry(),
    pinMac: (message) => createHmac("sha256", "test pin key").update(message).digest(),
    logged,
    log: (event) => logged.push(event),
  };
  return ports;
}

/** One merchant as a test needs it: made by sign-up, with its first location, till and owner. */
export interface World extends SignedUp {
  readonly ports: FakePorts;
  readonly tenant: TenantDb;
  readonly locator: string;
  /** Acting as the owner. */
  readonly ctx: ServiceContext;
  readonly as: (actor: Actor) => ServiceContext;
}

export async function createWorld(
  options: { readonly program_json?: string; readonly ports?: FakePorts } = {},
): Promise<World> {
  const ports = options.ports ?? fakePorts();
  const input = { ...signup, ...(options.program_json === undefined ? {} : { program_json: options.program_json }) };
  const made = value(await createMerchant({ ctx: signupContext(ports), input }));
  const tenant = openTenant(made.merchant.locator);
  // Not billed: what plans allow has tests of its own.
  await env.DB.prepare("DELETE FROM billing WHERE merchant = ?").bind(made.merchant.locator).run();
  const as = (actor: Actor): ServiceContext => ({ tenant, actor, request_id: "req_test", ports });
  const ctx = as({ kind: "staff", staff: made.owner?.id ?? "", roles: made.owner?.roles ?? [] });
  return { ...made, ports, tenant, locator: made.merchant.locator, ctx, as };
}

export const signup = {
  name: "Café Anker",
  country: "NL",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  location: { name: "Haven" },
  till: { name: "Kassa 1" },
  owner: { name: "Ria", email: "ria@example.com" },
} as const;

export function signupContext(ports: ServicePorts): SignupContext {
  return {
    request_id: "req_test",
    openTenant,
    locatorMac: (message) => createHmac("sha256", "test locator key").update(message).digest(),
    ports,
  };
}

export function openTenant(locator: string): TenantDb {
  return tenantDb(db, locator);
}

export function staffActor(role: Role, location: string, staff = "stf_actor"): Actor {
  return { kind: "staff", staff, roles: [{ location, role }] };
}

/** The value of an outcome that must be one. */
export function value<Value, Failure>(result: Result<Value, Failure>): Value {
  invariant(result.ok, `expected a value, got ${JSON.stringify(result)}`);
  return result.value;
}

/** A programme of one stamp card, as a text; the name makes texts differ. */
export function programJson(name = "Stempelkaart", currency = "EUR"): string {
  return JSON.stringify({
    schema: 1,
    name,
    currency,
    timezone: "Europe/Amsterdam",
    locale: "nl",
    units: {},
    stamp_cards: [
      {
        id: "stc_coffee",
        name: { nl: "Koffie" },
        size: 10,
        earning: [{ id: "ear_visit", kind: "visit", give: 1 }],
        reward: "rew_coffee",
      },
    ],
    rewards: [
      {
        id: "rew_coffee",
        name: { nl: "Gratis koffie" },
        cost: { unit: "stamps:stc_coffee", amount: 10 },
        effect: { kind: "free_item" },
      },
    ],
  });
}

function keyOf(tenant: Tenant): string {
  return `${tenant.mode}:${tenant.merchant}`;
}
