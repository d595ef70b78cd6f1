import { passkey } from "@better-auth/passkey";
import { betterAuth } from "better-auth/minimal";
import { emailOTP } from "better-auth/plugins/email-otp";
import { openDatabase } from "../../db/database.ts";
import { loginAdapter } from "../../db/login-adapter.ts";
import { encodeBase32 } from "../../domain/tenancy/base32.ts";
import { type ConfigIdPrefix, createConfigId } from "../../domain/tenancy/ids.ts";
import { readSecrets } from "../secrets.ts";
import { CODE_MINUTES } from "../services/session/request-code.ts";

const DAY_S = 86_400;
/** How many wrong tries void a code. */
const CODE_ATTEMPTS_MAX = 5;

export type Auth = ReturnType<typeof createAuth>;

/**
 * The login library, set up for one request. Not shared between requests: it keeps locks in memory, and a request of
 * workerd must not wait for another one's promise.
 *
 * It is called by our own routes and never mounted: what it would answer is not in our shape, and what it would offer
 * is more than we want.
 */
export function createAuth(env: Env, origin: string) {
  const { idMac } = readSecrets(env);
  const { protocol, hostname } = new URL(origin);
  return betterAuth({
    appName: "Stempel",
    baseURL: origin,
    basePath: "/api/auth",
    secret: encodeBase32(idMac("login\nsecret"), 51),
    database: loginAdapter(openDatabase(env.DB)),
    session: { expiresIn: 30 * DAY_S, updateAge: DAY_S, freshAge: DAY_S },
    verification: { storeIdentifier: "hashed" },
    advanced: {
      cookiePrefix: "stempel",
      // A browser keeps such a cookie only from https; plain http is for a developer's machine.
      useSecureCookies: env.ENVIRONMENT !== "local" || protocol === "https:",
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { disableIpTracking: true },
      // There is no table of accounts: those hold passwords and sign-ins elsewhere, and we have neither.
      database: { generateId: ({ model }) => newLoginId(model), validateSchema: false },
    },
    plugins: [
      emailOTP({
        otpLength: 6,
        expiresIn: CODE_MINUTES * 60,
        allowedAttempts: CODE_ATTEMPTS_MAX,
        // Keyed: a plain hash of six digits is undone in a second by whoever holds the database.
        storeOTP: { hash: async (code) => encodeBase32(idMac(`login\ncode\n${code}`), 51) },
        // Codes are made by the server-only call, and our own sender mails them.
        sendVerificationOTP: () => Promise.reject(new Error("codes are mailed by the route")),
      }),
      passkey({ rpID: hostname, rpName: "Stempel", origin }),
    ],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

const ID_PREFIXES: Readonly<Record<string, ConfigIdPrefix>> = {
  user: "usr",
  session: "ses",
  passkey: "psk",
  verification: "ver",
};

function newLoginId(model: string): string {
  return createConfigId(ID_PREFIXES[model] ?? "ver", crypto.getRandomValues(new Uint8Array(10)));
}
