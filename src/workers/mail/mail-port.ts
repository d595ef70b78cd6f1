import { masterKeys } from "../../durable/shared/master-keys.ts";
import type { MailPort } from "./mail.ts";
import { type Keyed, sealMail } from "./mail-message.ts";

/** The queue of mails cannot be reached. Nothing was sent and nothing is left behind: the same call may be repeated. */
export class MailUnavailableError extends Error {
  override readonly name = "MailUnavailableError";

  constructor(cause: unknown) {
    super("the queue of mails is unavailable", { cause });
  }
}

/** Leaves mail in the queue, sealed. */
export function mailPort(env: MailQueueEnv): MailPort {
  return { send: (mail) => enqueueMail(env, mail) };
}

export type MailQueueEnv = Pick<Env, "JOBS" | "STEMPEL_MASTER_KEYS">;

/**
 * Leaves a mail in the queue that nobody has looked at: what is wrong with it is seen when it is to be sent.
 *
 * @throws MailUnavailableError when the queue cannot be reached
 */
export async function enqueueMail(env: MailQueueEnv, mail: Keyed): Promise<void> {
  const message = sealMail(masterKeys(env.STEMPEL_MASTER_KEYS), mail, Date.now());
  try {
    await env.JOBS.send(message, { contentType: "json" });
  } catch (error) {
    throw new MailUnavailableError(error);
  }
}
