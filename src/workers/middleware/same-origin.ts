import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

const READS = ["GET", "HEAD", "OPTIONS"];

/**
 * Refuses changes that another site makes a browser send with its user's cookie. Browsers name the origin with every
 * change; what names none and no fetch site either is no browser, and carries no cookie that it was not given.
 */
export const requireSameOrigin = createMiddleware<AppEnv>(async (c, next) => {
  if (!READS.includes(c.req.method)) {
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const isOurs =
      origin === undefined ? site === undefined || site === "same-origin" : origin === ownOrigin(c.req.url);
    if (!isOurs) throw new ProblemError("origin_refused");
  }
  await next();
});

/** Scheme and host that the request came to. */
export function ownOrigin(url: string): string {
  return new URL(url).origin;
}
