import { createMiddleware } from "hono/factory";
import { createConfigId } from "../../domain/tenancy/ids.ts";
import type { AppEnv } from "../hono-env.ts";

/** Names every request, in the answer's header and in problems. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  // The POS API brings its own, for items that a batch hands through it again; under the whole app there is one already.
  if (c.get("requestId") !== undefined) return next();
  c.set("requestId", createConfigId("req", crypto.getRandomValues(new Uint8Array(10))));
  await next();
  c.header("x-request-id", c.var.requestId);
});
