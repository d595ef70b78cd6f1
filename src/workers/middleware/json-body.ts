import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

/** The most a POS request may hold, in bytes. */
export const BODY_BYTES_MAX = 256 * 1024;

export const limitBody = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () => {
    throw new ProblemError("body_too_large");
  },
});

/** A body must say that it is JSON; a call without a body need not. */
export const requireJson = createMiddleware<AppEnv>(async (c, next) => {
  const type = c.req.header("content-type");
  const hasBody = c.req.raw.body !== null && c.req.header("content-length") !== "0";
  if (hasBody && !/^application\/json\s*(;|$)/i.test(type ?? "")) throw new ProblemError("unsupported_media_type");
  await next();
});
