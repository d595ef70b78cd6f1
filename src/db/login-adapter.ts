import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { Database } from "./database.ts";
import { authPasskey } from "./schema/auth-passkey.ts";
import { authSession } from "./schema/auth-session.ts";
import { authUser } from "./schema/auth-user.ts";
import { authVerification } from "./schema/auth-verification.ts";

/** The login library's way to its tables. It reaches no other. */
export function loginAdapter(db: Database) {
  return drizzleAdapter(db, {
    provider: "sqlite",
    schema: { user: authUser, session: authSession, verification: authVerification, passkey: authPasskey },
  });
}
