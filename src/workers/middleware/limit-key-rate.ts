import { createMiddleware } from "hono/factory";
import { isWithinRate } from "../edge/rate-limit.ts";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

/** What one key may ask in a Cloudflare location; the same numbers stand in wrangler.toml, and a test compares them. */
export const KEY_RATE = { requests: 500, seconds: 10 } as const;

/** Bounds what one key may ask, so that a till gone wild does not spoil the day for others. */
export const limitKeyRate = createMiddleware<AppEnv>(async (c, next) => {
  const { tenant, parts } = c.var.pos;
  if (!(await isWithinRate(c.env, c.env.POS_RATE, `${tenant.mode}:${tenant.merchant}:${parts.key.id}`))) {
    throw new ProblemError("rate_limited", {
      detail: `A key may ask ${KEY_RATE.requests} times in ${KEY_RATE.seconds} seconds.`,
      retryAfterSeconds: KEY_RATE.seconds,
    });
  }
  await next();
});
