import fc from "fast-check";
import { z } from "zod";
import { asObject, type Json, type JsonObject } from "../../../src/workers/reference/json-schema.ts";
import { resolved } from "./document.ts";

/** Texts that have broken somebody's software before. */
const ODD_TEXTS = [
  "",
  " ",
  "\u0000",
  "a\tb\r\nX-Evil: 1",
  "\u007f\u0085\u2028",
  "💶👩‍👩‍👧‍👦",
  "\ud83d",
  "\udc36\ud83d",
  "\u202e\ufeff\u200b",
  "ﷺ".repeat(300),
  "a".repeat(10_000),
  "💶".repeat(127),
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "null",
  "NaN",
  "1e309",
  "-0",
  "٣",
  "+31612345678901234567890",
  "@",
  "a@b",
  "'; DROP TABLE members;--",
  "../../etc/passwd",
  "%00%ff%E0%A4",
  "1.c1.aaaaaaaa.mpbffy96dbrqnwne.1.ecm1axpqd7y7hfkx",
  "0001000000000001",
  "item:",
  "9999-12-31T23:59:59Z",
  "0000-01-01T00:00:00Z",
  "2026-02-30",
];
const ODD_NUMBERS = [0, -0, -1, 1, 0.1, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e15, 1e21, 5e-324];

/** Names that a plain object already has, and one that no schema knows. */
export const oddKey = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "", "extra", "💶");

export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);

/** Anything but what the schema says. */
export const junk: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: oddText },
  { weight: 2, arbitrary: fc.constantFrom<Json>(...ODD_NUMBERS) },
  { weight: 1, arbitrary: fc.constantFrom<Json>(null, true, false, [], {}, [[]], { a: null }, [null]) },
  { weight: 1, arbitrary: fc.tuple(oddKey, oddText).map((pair): Json => Object.fromEntries([pair])) },
);

/** Values that mean something to the world, by the name of the field. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** A value that a schema allows, as far as JSON Schema can say so; a field that names something often names what is there. */
export function valueOf(schema: JsonObject, known: Known, name = ""): fc.Arbitrary<Json> {
  const node = resolved(schema);
  const places = known[name] ?? [];
  const made = madeBy(node, known, name);
  if (places.length === 0 || node["type"] !== "string") return made;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom<Json>(...places) }, { weight: 1, arbitrary: made });
}

function madeBy(node: JsonObject, known: Known, name: string): fc.Arbitrary<Json> {
  if (node["const"] !== undefined) return fc.constant(node["const"]);
  const { enum: choices } = node;
  if (Array.isArray(choices)) return fc.constantFrom<Json>(...choices);
  const branches = node["anyOf"] ?? node["oneOf"];
  if (Array.isArray(branches)) return fc.oneof(...branches.map((branch) => valueOf(asObject(branch), known, name)));
  switch (node["type"]) {
    case "string":
      return textOf(node);
    case "integer":
      return fc.integer({ min: bound(node["minimum"], -1000), max: bound(node["maximum"], 1_000_000) });
    case "number":
      return fc.double({ min: bound(node["minimum"], -1000), max: bound(node["maximum"], 1000), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return listOf(node, known, name);
    default:
      return objectOf(node, known);
  }
}

const size = z.number().optional().catch(undefined);

function bound(value: Json | undefined, otherwise: number): number {
  return size.parse(value) ?? otherwise;
}

function textOf({ format, pattern, minLength, maxLength }: JsonObject): fc.Arbitrary<Json> {
  if (format === "date-time") return instant.map((ms) => new Date(ms).toISOString());
  if (format === "date") return instant.map((ms) => new Date(ms).toISOString().slice(0, 10));
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern));
  const [min, max] = [bound(minLength, 0), bound(maxLength, 60)];
  const usual = fc.string({ unit: "grapheme", minLength: min, maxLength: Math.max(min, Math.min(max, 20)) });
  return fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: fc.constant("x".repeat(max)) });
}

const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });

function listOf({ items, minItems }: JsonObject, known: Known, name: string): fc.Arbitrary<Json> {
  const item = items === undefined ? junk : valueOf(asObject(items), known, name);
  return fc.array(item, { minLength: bound(minItems, 0), maxLength: bound(minItems, 0) + 3 });
}

function objectOf(node: JsonObject, known: Known): fc.Arbitrary<Json> {
  const { properties, required, additionalProperties } = node;
  const fields = Object.entries(asObject(properties ?? {}));
  if (fields.length === 0) {
    const value = isObject(additionalProperties) ? valueOf(additionalProperties, known) : junk;
    return fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }), value, { maxKeys: 3 });
  }
  const model = Object.fromEntries(fields.map(([name, field]) => [name, valueOf(asObject(field), known, name)]));
  const needed = z.array(z.string()).parse(required ?? []);
  const whole: fc.Arbitrary<Json> = fc.record(model, { requiredKeys: needed });
  if (needed.length > 0) return whole;
  // Where nothing is required, often exactly one of the ways is wanted.
  const single = Object.entries(model).map(([name, value]) => value.map((one): Json => ({ [name]: one })));
  return fc.oneof({ weight: 2, arbitrary: fc.oneof(...single) }, { weight: 1, arbitrary: whole });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One thing done to a value, somewhere in it. */
export type Mutation = z.infer<typeof mutationShape>;
const mutationShape = z.object({
  kind: z.enum(["replace", "drop", "extra", "many"]),
  at: z.int(),
  key: z.string(),
  value: z.json(),
});

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("replace", "replace", "replace", "drop", "extra", "many"),
  at: fc.nat({ max: 1000 }),
  key: oddKey,
  value: junk,
});

/** The value with one thing done to it. */
export function mutate(value: Json, { kind, at, key, value: other }: Mutation): Json {
  const places = placesIn(value);
  const place = places[at % places.length] ?? [];
  return (
    edit(value, place, (old) => {
      if (kind === "drop") return undefined;
      if (kind === "extra" && isObject(old)) return Object.fromEntries([...Object.entries(old), [key, other]]);
      if (kind === "many") return Array.from({ length: 501 }, () => (Array.isArray(old) ? (old[0] ?? other) : old));
      return other;
    }) ?? null
  );
}

type Place = readonly (string | number)[];

function placesIn(value: Json, here: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [here];
  const below = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [here, ...below.flatMap(([key, child]) => placesIn(child, [...here, key]))];
}

function edit(value: Json, [first, ...rest]: Place, change: (old: Json) => Json | undefined): Json | undefined {
  if (first === undefined) return change(value);
  if (typeof value !== "object" || value === null) return value;
  const changed = (key: string | number, child: Json) => (key === first ? edit(child, rest, change) : child);
  if (Array.isArray(value)) {
    return value.flatMap((child, index) => {
      const next = changed(index, child);
      return next === undefined ? [] : [next];
    });
  }
  const fields = Object.entries(value).flatMap(([key, child]) => {
    const next = changed(key, child);
    return next === undefined ? [] : [[key, next] as const];
  });
  return Object.fromEntries(fields);
}
