import { z } from "zod";
import { LOCALES } from "../../domain/tenancy/config.ts";
import { jobKey } from "../queue/job.ts";
import type { Mail } from "./mail.ts";

const TEXT_MAX = 200;

/**
 * A value that ends up in a mail: one line. Checked here, whatever the form it came through let pass: a line break in a
 * header would be a header of its own, and so an attack.
 */
const line = z
  .string()
  .min(1)
  .max(TEXT_MAX)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u)
  .refine((text) => text.isWellFormed());

/** Plain ASCII, as every mail server takes it. */
export const mailAddress = z.email().max(254);

/** Its characters are checked first: the check of URLs drops line breaks without a word. */
const link = z
  .string()
  .max(2_048)
  .regex(/^[!-~]+$/)
  .pipe(z.url({ protocol: /^https?$/, hostname: z.regexes.hostname }));
const header = { to: mailAddress, locale: z.enum(LOCALES), key: jobKey };

/** What a mail must be before it is sent. */
export const mailSchema = z.discriminatedUnion("template", [
  z.strictObject({
    ...header,
    template: z.literal("code"),
    data: z.strictObject({ code: z.string().regex(/^[0-9A-Z-]{4,32}$/), expires_minutes: z.int().min(1) }),
  }),
  z.strictObject({
    ...header,
    template: z.literal("card_link"),
    data: z.strictObject({ merchant: line, color: z.string().max(32).nullable(), card_url: link }),
  }),
  z.strictObject({
    ...header,
    template: z.literal("billing"),
    data: z.strictObject({
      merchant: line,
      notice: z.enum(["usage_80", "usage_100", "failed", "action_required", "disputed", "ended"]),
      headline: line,
      billing_url: link,
    }),
  }),
  z.strictObject({
    ...header,
    template: z.literal("invitation"),
    data: z.strictObject({
      merchant: line,
      inviter: line,
      role: z.enum(["owner", "manager", "cashier"]),
      accept_url: link,
    }),
  }),
]) satisfies z.ZodType<Mail>;

/** Why a mail cannot be sent as it is. */
export function faultOf(error: z.ZodError): "invalid_address" | "unsafe_value" | "invalid_mail" {
  const [issue] = error.issues;
  if (issue?.path[0] === "to") return "invalid_address";
  return issue?.path[0] === "data" ? "unsafe_value" : "invalid_mail";
}
