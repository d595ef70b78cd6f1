import type { PosDesk } from "./pos/v1/desk.ts";

/** What handlers find on the context. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** `req_…`, in every answer and every log line. */
    requestId: string;
    /** Set once a POS key was accepted. */
    pos: PosDesk;
  };
}
