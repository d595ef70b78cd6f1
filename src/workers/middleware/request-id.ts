import { createMiddleware } from "hono/factory";
import { createConfigId } from "../../domain/tenancy/ids.ts";
import type { AppEnv } from "../hono-env.ts";

/** Names every request, in the answer's header and in problems. */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  // A call that carries others hands each of them through the API again, as a request of its own.
  c.set("requestId", createConfigId("req", crypto.getRandomValues(new Uint8Array(10))));
  await next();
  c.header("x-request-id", c.var.requestId);
});
