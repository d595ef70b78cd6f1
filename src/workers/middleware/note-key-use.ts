import { createMiddleware } from "hono/factory";
import { isUseDue, noteUse } from "../edge/key-uses.ts";
import type { AppEnv } from "../hono-env.ts";

/** Notes after the answer that a till's key is in use. */
export const noteKeyUse = createMiddleware<AppEnv>(async (c, next) => {
  const { tenant, parts } = c.var.pos;
  const at_ms = Date.now();
  if (isUseDue(parts.key.id, at_ms)) {
    const use = { tenant, key: parts.key.id, at_ms, request_id: c.var.requestId };
    c.executionCtx.waitUntil(noteUse(c.env, use));
  }
  await next();
});
