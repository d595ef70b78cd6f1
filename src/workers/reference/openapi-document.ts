import { createPosApp } from "../pos/v1/app.ts";
import { INTRODUCTION, TAGS } from "./guide.ts";
import { type JsonObject, SchemaBook } from "./json-schema.ts";
import { pathsOf, problemExamples } from "./operations.ts";

/**
 * The POS API as an OpenAPI document, from the very routes and schemas that serve it. What this module loads runs on Node
 * too, because the generator of docs/openapi.json is a script there: of Durable Objects it may import types alone.
 */
export function openapiDocument(): JsonObject {
  const book = new SchemaBook();
  const paths = pathsOf(createPosApp(), book);
  return {
    openapi: "3.1.1",
    info: {
      title: "Stempel POS API",
      version: "1",
      summary: "Loyalty for tills: sales, returns, rewards and the members they belong to.",
      description: INTRODUCTION,
    },
    servers: [{ url: "/", description: "The address that serves this document." }],
    security: [{ tillKey: [] }],
    tags: TAGS.map((tag) => ({ ...tag })),
    paths,
    components: {
      securitySchemes: {
        tillKey: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "stk_live_… or stk_test_…",
          description: "The till's key. `npm start` prints one for the demo merchant.",
        },
      },
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
      headers: HEADERS,
      schemas: book.components,
      examples: problemExamples(paths),
    },
  };
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description: "Made once per request and kept for its retries, such as a UUID. The same key never books twice.",
  schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
  example: "3f0e7c1a-5f0b-4a86-9a0e-6d3c2b1f9e57",
};

const HEADERS = {
  "X-Request-Id": {
    description: "The request's name in our logs; mention it when you ask us something.",
    schema: { type: "string" },
    example: "req_7h2k9m4p1q8s5t3v",
  },
  "Idempotency-Replayed": {
    description: "`true` when this is the stored outcome of an earlier request with the same key.",
    schema: { type: "string", const: "true" },
    example: "true",
  },
  "Retry-After": {
    description: "Seconds to wait before the same request is sent again.",
    schema: { type: "integer", minimum: 1 },
    example: 1,
  },
  "WWW-Authenticate": {
    description: "How to authenticate.",
    schema: { type: "string", const: "Bearer" },
    example: "Bearer",
  },
};
