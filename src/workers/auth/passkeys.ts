import { isAPIError } from "better-auth/api";
import { z } from "zod";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { Auth } from "./auth.ts";
import { type NewCookies, toUser } from "./sessions.ts";

/** A passkey as its owner sees it. */
export interface Passkey {
  readonly id: string;
  readonly name: string | null;
  readonly created_at_ms: number | null;
  readonly backed_up: boolean;
}

/** What a browser needs to make or use a passkey, and the cookie that ties its answer to this challenge. */
export interface Challenge {
  readonly options: Readonly<Record<string, unknown>>;
  readonly cookies: readonly string[];
}

type WebAuthnJson = Readonly<Record<string, unknown>>;

/** What `navigator.credentials.get` returns, as far as it must be there to be verified. */
const assertion = z.object({
  id: z.string(),
  rawId: z.string(),
  type: z.literal("public-key"),
  response: z.object({ clientDataJSON: z.string(), authenticatorData: z.string(), signature: z.string() }),
});

/** For a session of the last day: adding a passkey is adding a way in. */
export async function registrationChallenge(auth: Auth, headers: Headers): Promise<Result<Challenge, "session_stale">> {
  try {
    const { response, headers: answered } = await auth.api.generatePasskeyRegistrationOptions({
      headers,
      returnHeaders: true,
    });
    return ok({ options: { ...response }, cookies: answered.getSetCookie() });
  } catch (error) {
    if (isRefusal(error)) return fail("session_stale");
    throw error;
  }
}

export async function registerPasskey(
  auth: Auth,
  headers: Headers,
  { response, name }: { readonly response: WebAuthnJson; readonly name: string | undefined },
): Promise<Result<Passkey, "passkey_refused">> {
  try {
    const body = { response, ...(name === undefined ? {} : { name }) };
    return ok(toPasskey(await auth.api.verifyPasskeyRegistration({ headers, body })));
  } catch (error) {
    // The library reports what an authenticator did wrong as its own failure.
    if (isRefusal(error) || isAPIError(error)) return fail("passkey_refused");
    throw error;
  }
}

export async function signInChallenge(auth: Auth, headers: Headers): Promise<Challenge> {
  const { response, headers: answered } = await auth.api.generatePasskeyAuthenticationOptions({
    headers,
    returnHeaders: true,
  });
  return { options: { ...response }, cookies: answered.getSetCookie() };
}

export async function signInWithPasskey(
  auth: Auth,
  headers: Headers,
  answer: WebAuthnJson,
): Promise<Result<NewCookies, "passkey_refused">> {
  const parsed = assertion.safeParse(answer);
  if (!parsed.success) return fail("passkey_refused");
  const response = { ...parsed.data, clientExtensionResults: {} };
  try {
    const answered = await auth.api.verifyPasskeyAuthentication({ headers, body: { response }, returnHeaders: true });
    return ok({ user: toUser(answered.response.user), cookies: answered.headers.getSetCookie() });
  } catch (error) {
    if (isRefusal(error)) return fail("passkey_refused");
    throw error;
  }
}

export async function listPasskeys(auth: Auth, headers: Headers): Promise<readonly Passkey[]> {
  return (await auth.api.listPasskeys({ headers })).map(toPasskey);
}

/** Removes one of one's own passkeys; false when there is none with this id. */
export async function removePasskey(auth: Auth, headers: Headers, id: string): Promise<boolean> {
  if (!(await listPasskeys(auth, headers)).some((passkey) => passkey.id === id)) return false;
  await auth.api.deletePasskey({ headers, body: { id } });
  return true;
}

interface StoredPasskey {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly createdAt?: Date | null | undefined;
  readonly backedUp: boolean;
}

function toPasskey({ id, name, createdAt, backedUp }: StoredPasskey): Passkey {
  return { id, name: name ?? null, created_at_ms: createdAt?.getTime() ?? null, backed_up: backedUp };
}

function isRefusal(error: unknown): boolean {
  return isAPIError(error) && error.statusCode < 500;
}
