import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type Scope, SCOPES } from "../../../src/domain/tenancy/api-key.ts";
import { IdCodec } from "../../../src/domain/tenancy/ids.ts";
import type { Mode, Tenant } from "../../../src/domain/tenancy/merchant.ts";
import { RegistryClient } from "../../../src/durable/merchant-registry/client.ts";
import { createApp } from "../../../src/workers/app.ts";
import type { MadeDemo } from "../../../src/workers/dev/demo-schemas.ts";
import { forgetConfig } from "../../../src/workers/edge/config-cache.ts";
import { servicePorts, tenantOpener } from "../../../src/workers/ports.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import type { ServiceContext } from "../../../src/workers/services/context.ts";
import { createKey } from "../../../src/workers/services/key/create.ts";
import { revokeKey } from "../../../src/workers/services/key/revoke.ts";
import { createLocation } from "../../../src/workers/services/location/create.ts";
import { publishProgram } from "../../../src/workers/services/program/publish.ts";
import { createTill } from "../../../src/workers/services/till/create.ts";
import { cafeProgram } from "./account.ts";

/** What a test reads of an answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Tests reach into bodies freely; a wrong path is undefined and fails the expectation.
  readonly body: Json;
}

/** JSON as tests read it. */
export interface Json {
  readonly [key: string]: Json;
}

export interface CallOptions {
  /** A text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
  /** The Idempotency-Key; a fresh one for every write unless given; null sends none. */
  readonly idem?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A till of a test merchant. */
export interface TestTill {
  readonly id: string;
  readonly key: string;
  call(method: string, path: string, options?: CallOptions): Promise<ApiAnswer>;
  /** The same, for a call that must succeed for the test to mean anything; answers the body. */
  must(method: string, path: string, body?: unknown): Promise<Json>;
}

export interface NewKeyOptions {
  readonly mode?: Mode;
  readonly scopes?: readonly Scope[];
  readonly expires_at_ms?: number;
  /** Id of the till; the first one unless told. */
  readonly till?: string;
}

export interface TestMerchant {
  readonly locator: string;
  /** Locator and the mode of the tills. */
  readonly tenant: Tenant;
  readonly location: string;
  readonly till: TestTill;
  readonly otherLocation: string;
  /** A till with a key of its own at the second location. */
  readonly otherTill: TestTill;
  /** The id codec of this merchant and mode. */
  readonly ids: IdCodec;
  /** Acting as the platform on the merchant's behalf. */
  readonly owner: ServiceContext;
  /** Another key; seen at once. */
  newKey(options?: NewKeyOptions): Promise<TestTill & { readonly keyId: string }>;
  revoke(keyId: string): Promise<void>;
  /** A till at a location of its own in another country. */
  abroad(country: string, timezone: string): Promise<TestTill>;
  /** Publishes the next version of the programme and moves the test clock past its effective date. */
  changeProgram(program: object): Promise<void>;
  /** Moves the test clock ahead of what it says now. */
  wait(ms: number): Promise<void>;
  /** Lets the Worker forget what it has cached of this merchant. */
  forget(): void;
}

export interface MerchantOptions {
  readonly mode?: Mode;
  readonly scopes?: readonly Scope[];
  readonly program?: object;
  readonly items?: readonly object[];
  /** Whether a sale without a member waits to be claimed. */
  readonly claims?: boolean;
}

/** A merchant of its own for one test, made as an owner would make it; all scopes but backfill unless told. */
export async function createTestMerchant(options: MerchantOptions = {}): Promise<TestMerchant> {
  const { mode = "test", scopes = ALL_BUT_BACKFILL, program = cafeProgram, items = [], claims = false } = options;
  const keys = [{ name: "key", mode, scopes }];
  const location = (name: string) => ({ name, tills: [{ name: "till", keys }] });
  const request = new Request("http://stempel.test/dev/demo", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      name: "Café De Hoek",
      country: "NL",
      currency: "EUR",
      timezone: "Europe/Amsterdam",
      locale: "nl",
      claims,
      program,
      items,
      locations: [location("Dorpsstraat"), location("Station")],
    }),
  });
  const answer = await sendRaw(request);
  if (answer.status !== 201) throw new Error(`no merchant was made: ${await answer.text()}`);
  const made: MadeDemo = await answer.json();
  const [first, second] = made.locations.map((place) => place.tills[0]);
  if (first?.keys[0] === undefined || second?.keys[0] === undefined) throw new Error("the merchant has no tills");
  const till = testTill(first.id, first.keys[0].secret);
  const tenant = { mode, merchant: made.locator };
  const owner: ServiceContext = {
    tenant: tenantOpener(env)(made.locator),
    actor: { kind: "system", job: "test" },
    request_id: "req_test",
    ports: servicePorts(env),
  };
  const forget = () => {
    forgetConfig({ mode: "live", merchant: made.locator });
    forgetConfig({ mode: "test", merchant: made.locator });
  };
  const newKey = async (wanted: NewKeyOptions = {}) => {
    const { till: at = first.id, expires_at_ms = null } = wanted;
    const input = { till: at, mode: wanted.mode ?? mode, scopes: [...(wanted.scopes ?? scopes)], expires_at_ms };
    const { key, secret } = done(await createKey({ ctx: owner, input }));
    forget();
    return { ...testTill(at, secret), keyId: key.id };
  };
  let offset_ms = 0;
  const wait = async (ms: number) => {
    offset_ms += ms;
    await new RegistryClient(env.MERCHANT_REGISTRY, tenant).setClockOffset(offset_ms);
    forget();
  };
  return {
    locator: made.locator,
    tenant,
    location: made.locations[0]?.id ?? "",
    till,
    otherLocation: made.locations[1]?.id ?? "",
    otherTill: testTill(second.id, second.keys[0].secret),
    ids: new IdCodec(readSecrets(env).idMac, tenant),
    owner,
    newKey,
    revoke: async (keyId) => {
      done(await revokeKey({ ctx: owner, input: { id: keyId } }));
      forget();
    },
    abroad: async (country, timezone) => {
      const place = done(await createLocation({ ctx: owner, input: { name: country, country, timezone } }));
      const { id } = done(await createTill({ ctx: owner, input: { location: place.id, name: "till" } }));
      return newKey({ till: id });
    },
    changeProgram: async (next) => {
      done(await publishProgram({ ctx: owner, input: { json: JSON.stringify(next) } }));
      await wait(100_000);
    },
    wait,
    forget,
  };
}

