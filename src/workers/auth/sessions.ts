import { isAPIError } from "better-auth/api";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { SignedInUser } from "../services/session/context.ts";
import type { Auth } from "./auth.ts";

/** A user as the login library keeps them. */
export interface LoginUser extends SignedInUser {
  readonly created_at_ms: number;
}

/** A signed-in browser, without its token. */
export interface LoginSession {
  readonly id: string;
  readonly user_agent: string | null;
  readonly created_at_ms: number;
  /** The library notes a use once a day. */
  readonly last_used_at_ms: number;
  readonly expires_at_ms: number;
}

/** Who asks, and in which session. */
export interface SignedIn {
  readonly user: LoginUser;
  readonly session: LoginSession;
  /** Cookies to set: the library prolongs a session that is used. */
  readonly cookies: readonly string[];
}

/** Cookies to set after signing in or out. */
export interface NewCookies {
  readonly user: LoginUser;
  readonly cookies: readonly string[];
}

interface StoredUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
}

interface StoredSession {
  readonly id: string;
  readonly token: string;
  readonly userAgent?: string | null | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}

/** The session of a request's cookie; null when there is none, or none any more. */
export async function currentSession(auth: Auth, headers: Headers): Promise<SignedIn | null> {
  const { response, headers: answered } = await auth.api.getSession({ headers, returnHeaders: true });
  if (response === null) return null;
  return { user: toUser(response.user), session: toSession(response.session), cookies: answered.getSetCookie() };
}

/** Makes a code; it is stored keyed and mailed by the caller. */
export function makeCode(auth: Auth, email: string): Promise<string> {
  return auth.api.createVerificationOTP({ body: { email, type: "sign-in" } });
}

/** Opens a session with a code. Whoever is new becomes a user by it: the mailbox is proved. */
export async function signInWithCode(
  auth: Auth,
  headers: Headers,
  { email, code, name }: { readonly email: string; readonly code: string; readonly name: string | undefined },
): Promise<Result<NewCookies, "code_invalid">> {
  try {
    const body = { email, otp: code, ...(name === undefined ? {} : { name }) };
    const { response, headers: answered } = await auth.api.signInEmailOTP({ body, headers, returnHeaders: true });
    return ok({ user: toUser(response.user), cookies: answered.getSetCookie() });
  } catch (error) {
    if (isAPIError(error) && error.statusCode < 500) return fail("code_invalid");
    throw error;
  }
}

/** The open sessions of whoever asks, newest first. */
export async function listSessions(auth: Auth, headers: Headers): Promise<readonly LoginSession[]> {
  const sessions = await auth.api.listSessions({ headers });
  return sessions.map(toSession).toSorted((left, right) => right.created_at_ms - left.created_at_ms);
}

/** Ends one of one's own sessions at once; false when there is none with this id. */
export async function endSession(auth: Auth, headers: Headers, id: string): Promise<boolean> {
  const sessions = await auth.api.listSessions({ headers });
  const found = sessions.find((session) => session.id === id);
  if (found === undefined) return false;
  await auth.api.revokeSession({ headers, body: { token: found.token } });
  return true;
}

/** Ends all of one's sessions but this one; answers how many there were. */
export async function endOtherSessions(auth: Auth, headers: Headers): Promise<number> {
  const sessions = await auth.api.listSessions({ headers });
  await auth.api.revokeOtherSessions({ headers });
  return sessions.length - 1;
}

/** Ends this session; answers the cookies that clear it. */
export async function signOut(auth: Auth, headers: Headers): Promise<readonly string[]> {
  const { headers: answered } = await auth.api.signOut({ headers, returnHeaders: true });
  return answered.getSetCookie();
}

export function toUser({ id, email, name, createdAt }: StoredUser): LoginUser {
  return { id, email, name, created_at_ms: createdAt.getTime() };
}

function toSession(stored: StoredSession): LoginSession {
  return {
    id: stored.id,
    user_agent: stored.userAgent === undefined || stored.userAgent === "" ? null : stored.userAgent,
    created_at_ms: stored.createdAt.getTime(),
    last_used_at_ms: stored.updatedAt.getTime(),
    expires_at_ms: stored.expiresAt.getTime(),
  };
}
