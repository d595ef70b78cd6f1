import { z } from "@hono/zod-openapi";
import { type ErrorCode, errorFacts } from "../../contract/error-codes.ts";
import { problem } from "../../contract/pos-v1/common.ts";
import { validationProblem } from "../http/problem.ts";

const ALWAYS: readonly ErrorCode[] = ["validation_failed", "unavailable", "internal"];
const SIGNED_IN: readonly ErrorCode[] = ["session_missing"];
const AT_MERCHANT: readonly ErrorCode[] = ["session_missing", "merchant_unknown", "role_missing", "resource_unknown"];
const CHANGE: readonly ErrorCode[] = [
  "origin_refused",
  "malformed_json",
  "unsupported_media_type",
  "body_too_large",
  "merchant_inactive",
];

/** Who may call, and whether it changes something. */
export interface RouteShape {
  readonly for: "everybody" | "signed_in" | "merchant";
  readonly changes?: boolean;
}

/** The problem answers of a call by status, each with its codes. */
export function problems(shape: RouteShape, own: readonly ErrorCode[] = []) {
  const codes = [
    ...ALWAYS,
    ...(shape.for === "signed_in" ? SIGNED_IN : []),
    ...(shape.for === "merchant" ? AT_MERCHANT : []),
    ...(shape.changes === true ? CHANGE : []),
    ...own,
  ];
  const byStatus = Map.groupBy(codes, (code) => errorFacts(code).status);
  const entries = [...byStatus]
    .toSorted(([left], [right]) => left - right)
    .map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${errorFacts(code).help}`).join("\n\n"),
        content: { "application/problem+json": { schema: problem } },
      },
    ]);
  // Typed as nothing: handlers return what succeeds, and problems leave by the error handler.
  const responses: Record<never, never> = Object.fromEntries(entries);
  return responses;
}

/** A JSON answer. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body, required. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}

/** The path of a merchant's own thing. */
export const merchantPath = z.object({ merchant: z.string().max(64).meta({ description: "The merchant's locator." }) });
export const thingPath = merchantPath.extend({ id: z.string().min(1).max(64) });
export const ownPath = z.object({ id: z.string().min(1).max(64) });

const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");
export const archivedQuery = z.strictObject({ archived: flag.meta({ description: "Those out of use too." }) });
export const pageQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(100),
  cursor: z.string().max(300).optional(),
});

interface Validated {
  readonly success: boolean;
  readonly error?: z.ZodError | undefined;
}

/** Turns what the schemas object to into a problem. */
export function invalidRequest(result: Validated): undefined {
  if (result.success || result.error === undefined) return undefined;
  throw validationProblem(result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })));
}
