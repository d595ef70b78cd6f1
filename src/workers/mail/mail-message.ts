import { Buffer } from "node:buffer";
import { z } from "zod";
import { PersonKey } from "../../durable/shared/field-cipher.ts";
import { deriveKey, type MasterKeys } from "../../durable/shared/master-keys.ts";
import { jobKey } from "../queue/job.ts";
import type { Mail } from "./mail.ts";

/** How a mail stands in the queue. Receiver and content are sealed: a queue is no place for personal data. */
export const mailMessage = z.strictObject({
  type: z.literal("mail"),
  v: z.literal(1),
  key: jobKey,
  /** Id of the master key, and what is sealed under a key derived from it, as base64url. */
  sealed: z.string().regex(/^[a-z][a-z0-9]{0,7}\.[\w-]+$/),
});

export type MailMessage = z.output<typeof mailMessage>;

/** A mail as far as the queue is concerned; what else it holds is checked before it is sent. */
export type Keyed = Pick<Mail, "key">;

/** What was sealed; not looked at yet. */
export interface OpenedMail {
  readonly mail: unknown;
  readonly asked_at_ms: number;
}

/**
 * Seals a mail for the queue. The key is authenticated with it: it cannot be sent under another.
 *
 * @throws Error when the key has a form that could hold an address
 */
export function sealMail(keys: MasterKeys, mail: Keyed, asked_at_ms: number): MailMessage {
  if (!jobKey.safeParse(mail.key).success) throw new Error("a mail's key is letters, digits and _ : . - only");
  const kid = keys.current;
  const box = cipher(keys, kid).seal(mail.key, JSON.stringify({ mail, asked_at_ms }));
  return { type: "mail", v: 1, key: mail.key, sealed: `${kid}.${Buffer.from(box).toString("base64url")}` };
}

const opened = z.object({ mail: z.unknown(), asked_at_ms: z.int() });

/** Opens what {@link sealMail} made; null when it was altered, or its master key is not known. */
export function openMail(keys: MasterKeys, { key, sealed }: MailMessage): OpenedMail | null {
  const [kid = "", box = ""] = sealed.split(".");
  try {
    const text = cipher(keys, kid).open(key, Buffer.from(box, "base64url"));
    return opened.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The cipher of single fields, with one key for all mail in place of a person's. */
function cipher(keys: MasterKeys, kid: string): PersonKey {
  return new PersonKey(deriveKey(keys, kid, "mail/1", "jobs"), "mail/1");
}
