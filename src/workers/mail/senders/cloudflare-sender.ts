import { type Letterhead, DeliveryError, type MailSender, refuseControlCharacters } from "./sender.ts";

const MINUTE_S = 60;

/** What comes of Cloudflare's refusals; any other is tried again. */
const REFUSALS: Readonly<Record<string, { readonly isPermanent?: boolean; readonly delay_seconds?: number }>> = {
  E_RECIPIENT_SUPPRESSED: { isPermanent: true },
  E_VALIDATION_ERROR: { isPermanent: true },
  E_FIELD_MISSING: { isPermanent: true },
  E_CONTENT_TOO_LARGE: { isPermanent: true },
  E_HEADER_VALUE_INVALID: { isPermanent: true },
  E_HEADER_VALUE_TOO_LONG: { isPermanent: true },
  // A new account may send ten mails an hour: coming back sooner only spends the tries.
  E_RATE_LIMIT_EXCEEDED: { delay_seconds: 10 * MINUTE_S },
  E_DAILY_LIMIT_EXCEEDED: { delay_seconds: 120 * MINUTE_S },
};

/** Sends through Cloudflare's own mail service. */
export function cloudflareSender(binding: SendEmail, { from, reply_to }: Letterhead): MailSender {
  return {
    send: async ({ to, from_name, subject, text, html }) => {
      refuseControlCharacters([to, from, from_name, subject, reply_to ?? ""]);
      const message = {
        from: { email: from, name: from_name },
        to,
        ...(reply_to === null ? {} : { replyTo: reply_to }),
        subject,
        text,
        html,
        headers: { "Auto-Submitted": "auto-generated" },
      };
      try {
        await binding.send(message);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

/** The service's words quote addresses; its codes do not. */
function refusalOf(error: unknown): DeliveryError {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  const known = typeof code === "string" && /^E_[A-Z_]{1,60}$/.test(code) ? code : "E_OTHER";
  return new DeliveryError(`cloudflare_${known.slice(2).toLowerCase()}`, REFUSALS[known]);
}
