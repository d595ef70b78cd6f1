import type { Context } from "hono";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

/**
 * The key of a write.
 *
 * @throws ProblemError `idempotency_key_missing` or `idempotency_key_invalid`
 */
export function idempotencyKey(c: Context<AppEnv>): string {
  const key = c.req.header("idempotency-key");
  if (key === undefined || key === "") throw new ProblemError("idempotency_key_missing");
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new ProblemError("idempotency_key_invalid");
  return key;
}
