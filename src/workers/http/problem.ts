import type { ErrorCode } from "../../contract/error-codes.ts";

/** A field that is wrong, and what it must be. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ProblemDetails {
  /** What happened here and what to do; the code's own help when absent. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** Methods that the path has, for `method_not_allowed`. */
  readonly allow?: string;
  /** The stored refusal of an earlier request under the same key. */
  readonly replayed?: boolean;
}

/** Ends a request with a problem answer. Thrown only in the HTTP layer; everything below returns refusals as values. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ErrorCode;
  readonly details: ProblemDetails;

  constructor(code: ErrorCode, details: ProblemDetails = {}) {
    super(details.detail ?? code);
    this.code = code;
    this.details = details;
  }
}

/** The request is refused for these fields; the first of them is named in the detail too. */
export function validationProblem(errors: readonly FieldError[]): ProblemError {
  const [first] = errors;
  if (first === undefined) return new ProblemError("validation_failed");
  const where = first.path === "" ? "The body" : first.path;
  const more = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`;
  return new ProblemError("validation_failed", { detail: `${where}: ${first.message}${more}`, errors });
}
