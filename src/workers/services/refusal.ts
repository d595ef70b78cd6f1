import type { z } from "zod";
import { fail, ok, type Result } from "../../domain/result.ts";

/** What a merchant configures and a refusal can be about. */
export type Entity =
  | "merchant"
  | "location"
  | "till"
  | "key"
  | "staff"
  | "invitation"
  | "item"
  | "program_draft"
  | "program_version";

/** One thing that is wrong with an input: where (`roles.0.location`) and what to fix. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

export interface InvalidInput {
  readonly code: "invalid_input";
  readonly issues: readonly InputIssue[];
}
export interface Forbidden {
  readonly code: "forbidden";
}
/** Unknown here; whether another merchant has it is not told. */
export interface NotFound {
  readonly code: "not_found";
  readonly what: Entity;
}
export interface LimitReached {
  readonly code: "limit_reached";
  /** `item_text`: the bytes that the texts of all items take together. */
  readonly what: Entity | "item_text";
  readonly max: number;
}
/** The merchant is suspended or closed: nothing may be changed. */
export interface MerchantInactive {
  readonly code: "merchant_inactive";
}
/** Others keep changing the same merchant; the caller may try again. */
export interface Busy {
  readonly code: "busy";
}

/** Refusals of every service that reads. */
export type ReadRefusal = InvalidInput | Forbidden | NotFound;
/** Refusals of every service that changes something. */
export type ChangeRefusal = ReadRefusal | MerchantInactive | Busy;

export const forbidden: Forbidden = { code: "forbidden" };

export function notFound(what: Entity): NotFound {
  return { code: "not_found", what };
}

/** Checks an input; on failure every issue found. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): Result<z.output<Schema>, InvalidInput> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  return fail({ code: "invalid_input", issues });
}
