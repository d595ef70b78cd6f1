import { z } from "zod";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { email, locale } from "../fields.ts";
import { type InvalidInput, parseInput } from "../refusal.ts";
import { countAttempt, type RateLimited } from "./attempts.ts";
import type { LoginContext, MailUnavailable } from "./context.ts";

export const requestCodeInput = z.strictObject({ email, locale: locale.default("nl") });

/** How long a code works. */
export const CODE_MINUTES = 10;

export type RequestCodeRefusal = InvalidInput | RateLimited | MailUnavailable;

/**
 * Mails a code. Every address gets one, known or not: whoever is new signs up with it, so the answer tells nothing
 * about who is known here.
 */
export async function requestCode(
  ctx: LoginContext,
  input: z.input<typeof requestCodeInput>,
  makeCode: (email: string) => Promise<string>,
): Promise<Result<null, RequestCodeRefusal>> {
  const parsed = parseInput(requestCodeInput, input);
  if (!parsed.ok) return parsed;
  const { email: to, locale: language } = parsed.value;
  // The sender's bound comes first: one who is over it must not use up somebody else's.
  const byAddress = await countAttempt(ctx, "code_by_address", ctx.address);
  if (!byAddress.ok) return byAddress;
  const toMailbox = await countAttempt(ctx, "code_to_mailbox", to);
  if (!toMailbox.ok) return toMailbox;

  const code = await makeCode(to);
  try {
    await ctx.mail.send({
      to,
      locale: language,
      key: `code:${ctx.request_id}`,
      template: "code",
      data: { code, expires_minutes: CODE_MINUTES },
    });
    return ok(null);
  } catch (error) {
    ctx.ports.log({ event: "mail_unavailable", template: "code", error: String(error) });
    return fail({ code: "mail_unavailable" });
  }
}
