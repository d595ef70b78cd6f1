import { createMiddleware } from "hono/factory";
import { createConfigId } from "../../domain/tenancy/ids.ts";
import type { AppEnv } from "../hono-env.ts";

/** Names every request, in the answer's header and in problems. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  // The POS API brings its own, for items that a batch hands through it again; under the whole app there is one already.
  if (c.get("requestId") !== undefined) return next();
  const id = createConfigId("req", crypto.getRandomValues(new Uint8Array(10)));
  c.set("requestId", id);
  // Before there is an answer: a header added to one makes it anew, its body a stream. Some come ready-made, though.
  c.header("x-request-id", id);
  await next();
  if (!c.res.headers.has("x-request-id")) c.header("x-request-id", id);
});
