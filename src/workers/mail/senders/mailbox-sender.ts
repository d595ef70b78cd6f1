import type { DevMailDb } from "../../../db/dev-mail-db.ts";
import type { Letterhead, MailSender } from "./sender.ts";

/** Keeps mail on this machine, to be read under /dev/mailbox. */
export function mailboxSender(mails: DevMailDb, { from, reply_to }: Letterhead): MailSender {
  return {
    send: async ({ to, ...mail }) => {
      const to_address = to.toLowerCase();
      const row = { ...mail, from_address: from, reply_to, to_address, received_at_ms: Date.now() };
      await mails.batch([mails.insert(row), mails.trim()]);
    },
  };
}
