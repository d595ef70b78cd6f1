import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

/** What one key may ask in a Cloudflare location; the same numbers stand in wrangler.toml, and a test compares them. */
export const KEY_RATE = { requests: 500, seconds: 10 } as const;

/**
 * Bounds what one key may ask, so that a till gone wild does not spoil the day for others. Counted by the platform near
 * where the request arrives, without a call to an object. When the counter itself fails, the sale goes on.
 */
export const limitKeyRate = createMiddleware<AppEnv>(async (c, next) => {
  if (isBounded(c.env)) {
    const { tenant, parts } = c.var.pos;
    const isWithin = await countRequest(c.env, `${tenant.mode}:${tenant.merchant}:${parts.key.id}`);
    if (!isWithin) {
      throw new ProblemError("rate_limited", {
        detail: `A key may ask ${KEY_RATE.requests} times in ${KEY_RATE.seconds} seconds.`,
        retryAfterSeconds: KEY_RATE.seconds,
      });
    }
  }
  await next();
});

/** On a developer's machine benches and replays ask as fast as they can, unless RATE_LIMITS says "on". */
function isBounded(env: Env): boolean {
  return env.ENVIRONMENT !== "local" || env.RATE_LIMITS === "on";
}

async function countRequest(env: Env, key: string): Promise<boolean> {
  try {
    const { success } = await env.POS_RATE.limit({ key });
    return success;
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_unavailable", error: String(error) }));
    return true;
  }
}
