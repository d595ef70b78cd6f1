import type { DevMailRow } from "../../../db/schema/dev-mail.ts";

/** A mail of the mailbox as JSON, with what tests look for picked out. */
export function mailJson(row: DevMailRow) {
  return {
    id: row.id,
    key: row.key,
    template: row.template,
    locale: row.locale,
    from: { name: row.from_name, address: row.from_address },
    reply_to: row.reply_to,
    to: row.to_address,
    subject: row.subject,
    text: row.text,
    html: row.html,
    code: codeIn(row.text),
    links: linksIn(row.text),
    received_at: new Date(row.received_at_ms).toISOString(),
  };
}

/** The code that stands alone on a line; null when there is none. */
export function codeIn(text: string): string | null {
  return /^(?=.*\d)[0-9A-Z-]{4,32}$/m.exec(text)?.[0] ?? null;
}

/** Addresses that stand alone on a line. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/^https?:\/\/\S+$/gm)].map(([link]) => link);
}
