import { openDatabase } from "../../../db/database.ts";
import { devMailDb } from "../../../db/dev-mail-db.ts";
import { mailAddress } from "../mail-schema.ts";
import { cloudflareSender } from "./cloudflare-sender.ts";
import { mailboxSender } from "./mailbox-sender.ts";
import { DeliveryError, type Letterhead, type MailSender } from "./sender.ts";
import { parseSmtpUrl, smtpSender } from "./smtp-sender.ts";

/** The secret SMTP_URL is optional, and wrangler declares only those that are required. */
export interface MailEnv extends Pick<Env, "DB" | "EMAIL" | "ENVIRONMENT" | "MAIL_FROM" | "MAIL_REPLY_TO"> {
  readonly SMTP_URL?: string;
}

/**
 * Who carries the mail: the SMTP server that SMTP_URL names; without it the local mailbox on a developer's machine, and
 * Cloudflare's binding anywhere else.
 *
 * @throws DeliveryError when a setting makes no sense; mail waits until it is mended
 */
export function chooseSender(env: MailEnv): MailSender {
  const letterhead = readLetterhead(env);
  if (env.SMTP_URL !== undefined && env.SMTP_URL !== "") return smtpSender(parseSmtpUrl(env.SMTP_URL), letterhead);
  if (env.ENVIRONMENT === "local") return mailboxSender(devMailDb(openDatabase(env.DB)), letterhead);
  return cloudflareSender(env.EMAIL, letterhead);
}

function readLetterhead({ MAIL_FROM, MAIL_REPLY_TO }: MailEnv): Letterhead {
  if (!mailAddress.safeParse(MAIL_FROM).success) throw new DeliveryError("setting_mail_from");
  if (MAIL_REPLY_TO === "") return { from: MAIL_FROM, reply_to: null };
  if (!mailAddress.safeParse(MAIL_REPLY_TO).success) throw new DeliveryError("setting_mail_reply_to");
  return { from: MAIL_FROM, reply_to: MAIL_REPLY_TO };
}
