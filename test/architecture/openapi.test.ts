import { z } from "@hono/zod-openapi";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { ERROR_CODES, errorFacts, type ErrorCode } from "../../src/contract/error-codes.ts";
import { ProblemError } from "../../src/workers/http/problem.ts";
import { createPosApp } from "../../src/workers/pos/v1/app.ts";
import { TILL_ACTIONS } from "../../src/workers/reference/guide.ts";
import { asObject, type Json, type JsonObject } from "../../src/workers/reference/json-schema.ts";
import { openapiDocument } from "../../src/workers/reference/openapi-document.ts";

const root = join(import.meta.dirname, "../..");
const document = openapiDocument();
const ajv = addFormats
  .default(new Ajv2020({ strict: false, allErrors: true }))
  .addSchema({ ...document }, "openapi.json");

interface Operation {
  readonly name: string;
  readonly pointer: string;
  readonly value: JsonObject;
}

const operations: readonly Operation[] = Object.entries(asObject(document["paths"] ?? {})).flatMap(([path, item]) =>
  Object.entries(asObject(item)).map(([method, value]) => ({
    name: `${method} ${path}`,
    pointer: `/paths/${escapePointer(path)}/${method}`,
    value: asObject(value),
  })),
);

/** A JSON body somewhere in the document. */
interface Body {
  readonly where: string;
  readonly pointer: string;
  readonly examples: readonly Json[];
}

const bodies: readonly Body[] = operations.flatMap(({ name, pointer, value }) => [
  ...bodiesOf(`${name} request`, `${pointer}/requestBody`, value["requestBody"]),
  ...Object.entries(asObject(value["responses"] ?? {})).flatMap(([status, response]) =>
    bodiesOf(`${name} ${status}`, `${pointer}/responses/${status}`, response),
  ),
]);

function bodiesOf(where: string, pointer: string, holder: Json | undefined): Body[] {
  const content = holder === undefined ? undefined : asObject(holder)["content"];
  return Object.entries(asObject(content ?? {})).map(([type, media]) => ({
    where,
    pointer: `${pointer}/content/${escapePointer(type)}`,
    examples: Object.values(asObject(asObject(media)["examples"] ?? {})).map(
      (example) => asObject(resolved(example))["value"] ?? null,
    ),
  }));
}

/** What a `$ref` within the document leads to. */
function resolved(node: Json): Json {
  const { $ref } = asObject(node);
  if (typeof $ref !== "string") return node;
  return $ref
    .slice(2)
    .split("/")
    .reduce<Json>((value, part) => asObject(value)[part] ?? null, document);
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** What is wrong with a value, judged by the schema at a place of the document. */
function complaints(pointer: string, value: Json): string[] {
  const validate = ajv.compile({ $ref: `openapi.json#${encodeURI(pointer)}` });
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        (error: { readonly instancePath: string; readonly message?: string }) =>
          `${error.instancePath} ${error.message ?? ""}`,
      );
}

function escapePointer(text: string): string {
  return text.replaceAll("~", "~0").replaceAll("/", "~1");
}

describe("the OpenAPI document", () => {
  test("names the routes of the API, and no other", () => {
    const routes = createPosApp()
      .routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);

    expect(new Set(operations.map(({ name }) => name))).toEqual(new Set(routes));
  });

  test("describes every operation, parameter and field", () => {
    const mute = [...fieldsWithoutWords(asObject(document["components"] ?? {})["schemas"] ?? {})];
    for (const { name, value } of operations) {
      if (value["summary"] === "" || value["description"] === "") mute.push(name);
      for (const parameter of z.array(z.json()).parse(value["parameters"] ?? [])) {
        const { name: field, description } = asObject(resolved(parameter));
        if (typeof description !== "string" || description === "") mute.push(`${name} ${textOf(field)}`);
      }
    }

    expect(mute).toEqual([]);
  });

  test("puts every operation in a chapter that it introduces", () => {
    const chapters = z.array(z.object({ name: z.string() })).parse(document["tags"]);
    const used = operations.flatMap(({ value }) => z.array(z.string()).parse(value["tags"]));

    expect(new Set(used)).toEqual(new Set(chapters.map(({ name }) => name)));
  });

  test.each(bodies.map((body) => [body.where, body] as const))("shows true examples: %s", (_where, body) => {
    expect(body.examples.length).toBeGreaterThan(0);
    for (const example of body.examples) expect(complaints(`${body.pointer}/schema`, example)).toEqual([]);
  });

  test("would notice an example that is not true", () => {
    const pointer = "/paths/~1v1~1sales/post/requestBody/content/application~1json/schema";
    const sale = { receipt: "1", total: { amount: 12.5, currency: "EUR" } };

    expect(complaints(pointer, sale)).toEqual(["/total/amount must be integer"]);
    expect(complaints(pointer, { ...sale, total: { amount: 1, currency: "EUR" }, tip: 1 })).toHaveLength(1);
  });

  test("shows true examples of single fields", () => {
    const untrue = [...examplesOfFields(document, "")].flatMap(({ pointer, example }) =>
      complaints(pointer, example).map((complaint) => `${pointer} ${complaint}`),
    );

    expect(untrue).toEqual([]);
  });

  test("lets answers grow, and requests not", () => {
    const closed = new Set(reachable(bodies.filter(({ where }) => where.endsWith("request"))));
    const open = new Set(reachable(bodies.filter(({ where }) => !where.endsWith("request"))));

    expect([...open].filter((pointer) => asObject(at(pointer))["additionalProperties"] === false)).toEqual([]);
    const inputs = [...closed]
      .map((pointer) => asObject(at(pointer)))
      .filter(({ properties }) => properties !== undefined);
    expect(inputs.length).toBeGreaterThan(0);
    for (const input of inputs) expect(input["additionalProperties"]).toBeDefined();
  });
});

