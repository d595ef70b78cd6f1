import { z } from "zod";
import { asObject, type Json, type JsonObject } from "../../../src/workers/reference/json-schema.ts";
import { openapiDocument } from "../../../src/workers/reference/openapi-document.ts";

/** An operation as the document describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: JsonObject }[];
  /** Schema of the body; null when it takes none. */
  readonly body: JsonObject | null;
  /** By status. */
  readonly answers: ReadonlyMap<number, DocumentedAnswer>;
}

export interface DocumentedAnswer {
  /** Content type; null for an answer without a body. */
  readonly type: string | null;
  /** Codes of a problem; none for what is none. */
  readonly codes: readonly string[];
}

const described = z.object({
  operationId: z.string(),
  parameters: z
    .array(z.object({ name: z.string().optional(), in: z.string().optional(), schema: z.json().optional() }))
    .default([]),
  requestBody: z.object({ content: z.object({ "application/json": z.object({ schema: z.json() }) }) }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      content: z.record(z.string(), z.json()).default({}),
      "x-problem-codes": z.array(z.string()).default([]),
    }),
  ),
});

const document = openapiDocument();

/** Every operation of the API. */
export const OPERATIONS: readonly Operation[] = Object.entries(asObject(document["paths"] ?? {})).flatMap(
  ([path, item]) => Object.entries(asObject(item)).map(([method, value]) => operationOf(method, path, value)),
);

function operationOf(method: string, path: string, value: Json): Operation {
  const { operationId, parameters, requestBody, responses } = described.parse(value);
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    query: parameters.flatMap(({ name, in: place, schema }) =>
      name === undefined || schema === undefined || place !== "query" ? [] : [{ name, schema: asObject(schema) }],
    ),
    body: requestBody === undefined ? null : asObject(requestBody.content["application/json"].schema),
    answers: new Map(
      Object.entries(responses).map(([status, { content, "x-problem-codes": codes }]) => [
        Number(status),
        { type: Object.keys(content)[0] ?? null, codes },
      ]),
    ),
  };
}

export function operation(id: string): Operation {
  const found = OPERATIONS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the document has no ${id}`);
  return found;
}

/** A schema, or what its reference leads to. */
export function resolved(schema: JsonObject): JsonObject {
  const { $ref } = schema;
  if (typeof $ref !== "string") return schema;
  const schemas = asObject(asObject(document["components"] ?? {})["schemas"] ?? {});
  return asObject(schemas[$ref.replace("#/components/schemas/", "")] ?? {});
}
