import { z } from "zod";
import { LOCALES } from "../../domain/tenancy/config.ts";
import { timestamp } from "../pos-v1/common.ts";

export const emailInput = z
  .string()
  .min(3)
  .max(254)
  .meta({ description: "E-mail address; case does not matter.", example: "ria@example.com" });

export const codeInput = z
  .strictObject({ email: emailInput, locale: z.enum(LOCALES).optional() })
  .meta({ description: "Where to mail the code, and in which language." });

/** The same answer for every address. */
export const codeRequested = z.strictObject({
  object: z.literal("code_request"),
  expires_in_seconds: z.int().meta({ example: 600 }),
});

export const codeSessionInput = z.strictObject({
  email: emailInput,
  code: z.string().regex(/^\d{6}$/, "must be six digits"),
  name: z.string().trim().min(1).max(80).optional().meta({ description: "Your name, when you are new." }),
});

export const user = z.strictObject({
  object: z.literal("user"),
  id: z.string().meta({ example: "usr_yk1aqvjnw58ssxqf" }),
  email: z.string(),
  name: z.string().meta({ description: "Empty until it is given." }),
  created_at: timestamp,
});

export const session = z.strictObject({
  object: z.literal("session"),
  id: z.string().meta({ example: "ses_aw2x61j163bw9qv3" }),
  current: z.boolean().meta({ description: "Whether this is the session that asks." }),
  user_agent: z.string().nullable(),
  created_at: timestamp,
  last_used_at: timestamp.meta({ description: "To the day." }),
  expires_at: timestamp,
});
export const sessionList = z.strictObject({ data: z.array(session) });
export const sessionsEnded = z.strictObject({ object: z.literal("sessions_ended"), count: z.int() });
export const signedIn = z.strictObject({ object: z.literal("signed_in"), user });

/** WebAuthn's own structures pass through: the browser makes and reads them. */
const webAuthn = z.record(z.string(), z.unknown());

export const passkeyOptions = z.strictObject({
  object: z.literal("passkey_options"),
  options: webAuthn.meta({ description: "For `navigator.credentials.create` or `.get`, as JSON." }),
});
export const passkeyRegistration = z.strictObject({
  response: webAuthn.meta({ description: "What `navigator.credentials.create` returned, as JSON." }),
  name: z.string().trim().min(1).max(80).optional(),
});
export const passkeySessionInput = z.strictObject({
  response: webAuthn.meta({ description: "What `navigator.credentials.get` returned, as JSON." }),
});
export const passkey = z.strictObject({
  object: z.literal("passkey"),
  id: z.string(),
  name: z.string().nullable(),
  created_at: timestamp.nullable(),
  backed_up: z.boolean(),
});
export const passkeyList = z.strictObject({ data: z.array(passkey) });

export const meInput = z.strictObject({ name: z.string().trim().min(1).max(80) });
