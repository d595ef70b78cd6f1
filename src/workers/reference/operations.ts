import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { ERROR_CODES, type ErrorCode, errorFacts } from "../../contract/error-codes.ts";
import { invariant } from "../../domain/invariant.ts";
import type { AppEnv } from "../hono-env.ts";
import { PROBLEM_CODES } from "../pos/v1/openapi.ts";
import { EXAMPLES, type OperationExamples } from "./examples/examples.ts";
import { TILL_ACTIONS } from "./guide.ts";
import { asObject, type Json, type JsonObject, type SchemaBook } from "./json-schema.ts";

type Definition = OpenAPIHono<AppEnv>["openAPIRegistry"]["definitions"][number];
type Route = Extract<Definition, { type: "route" }>["route"];
type Response = Route["responses"][string];
type ResponseConfig = Exclude<NonNullable<Response>, { $ref: string }>;

const json = z.json();
const codeList = z.array(z.enum(Object.keys(ERROR_CODES).filter(isErrorCode)));

/** The document's paths, from the routes as the API registers them. */
export function pathsOf(app: OpenAPIHono<AppEnv>, book: SchemaBook): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const definition of app.openAPIRegistry.definitions) {
    invariant(definition.type === "route", `the API registers routes alone, not a ${definition.type}`);
    const { route } = definition;
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, book) };
  }
  return paths;
}

function operationOf(route: Route, book: SchemaBook): JsonObject {
  const { operationId = "", tags = [], summary = "", description = "" } = route;
  const examples = EXAMPLES[operationId] ?? { answers: {} };
  const idempotent = "x-idempotent" in route;
  const parameters = [
    ...(idempotent ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ...parametersOf(route, "path", book),
    ...parametersOf(route, "query", book),
  ];
  return {
    operationId,
    tags,
    summary,
    description,
    ...(route.security === undefined ? {} : { security: route.security }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestOf(route, examples, book),
    responses: Object.fromEntries(
      Object.entries(route.responses).map(([status, response]) => [
        status,
        responseOf({ status, response, examples: examples.answers[status], idempotent }, book),
      ]),
    ),
  };
}

function parametersOf(route: Route, place: "path" | "query", book: SchemaBook): Json[] {
  const fields = place === "path" ? route.request?.params : route.request?.query;
  if (!(fields instanceof z.ZodObject)) return [];
  return Object.entries(fields.shape).map(([name, field]) => {
    invariant(field instanceof z.ZodType, `${name} is no schema`);
    // What comes out of the schema: it goes in as text, whatever it is.
    const { description = "", examples, ...schema } = book.output(field);
    return {
      name,
      in: place,
      required: !field.safeParse(undefined).success,
      description,
      schema,
      ...(Array.isArray(examples) ? { example: examples[0] ?? null } : {}),
    };
  });
}

function requestOf(route: Route, { request }: OperationExamples, book: SchemaBook): JsonObject {
  const body = route.request?.body;
  if (body === undefined) return {};
  const schema = book.input(schemaOf(body.content["application/json"]));
  return { requestBody: { required: true, content: { "application/json": { schema, ...namedExamples(request) } } } };
}

interface Answer {
  readonly status: string;
  readonly response: Response;
  readonly examples: OperationExamples["answers"][string] | undefined;
  readonly idempotent: boolean;
}

function responseOf({ status, response, examples, idempotent }: Answer, book: SchemaBook): JsonObject {
  invariant(isAnswer(response), `${status} is no answer`);
  const codes = PROBLEM_CODES in response ? codeList.parse(response[PROBLEM_CODES]) : [];
  if (codes.length > 0) return problemOf(status, response, codes, idempotent, book);
  const media = response.content?.["application/json"];
  const { description = "" } = response;
  const headers = headersOf(status, idempotent, codes);
  if (media === undefined) return { description, headers };
  const schema = book.output(schemaOf(media));
  return { description, headers, content: { "application/json": { schema, ...namedExamples(examples) } } };
}

function problemOf(
  status: string,
  response: ResponseConfig,
  codes: readonly ErrorCode[],
  idempotent: boolean,
  book: SchemaBook,
): JsonObject {
  const schema = book.output(schemaOf(response.content?.["application/problem+json"]));
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return {
    description: codes.map(describeCode).join("\n"),
    headers: headersOf(status, idempotent, codes),
    content: { "application/problem+json": { schema, examples } },
    [PROBLEM_CODES]: [...codes],
  };
}

function describeCode(code: ErrorCode): string {
  const { help, till, title } = errorFacts(code);
  return `- [\`${code}\`](/docs#${code}) ${title}. ${help} **${TILL_ACTIONS[till].label}** (\`${till}\`).`;
}

function headersOf(status: string, idempotent: boolean, codes: readonly ErrorCode[]): JsonObject {
  const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
  const waits = status === "429" || status === "503" || codes.includes("sale_not_known_yet");
  // Besides what was booked, the account stores the refusals that its ledger decided.
  const mayReplay = idempotent && (Number(status) < 300 || status === "409" || status === "422");
  return {
    "X-Request-Id": header("X-Request-Id"),
    ...(mayReplay ? { "Idempotency-Replayed": header("Idempotency-Replayed") } : {}),
    ...(waits ? { "Retry-After": header("Retry-After") } : {}),
    ...(status === "401" ? { "WWW-Authenticate": header("WWW-Authenticate") } : {}),
  };
}

/** Every code that an operation names. */
export function problemCodes(paths: JsonObject): ReadonlySet<ErrorCode> {
  return new Set(
    Object.values(paths)
      .flatMap((path) => Object.values(asObject(path)))
      .flatMap((operation) => Object.values(asObject(asObject(operation)["responses"] ?? {})))
      .flatMap((response) => codeList.parse(asObject(response)[PROBLEM_CODES] ?? [])),
  );
}

/** A problem as it looks on the wire, one per code that an operation names. */
export function problemExamples(paths: JsonObject): JsonObject {
  return Object.fromEntries([...problemCodes(paths)].map((code) => [code, problemExample(code)]));
}

function problemExample(code: ErrorCode): JsonObject {
  const { status, title, help, retryable } = errorFacts(code);
  const errors = [{ path: "lines.0.amount", message: "must be whole minor units (cents)" }];
  const value = {
    type: `/docs#${code}`,
    title,
    status,
    code,
    detail: code === "validation_failed" ? "lines.0.amount: must be whole minor units (cents)" : help,
    retryable,
    request_id: "req_7h2k9m4p1q8s5t3v",
    ...(code === "validation_failed" ? { errors } : {}),
  };
  return { summary: title, value };
}

/** Missing ones are left out, and missed by a test. */
function namedExamples(bodies: Readonly<Record<string, unknown>> | undefined): JsonObject {
  if (bodies === undefined) return {};
  const examples = Object.entries(bodies).map(([summary, value]) => [
    summary.replaceAll(/\W+/g, "_"),
    { summary, value: json.parse(value) },
  ]);
  return { examples: Object.fromEntries(examples) };
}

function schemaOf(media: object | undefined): z.ZodType {
  const schema = media !== undefined && "schema" in media ? media.schema : undefined;
  invariant(schema instanceof z.ZodType, "a body has no schema");
  return schema;
}

function isAnswer(response: Response): response is ResponseConfig {
  return response !== undefined && !("$ref" in response);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
