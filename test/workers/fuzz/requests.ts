import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/workers/reference/json-schema.ts";
import { asObject } from "../../../src/workers/reference/json-schema.ts";
import { SYNC_CALLS } from "../../../src/contract/pos-v1/sync.ts";
import { type Operation, operation } from "./document.ts";
import { junk, type Known, type Mutation, mutate, mutation, oddKey, oddText, valueOf } from "./values.ts";

/** A request that is not made yet: what it does to one that succeeds, or how it is made up. */
export interface Draft {
  /** Null begins with a request that succeeds. */
  readonly made: { readonly path: string; readonly body: Json } | null;
  readonly mutations: readonly Mutation[];
  readonly packing: Packing;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly credential: Credential;
  readonly idem: string | null;
  readonly headers: Readonly<Record<string, string>>;
}
type Packing = "json" | "cut_off" | "empty" | "too_large" | "marked";
/** Whose key is shown. */
export type Credential = "own" | "weak" | "foreign" | "revoked" | "none" | "forged" | "malformed";

export interface BuiltRequest {
  readonly path: string;
  /** Undefined sends none. */
  readonly body: string | undefined;
}

/** The Idempotency-Key that requests share, so that some find it used. */
const SHARED_KEY = "shared";

/** Requests of one operation: about half as they should be, and about half with something wrong somewhere. */
export function draftsOf(target: Operation, known: Known): fc.Arbitrary<Draft> {
  return fc.record<Draft>({
    made: fc.option(fc.record({ path: pathOf(target, known), body: bodyOf(target, known) }), { freq: 2 }),
    mutations: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
    ),
    packing: fc.oneof(
      { weight: 20, arbitrary: fc.constant("json" as const) },
      { weight: 1, arbitrary: fc.constantFrom("cut_off", "empty", "too_large", "marked") },
    ),
    query: fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: queryOf(target, known) }),
    credential: fc.oneof(
      { weight: 14, arbitrary: fc.constant("own" as const) },
      { weight: 1, arbitrary: fc.constantFrom("weak", "foreign", "revoked", "none", "forged", "malformed") },
    ),
    idem: fc.oneof(
      { weight: 12, arbitrary: fc.uuid() },
      {
        weight: 1,
        arbitrary: fc.constantFrom(null, "", SHARED_KEY, SHARED_KEY, "two words", "\u0009", "k".repeat(256)),
      },
    ),
    headers: fc.oneof(
      { weight: 14, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_HEADERS) },
    ),
  });
}

const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { "content-type": "text/plain" },
  { "content-type": "" },
  { "content-type": "application/json; charset=utf-16" },
  { "content-type": "multipart/form-data" },
  { accept: "text/html" },
  { "accept-language": "xx, *;q=0, ;;" },
  { "x-request-id": "mine" },
  { origin: "https://evil.example" },
  { "content-encoding": "gzip" },
];

function pathOf({ path }: Operation, known: Known): fc.Arbitrary<string> {
  const ids = (known["id"] ?? []).map(encodeURIComponent);
  const forged = fc.constantFrom(...ids).map((id) => id.slice(0, -1) + (id.endsWith("0") ? "1" : "0"));
  const odd = oddText.map((text) => encodeURIComponent(text.toWellFormed())).filter(isSegment);
  const segment = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: forged },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: fc.constantFrom("%E0%A4", "%", "%2F", "%00", ";a=b", "mem_", "x".repeat(2000)) },
  );
  return segment.map((id) => path.replaceAll("{id}", () => id));
}

/** An empty one, or one that a URL resolves, would lead to another operation. */
function isSegment(text: string): boolean {
  return text !== "" && text !== "." && text !== "..";
}

function queryOf({ query }: Operation, known: Known): fc.Arbitrary<Draft["query"]> {
  const fields = query.map(({ name, schema }) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof(
        { weight: 3, arbitrary: valueOf(schema, known, name).map(asText) },
        { weight: 1, arbitrary: junk.map(asText) },
      ),
    ),
  );
  const unknown = fc.tuple(oddKey, oddText.map(asText));
  return fields.length === 0
    ? fc.array(unknown, { maxLength: 1 })
    : fc.array(fc.oneof({ weight: 9, arbitrary: fc.oneof(...fields) }, { weight: 1, arbitrary: unknown }), {
        minLength: 1,
        maxLength: 3,
      });
}

function asText(value: Json): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
}

function bodyOf({ id, body }: Operation, known: Known): fc.Arbitrary<Json> {
  if (id === "sync") return batchOf(known);
  return body === null ? fc.constant(null) : valueOf(body, known);
}

/** A batch whose items are calls as their own operations take them. */
function batchOf(known: Known): fc.Arbitrary<Json> {
  const item = fc.constantFrom(...SYNC_CALLS).chain((call) => {
    const schema: JsonObject = operation(call).body ?? {};
    const body = fc.oneof(
      valueOf(schema, known),
      fc.tuple(valueOf(schema, known), mutation).map(([value, change]) => mutate(value, change)),
    );
    const id =
      call.endsWith("Redemption") && call !== "createRedemption" ? { id: fc.constantFrom(...(known["id"] ?? [])) } : {};
    return fc.record<Record<string, Json>>({
      call: fc.constant(call),
      key: fc.uuid(),
      ...(operation(call).body === null ? {} : { body }),
      ...id,
    });
  });
  return fc.array(item, { minLength: 1, maxLength: 6 }).map((items) => ({ items }));
}

/** What goes over the wire. */
export function build(
  draft: Draft,
  target: Operation,
  succeeds: { readonly path: string; readonly body?: unknown },
): BuiltRequest {
  const path = draft.made?.path ?? succeeds.path;
  const search = new URLSearchParams(draft.query.map(([name, value]) => [name, value])).toString();
  const whole = search === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${search}`;
  const start = draft.made === null ? asJson(succeeds.body) : draft.made.body;
  if (target.body === null) return { path: whole, body: undefined };
  const body = draft.mutations.reduce(mutate, start);
  return { path: whole, body: pack(JSON.stringify(body), draft.packing) };
}

function asJson(value: unknown): Json {
  return value === undefined ? null : (asObject({ value: JSON.parse(JSON.stringify(value)) })["value"] ?? null);
}

function pack(text: string, packing: Packing): string {
  if (packing === "cut_off") return text.slice(0, -1);
  if (packing === "empty") return "";
  if (packing === "too_large") return text + " ".repeat(1_100_000);
  return packing === "marked" ? `\ufeff${text}` : text;
}
