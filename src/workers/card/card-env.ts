import type { SecureHeadersVariables } from "hono/secure-headers";
import type { AppEnv } from "../hono-env.ts";

/** What handlers of the member's pages find on the context. */
export interface CardEnv {
  Bindings: Env;
  Variables: AppEnv["Variables"] & SecureHeadersVariables;
}
