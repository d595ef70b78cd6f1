import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { type ErrorCode, errorFacts } from "../../contract/error-codes.ts";
import type { Problem } from "../../contract/pos-v1/common.ts";
import { ObjectUnavailableError } from "../../durable/shared/call.ts";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "./problem.ts";

/** The only place that turns what went wrong into an answer. */
export function onError(error: Error, c: Context<AppEnv>): Response {
  if (error instanceof ProblemError) return problemResponse(c, error);
  if (error instanceof ObjectUnavailableError) {
    return problemResponse(c, new ProblemError("unavailable", { retryAfterSeconds: error.retryAfterSeconds }));
  }
  if (error instanceof HTTPException && error.status < 500) return problemResponse(c, fromHttpException(error));
  console.error(
    JSON.stringify({ level: "error", request_id: c.var.requestId, message: error.message, stack: error.stack }),
  );
  return problemResponse(c, new ProblemError("internal"));
}

export function onNotFound(c: Context<AppEnv>): Response {
  return problemResponse(c, new ProblemError("route_not_found", { detail: `There is no ${c.req.path}.` }));
}

/** A problem as the wire has it. */
export function problemBody({ code, details }: ProblemError, request_id: string): Problem {
  const facts = errorFacts(code);
  return {
    type: `/docs#${code}`,
    title: facts.title,
    status: facts.status,
    code,
    detail: details.detail ?? facts.help,
    retryable: facts.retryable,
    request_id,
    ...(details.errors === undefined ? {} : { errors: [...details.errors] }),
  };
}

export function problemResponse(c: Context<AppEnv>, problem: ProblemError): Response {
  const { code, details } = problem;
  const facts = errorFacts(code);
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (details.retryAfterSeconds !== undefined) headers.set("retry-after", String(details.retryAfterSeconds));
  if (details.allow !== undefined) headers.set("allow", details.allow);
  if (details.replayed === true) headers.set("idempotency-replayed", "true");
  if (facts.status === 401) headers.set("www-authenticate", "Bearer");
  return c.body(JSON.stringify(problemBody(problem, c.var.requestId)), facts.status, Object.fromEntries(headers));
}

/** Hono's own refusals: what its validators and body reader throw. */
function fromHttpException(error: HTTPException): ProblemError {
  const codes: Readonly<Record<number, ErrorCode>> = {
    400: "malformed_json",
    413: "body_too_large",
    415: "unsupported_media_type",
  };
  return new ProblemError(codes[error.status] ?? "validation_failed");
}
