import type { Auth } from "./auth/auth.ts";
import type { SignedIn } from "./auth/sessions.ts";
import type { PosDesk } from "./pos/v1/desk.ts";
import type { AcceptingContext } from "./services/invitation/accept.ts";
import type { InvitingContext } from "./services/invitation/send.ts";
import type { PairingContext } from "./services/pairing/create-code.ts";

/** What handlers find on the context. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** `req_…`, in every answer and every log line. */
    requestId: string;
    /** Set once a POS key was accepted. */
    pos: PosDesk;
    /** The login library, set up for this request. */
    auth: Auth;
    /** What signing in needs, set below /api. */
    login: AcceptingContext;
    /** Set once a session was accepted. */
    signedIn: SignedIn;
    /** The merchant that the path names, for somebody who works there. */
    desk: InvitingContext & PairingContext;
  };
}
