import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import type { Scope } from "../../../src/domain/tenancy/api-key.ts";
import { SCOPES } from "../../../src/domain/tenancy/api-key.ts";
import type { Mode } from "../../../src/domain/tenancy/merchant.ts";
import type { MadeDemo } from "../../../src/workers/dev/demo-schemas.ts";
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
}

export interface TestMerchant {
  readonly locator: string;
  readonly location: string;
  readonly till: TestTill;
  /** A till with a key of its own at the second location. */
  readonly otherTill: TestTill;
}

/** A merchant of its own for one test, made as an owner would make it; all scopes but backfill unless told. */
export async function createTestMerchant(
  options: { readonly mode?: Mode; readonly scopes?: readonly Scope[]; readonly program?: object } = {},
): Promise<TestMerchant> {
  const { mode = "test", scopes = SCOPES.filter((scope) => scope !== "backfill"), program = cafeProgram } = options;
  const keys = [{ name: "key", mode, scopes }];
  const location = (name: string) => ({ name, tills: [{ name: "till", keys }] });
  const answer = await exports.default.fetch("http://stempel.test/dev/demo", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      name: "Café De Hoek",
      country: "NL",
      currency: "EUR",
      timezone: "Europe/Amsterdam",
      locale: "nl",
      program,
      locations: [location("Dorpsstraat"), location("Station")],
    }),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  const made: MadeDemo = await answer.json();
  const [first, second] = made.locations.map((place) => place.tills[0]);
  if (first?.keys[0] === undefined || second?.keys[0] === undefined) throw new Error("the merchant has no tills");
  return {
    locator: made.locator,
    location: made.locations[0]?.id ?? "",
    till: testTill(first.id, first.keys[0].secret),
    otherTill: testTill(second.id, second.keys[0].secret),
  };
}

export function testTill(id: string, key: string): TestTill {
  return { id, key, call: (method, path, options) => callApi(method, path, { key, ...options }) };
}

/** One request of the API, through the Worker's own entry. */
export async function callApi(method: string, path: string, options: CallOptions = {}): Promise<ApiAnswer> {
  const writes = method !== "GET";
  const idem = options.idem === undefined && writes ? crypto.randomUUID() : options.idem;
  const answer = await exports.default.fetch(`http://stempel.test${path}`, {
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
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === "" ? {} : JSON.parse(text) };
}
