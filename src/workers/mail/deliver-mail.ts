import type { Delivery, JobPorts, Outcome } from "../queue/job.ts";
import type { Mail } from "./mail.ts";
import { type MailMessage, openMail } from "./mail-message.ts";
import { faultOf, mailSchema } from "./mail-schema.ts";
import { renderMail } from "./render-mail.ts";
import { DeliveryError } from "./senders/sender.ts";

/** How long one sender may take; after that another delivery may try. No sender takes half as long. */
const CLAIM_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/**
 * Sends a mail, once per key: however often it is asked for and delivered, the one who holds the claim in D1 sends it.
 * What remains is a sender that dies between handing it over and writing that down: then it goes out again, because a
 * mail that comes twice does less harm than one that never comes.
 */
export async function deliverMail(ports: JobPorts, message: MailMessage, delivery: Delivery): Promise<Outcome> {
  const opened = openMail(ports.keys(), message);
  if (opened === null) return { kind: "dead", reason: "unreadable" };
  const parsed = mailSchema.safeParse(opened.mail);
  if (!parsed.success) return { kind: "dead", reason: faultOf(parsed.error) };
  const mail = parsed.data;

  const refused = await claim(ports, mail, delivery);
  if (refused !== null) return refused;
  const outcome = isExpired(mail, opened.asked_at_ms, ports.now_ms())
    ? ({ kind: "dead", reason: "expired" } as const)
    : await send(ports, mail);
  await settle(ports, mail.key, delivery, outcome);
  return outcome;
}

/** Null when the mail is ours to send. */
async function claim(ports: JobPorts, { key, template }: Mail, { id }: Delivery): Promise<Outcome | null> {
  const now_ms = ports.now_ms();
  const [claimed, [known]] = await ports.jobs.batch([
    ports.jobs.claimMail({ key, template, message: id, now_ms, until_ms: now_ms + CLAIM_MS }),
    ports.jobs.mail(key),
  ]);
  if (claimed.length > 0) return null;
  if (known?.state !== "sending") return { kind: "done" };
  return { kind: "retry", reason: "being_sent", delay_seconds: secondsUntil(known.claimed_until_ms, now_ms) };
}

/** A code that no longer works would only confuse. */
function isExpired(mail: Mail, asked_at_ms: number, now_ms: number): boolean {
  return mail.template === "code" && now_ms >= asked_at_ms + mail.data.expires_minutes * MINUTE_MS;
}

async function send(ports: JobPorts, mail: Mail): Promise<Outcome> {
  try {
    await ports.mailer().send(await renderMail(mail));
    return { kind: "done" };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const { reason, isPermanent, delay_seconds } = error;
    if (isPermanent) return { kind: "dead", reason };
    return { kind: "retry", reason, ...(delay_seconds === undefined ? {} : { delay_seconds }) };
  }
}

/** Writes down how it ended. A mail that has left must not go out again because D1 was away for a moment. */
async function settle(ports: JobPorts, key: string, { id, isLast }: Delivery, outcome: Outcome): Promise<void> {
  const isDead = outcome.kind === "dead" || (outcome.kind === "retry" && isLast);
  const state = outcome.kind === "done" ? "sent" : isDead ? "dead" : "waiting";
  const last_error = outcome.kind === "done" ? null : outcome.reason;
  const settlement = { key, message: id, state, last_error, now_ms: ports.now_ms() } as const;
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await ports.jobs.batch([ports.jobs.settleMail(settlement)]);
      return;
    } catch {
      // Tried again at once: the claim holds, so nobody else sends it meanwhile.
    }
  }
  ports.log({ event: "mail_not_settled", key, state });
}

function secondsUntil(at_ms: number, now_ms: number): number {
  return Math.max(1, Math.ceil((at_ms - now_ms) / 1000));
}