const ALL_BUT_BACKFILL = SCOPES.filter((scope) => scope !== "backfill");

export function testTill(id: string, key: string): TestTill {
  const call: TestTill["call"] = (method, path, options) => callApi(method, path, { key, ...options });
  return {
    id,
    key,
    call,
    must: async (method, path, body) => {
      const answer = await call(method, path, body === undefined ? {} : { body });
      if (answer.status < 300) return answer.body;
      throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    },
  };
}

/** One request of the API. */
export function callApi(method: string, path: string, options: CallOptions = {}): Promise<ApiAnswer> {
  return sendApi(apiRequest(method, path, options));
}

const app = createApp();

/**
 * Sends a request through the whole Worker, without going through its entry: there every request of a file costs more than
 * the one before.
 */
export async function sendApi(request: Request): Promise<ApiAnswer> {
  const answer = await sendRaw(request);
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") === true;
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === "" ? {} : isJson ? JSON.parse(text) : { text },
  };
}

async function sendRaw(request: Request): Promise<Response> {
  const context = createExecutionContext();
  const answer = await app.fetch(request, env, context);
  await waitOnExecutionContext(context);
  return answer;
}

/** The request that {@link callApi} sends. */
export function apiRequest(method: string, path: string, options: CallOptions = {}): Request {
  const writes = method !== "GET" && method !== "HEAD";
  const idem = options.idem === undefined && writes ? crypto.randomUUID() : options.idem;
  return new Request(`http://stempel.test${path}`, {
    method,
    headers: {
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(idem === undefined || idem === null ? {} : { "idempotency-key": idem }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
  });
}

function done<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false }): Value {
  if (!result.ok) throw new Error(`a service refused: ${JSON.stringify(result)}`);
  return result.value;
}
