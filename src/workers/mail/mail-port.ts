import { masterKeys } from "../../durable/shared/master-keys.ts";
import type { MailPort } from "./mail.ts";
import { sealMail } from "./mail-message.ts";

/** The queue of mails cannot be reached. Nothing was sent and nothing is left behind: the same call may be repeated. */
export class MailUnavailableError extends Error {
  override readonly name = "MailUnavailableError";

  constructor(cause: unknown) {
    super("the queue of mails is unavailable", { cause });
  }
}

/** Leaves mail in the queue, sealed. */
export function mailPort(env: Pick<Env, "JOBS" | "STEMPEL_MASTER_KEYS">): MailPort {
  return {
    send: async (mail) => {
      const message = sealMail(masterKeys(env.STEMPEL_MASTER_KEYS), mail, Date.now());
      try {
        await env.JOBS.send(message, { contentType: "json" });
      } catch (error) {
        throw new MailUnavailableError(error);
      }
    },
  };
}
