import { z } from "@hono/zod-openapi";
import { invariant } from "../../domain/invariant.ts";

const json = z.json();
export type Json = z.infer<typeof json>;
export interface JsonObject {
  readonly [key: string]: Json;
}

const LOCAL = "#/$defs/";
const COMPONENT = "#/components/schemas/";

/**
 * The document's schemas. zod itself turns them into JSON Schema, and not the generator that comes with the router: that
 * one writes a nullable reference as something no null can match, and forgets the bounds of a query parameter.
 */
export class SchemaBook {
  readonly #components = new Map<string, JsonObject>();

  /** What a client sends: defaults make a field optional, and a field we do not know is refused. */
  input(schema: z.ZodType): JsonObject {
    return this.#add(schema, "input", (node) => node);
  }

  /** What a client gets. Fields may be added in this version, so a client must not be told that there are no others. */
  output(schema: z.ZodType): JsonObject {
    return this.#add(schema, "output", ({ additionalProperties, ...node }) =>
      additionalProperties === undefined || additionalProperties === false ? node : { ...node, additionalProperties },
    );
  }

  get components(): JsonObject {
    return Object.fromEntries([...this.#components].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  #add(schema: z.ZodType, io: "input" | "output", finish: (node: JsonObject) => JsonObject): JsonObject {
    const generated = asObject(json.parse(z.toJSONSchema(schema, { io })));
    const { $schema: _dialect, $defs = {}, ...root } = generated;
    for (const [id, definition] of Object.entries(asObject($defs))) {
      const component = tidy(definition, finish);
      const known = this.#components.get(id);
      const same = known === undefined || JSON.stringify(known) === JSON.stringify(component);
      invariant(same, `${id} is one thing when sent and another when answered: give them two ids`);
      this.#components.set(id, component);
    }
    return tidy(root, finish);
  }
}

/** One schema and all below it, in the words of OpenAPI 3.1. */
function tidy(schema: Json, finish: (node: JsonObject) => JsonObject): JsonObject {
  const { example, $ref, ...rest } = asObject(schema);
  const node = Object.fromEntries(
    Object.entries(rest)
      .filter(([key, value]) => !isNoise(key, value, rest))
      .map(([key, value]) => [key, below(key, value, (child) => tidy(child, finish))]),
  );
  return finish({
    ...(typeof $ref === "string" ? { $ref: $ref.replace(LOCAL, COMPONENT) } : {}),
    ...node,
    ...(example === undefined ? {} : { examples: [example] }),
  });
}

/** Applies to the schemas inside a keyword's value; other keywords keep their value. */
function below(key: string, value: Json, apply: (child: Json) => JsonObject): Json {
  if (key === "properties") {
    return Object.fromEntries(Object.entries(asObject(value)).map(([name, child]) => [name, apply(child)]));
  }
  if (Array.isArray(value) && ["anyOf", "oneOf", "allOf", "prefixItems"].includes(key)) return value.map(apply);
  const isSchema = ["items", "additionalProperties", "propertyNames"].includes(key) && typeof value === "object";
  return isSchema ? apply(value) : value;
}

/** True for what only says again what `format` or `integer` says already, in a form that nobody reads. */
function isNoise(key: string, value: Json, schema: JsonObject): boolean {
  if (key === "pattern") return schema["format"] !== undefined;
  return (key === "minimum" || key === "maximum") && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
}

export function asObject(value: Json): JsonObject {
  invariant(typeof value === "object" && value !== null && !Array.isArray(value), "not a JSON object");
  return value;
}
