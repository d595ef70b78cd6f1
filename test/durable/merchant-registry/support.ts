import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash, randomUUID } from "node:crypto";
import { expect, vi } from "vitest";
import type { MerchantConfig, ProgramText } from "../../../src/domain/tenancy/config.ts";
import type { Consent, MemberProfile } from "../../../src/domain/tenancy/member-profile.ts";
import type { Mode, Tenant } from "../../../src/domain/tenancy/merchant.ts";
import { createAccountId, ACCOUNT_RANDOM_BYTES } from "../../../src/domain/tenancy/account-id.ts";
import { encodeBase32 } from "../../../src/domain/tenancy/base32.ts";
import { formatObjectName, registryObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { RegistryClient } from "../../../src/durable/merchant-registry/client.ts";
import type { MerchantRegistry } from "../../../src/durable/merchant-registry/merchant-registry.ts";
import type { Idempotency } from "../../../src/durable/merchant-registry/protocol.ts";
import { objectStub } from "../../../src/durable/shared/namespace.ts";

export const DAY_MS = 86_400_000;
export const TILL_KEY = "key_0123456789abcdef";
export const NOW_MS = Date.parse("2026-03-02T09:00:00Z");

/** A merchant of its own for each test: storage is isolated per file, not per test. */
export interface TestRegistry {
  readonly tenant: Tenant;
  readonly to: string;
  readonly client: RegistryClient;
  readonly stub: () => DurableObjectStub<MerchantRegistry>;
}

export function newRegistry(mode: Mode = "live"): TestRegistry {
  const merchant = `e${encodeBase32(crypto.getRandomValues(new Uint8Array(5)), 7)}`;
  const tenant: Tenant = { mode, merchant };
  const name = registryObjectName(mode, merchant);
  return {
    tenant,
    to: formatObjectName(name),
    client: new RegistryClient(env.MERCHANT_REGISTRY, tenant),
    stub: () => objectStub(env.MERCHANT_REGISTRY, name),
  };
}

/** A registry with one programme and one till key (`keyHash("till")`). */
export async function openRegistry(mode: Mode = "live"): Promise<TestRegistry> {
  const registry = newRegistry(mode);
  const program = newProgram(1, NOW_MS - 400 * DAY_MS);
  const answer = await registry.client.applyConfig(newConfig(registry.tenant, 1, [program]), [program], NOW_MS);
  if (!answer.ok) throw new Error(`configuration refused: ${answer.error.code}`);
  return registry;
}

export function newProgram(version: number, effective_at_ms: number, text = `programme ${version}`): ProgramText {
  const json = JSON.stringify({ text });
  return { version, effective_at_ms, json, hash: createHash("sha256").update(json).digest("hex") };
}

export function keyHash(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

export function newConfig(tenant: Tenant, version: number, programs: readonly ProgramText[]): MerchantConfig {
  return {
    version,
    mode: tenant.mode,
    merchant: {
      locator: tenant.merchant,
      name: "Bakkerij Vroeg",
      currency: "EUR",
      country: "NL",
      timezone: "Europe/Amsterdam",
      locale: "nl",
      claims: true,
      strict_receipts: false,
    },
    locations: [
      {
        id: "loc_0123456789abcdef",
        name: "Kerkstraat",
        country: "NL",
        timezone: "Europe/Amsterdam",
        opening_hours: [{ weekday: 1, opens: "08:00", closes: "18:00" }],
      },
    ],
    tills: [{ id: "til_0123456789abcdef", name: "Kassa", location: "loc_0123456789abcdef" }],
    keys: [
      {
        id: TILL_KEY,
        hash: keyHash("till"),
        till: "til_0123456789abcdef",
        scopes: ["sell"],
        expires_at_ms: null,
      },
    ],
    items: [],
    programs: programs.map(({ version: number, effective_at_ms, hash }) => ({
      version: number,
      effective_at_ms,
      hash,
    })),
  };
}

export function newAccount(kind: "member" | "bearer" = "member"): string {
  return createAccountId(kind, crypto.getRandomValues(new Uint8Array(ACCOUNT_RANDOM_BYTES)));
}

export function newIdem(requestHash: string = randomUUID()): Idempotency {
  return { scope: "til_0123456789abcdef", key: randomUUID(), requestHash };
}

export function newProfile(fields: Partial<MemberProfile> = {}): MemberProfile {
  return {
    name: null,
    email: null,
    phone: null,
    birthday: null,
    locale: null,
    external_id: null,
    consents: [],
    metadata: {},
    ...fields,
  };
}

export function newConsent(fields: Partial<Consent> = {}): Consent {
  return {
    purpose: "marketing_email",
    granted: true,
    text: "Yes, mail me offers (v3)",
    at_ms: NOW_MS,
    source: "join_page",
    ...fields,
  };
}

/** Creates a member and answers the account; fails the test when the registry refuses. */
export async function addMember(
  registry: TestRegistry,
  fields: Partial<MemberProfile> = {},
  now_ms = NOW_MS,
): Promise<string> {
  const account = newAccount();
  const answer = await registry.client.createMember({
    account,
    idem: newIdem(),
    profile: newProfile(fields),
    identifiers: [],
    now_ms,
  });
  if (!answer.ok) throw new Error(`member refused: ${answer.error.code}`);
  return account;
}

/** The names of the object's own tables. Asking must not create any. */
export function tablesOf(registry: TestRegistry): Promise<string[]> {
  return runInDurableObject(registry.stub(), (_instance, state) =>
    state.storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
      )
      .toArray()
      .map(({ name }) => name),
  );
}

/** Every stored value of every table as one text: blobs byte by byte and as hex. */
export async function dumpOf(registry: TestRegistry): Promise<string> {
  const tables = await tablesOf(registry);
  return runInDurableObject(registry.stub(), (_instance, state) => {
    const rows = tables.flatMap((table) => [...state.storage.sql.exec(`SELECT * FROM ${table}`).raw()]);
    return rows.flat().map(asText).join("\n");
  });
}

function asText(value: SqlStorageValue): string {
  if (!(value instanceof ArrayBuffer)) return String(value);
  const bytes = Buffer.from(value);
  return `${bytes.toString("latin1")}\n${bytes.toString("utf8")}\n${bytes.toString("hex")}`;
}

/** Runs calls on the live object and counts the rows that they write, as billed. */
export async function countRowsWritten(
  registry: TestRegistry,
  call: (instance: MerchantRegistry) => unknown,
): Promise<number> {
  return runInDurableObject(registry.stub(), async (instance, state) => {
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    const cursors: { readonly rowsWritten: number }[] = [];
    const spy = vi.spyOn(sql, "exec").mockImplementation((query, ...bindings) => {
      const cursor = exec<never>(query, ...bindings);
      cursors.push(cursor);
      return cursor;
    });
    try {
      await call(instance);
    } finally {
      spy.mockRestore();
    }
    // Reads alone are several statements: none seen means that the object's storage was not the one watched.
    expect(cursors.length).toBeGreaterThan(0);
    return cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
  });
}