describe("error codes", () => {
  const problemCodes = (value: JsonObject) =>
    Object.values(asObject(value["responses"] ?? {})).flatMap((response) => {
      const { description, ["x-problem-codes"]: codes } = asObject(response);
      return z
        .array(z.string())
        .parse(codes ?? [])
        .map((code) => ({ code, description: textOf(description) }));
    });

  test("are all in the document, as far as the API answers them", () => {
    const listed = operations.flatMap(({ value }) => problemCodes(value).map(({ code }) => code));
    const told = textOf(asObject(document["info"] ?? {})["description"]);
    const answered = codesInSource(["src/workers/pos/**/*.ts", "src/workers/http/*.ts"]);
    const missing = answered.filter((code) => !listed.includes(code) && !told.includes(`\`${code}\``));

    expect(answered).toContain("insufficient_balance");
    expect(missing).toEqual([]);
  });

  test("say what the till should do, wherever they are listed", () => {
    for (const { value } of operations) {
      for (const { code, description } of problemCodes(value)) {
        expect(Object.keys(ERROR_CODES)).toContain(code);
        const facts = Object.entries(ERROR_CODES).find(([name]) => name === code)?.[1];
        const line = description.split("\n").find((text) => text.includes(`\`${code}\``));
        expect(line).toContain(facts === undefined ? "" : TILL_ACTIONS[facts.till].label);
      }
    }
  });

  test("cannot be answered unless they are in the table", () => {
    const known: ErrorCode = "unavailable";
    // @ts-expect-error: the type of a code is the table's keys
    const unknown = new ProblemError("no_such_code");

    expect(errorFacts(known).retryable).toBe(true);
    expect(Object.keys(ERROR_CODES)).not.toContain(unknown.code);
  });
});

/** Codes of the table that the source names as texts. */
function codesInSource(globs: readonly string[]): string[] {
  const sources = globs.flatMap((glob) =>
    globSync(glob, { cwd: root }).map((path) => readFileSync(join(root, path), "utf8")),
  );
  const texts = new Set(sources.flatMap((source) => [...source.matchAll(/"([a-z_]+)"/g)].map(([, text]) => text)));
  return Object.keys(ERROR_CODES).filter((code) => texts.has(code));
}

test("Idempotency-Key stands on the writes and nowhere else", () => {
  const marked = createPosApp().openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === "route" && "x-idempotent" in definition.route
      ? [`${definition.route.method} ${definition.route.path}`]
      : [],
  );
  const asking = operations.filter(({ value }) =>
    JSON.stringify(value["parameters"] ?? []).includes("/IdempotencyKey"),
  );

  expect(asking.map(({ name }) => name).sort()).toEqual(marked.sort());
  for (const { value } of asking) {
    const [[, success] = ["", {}]] = Object.entries(asObject(value["responses"] ?? {}));
    expect(Object.keys(asObject(asObject(success)["headers"] ?? {}))).toContain("Idempotency-Replayed");
  }
});

/** Properties with neither a description of their own nor one where their `$ref` leads. */
function* fieldsWithoutWords(node: Json, path = ""): Generator<string> {
  if (Array.isArray(node)) for (const child of node) yield* fieldsWithoutWords(child, path);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  const { properties, ...rest } = asObject(node);
  for (const [name, field] of Object.entries(asObject(properties ?? {}))) {
    const words = asObject(field)["description"] ?? asObject(resolved(field))["description"];
    if (typeof words !== "string" || words === "") yield `${path}.${name}`;
    yield* fieldsWithoutWords(field, `${path}.${name}`);
  }
  for (const [key, child] of Object.entries(rest)) {
    if (key !== "examples" && key !== "default") yield* fieldsWithoutWords(child, path === "" ? key : path);
  }
}

interface FieldExample {
  readonly pointer: string;
  readonly example: Json;
}

/** The `examples` of schemas; those of bodies have names and are looked at above. */
function* examplesOfFields(node: Json, pointer: string): Generator<FieldExample> {
  if (typeof node !== "object" || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (key === "examples" && Array.isArray(child)) for (const example of child) yield { pointer, example };
    else if (key !== "examples" && key !== "example")
      yield* examplesOfFields(child, `${pointer}/${escapePointer(key)}`);
  }
}

function at(pointer: string): Json {
  const parts = pointer.split("/").slice(1);
  return parts.reduce<Json>((value, part) => {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return (Array.isArray(value) ? value[Number(key)] : asObject(value)[key]) ?? null;
  }, document);
}

/** The places of all schemas that bodies are made of. */
function reachable(from: readonly Body[]): string[] {
  const seen = new Set<string>();
  const visit = (pointer: string): void => {
    const node = at(pointer);
    if (typeof node !== "object" || node === null || seen.has(pointer)) return;
    if (!Array.isArray(node)) seen.add(pointer);
    for (const [key, child] of Object.entries(node)) {
      if (key === "$ref" && typeof child === "string") visit(child.slice(1));
      else if (key !== "examples" && key !== "default") visit(`${pointer}/${escapePointer(key)}`);
    }
  };
  for (const { pointer } of from) visit(`${pointer}/schema`);
  return [...seen];
}
