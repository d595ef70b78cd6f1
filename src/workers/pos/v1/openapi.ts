import type { z } from "zod";
import { type ErrorCode, errorFacts } from "../../../contract/error-codes.ts";
import { problem } from "../../../contract/pos-v1/common.ts";

/** Codes that any call may answer. */
const ALWAYS: readonly ErrorCode[] = ["rate_limited", "unavailable", "internal"];
/** And those of every call that asks for a till's key. */
const KEYED: readonly ErrorCode[] = ["key_missing", "key_invalid", "scope_missing"];
const WITH_BODY: readonly ErrorCode[] = [
  "malformed_json",
  "unsupported_media_type",
  "body_too_large",
  "validation_failed",
];
const WITH_KEY: readonly ErrorCode[] = ["idempotency_key_missing", "idempotency_key_invalid", "idempotency_mismatch"];

/** Which groups of codes a call may answer besides its own. */
export interface CallShape {
  readonly body?: boolean;
  /** The call asks for no till's key. */
  readonly keyless?: boolean;
  readonly key?: boolean;
  readonly member?: boolean;
  readonly program?: boolean;
}

const MEMBER: readonly ErrorCode[] = ["member_unknown", "member_erased", "card_unknown", "card_blocked"];

/** A JSON answer. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body, required. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}

/** The problem answers of a call by status. The document's builder says of each code what the till should do. */
export function problems(shape: CallShape, own: readonly ErrorCode[] = []) {
  const codes = new Set([
    ...(shape.keyless === true ? [] : KEYED),
    ...ALWAYS,
    ...(shape.body === true ? WITH_BODY : (["validation_failed"] as const)),
    ...(shape.key === true ? WITH_KEY : []),
    ...(shape.member === true ? MEMBER : []),
    ...(shape.program === true ? (["program_missing"] as const) : []),
    ...own,
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorFacts(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus]
    .sort(([left], [right]) => left - right)
    .map(([status, list]) => [
      String(status),
      {
        description: list.join(", "),
        content: { "application/problem+json": { schema: problem } },
        [PROBLEM_CODES]: list,
      },
    ]);
  // Typed as nothing: handlers return what succeeds, and problems leave by the error handler.
  const responses: Record<never, never> = Object.fromEntries(entries);
  return responses;
}

/** On a problem answer: the codes it may carry. */
export const PROBLEM_CODES = "x-problem-codes";

/** What every write adds to its operation; the document's builder turns it into the Idempotency-Key header. */
export const WRITES = { "x-idempotent": true } as const;
