import { type EmailOptions, LogLevel, type WorkerMailerOptions } from "worker-mailer";
import { sha256Hex } from "../../services/sha256.ts";
import { encodeHeaderText, encodeMailbox } from "./mail-headers.ts";
import { mendedWorkerMailer } from "./mend-worker-mailer.ts";
import {
  DeliveryError,
  type Letterhead,
  type MailSender,
  refuseControlCharacters,
  type RenderedMail,
} from "./sender.ts";

const ANSWER_MS = 20_000;
const WHOLE_MS = 90_000;
const GOODBYE_MS = 2_000;

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; without it the session begins plain and turns to TLS when the server offers that. */
  readonly secure: boolean;
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

/**
 * Reads `smtps://user:password@host:465` or `smtp://user:password@host:587`; name and password percent-encoded.
 *
 * @throws DeliveryError when it is neither
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.parse(text);
  const secure = url?.protocol === "smtps:";
  if (url === null || (!secure && url.protocol !== "smtp:") || url.hostname === "") {
    throw new DeliveryError("setting_smtp_url");
  }
  const [username, password] = [url.username, url.password].map(decoded);
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    credentials: username === undefined || username === "" ? null : { username, password: password ?? "" },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DeliveryError("setting_smtp_url");
  }
}

/** Sends through an SMTP server, one session per mail. */
export function smtpSender(server: SmtpServer, letterhead: Letterhead): MailSender {
  return {
    send: (mail) => {
      refuseControlCharacters([mail.to, mail.from_name, mail.subject, letterhead.from, letterhead.reply_to ?? ""]);
      return within(WHOLE_MS, converse(server, emailOptions(mail, letterhead)));
    },
  };
}

async function converse(server: SmtpServer, email: EmailOptions): Promise<void> {
  const mailer = await mendedWorkerMailer().connect(connectOptions(server)).catch(refuse);
  try {
    await mailer.send(email).catch(refuse);
  } finally {
    // The mail has been taken or not: how the server says goodbye changes nothing.
    await Promise.race([mailer.close(), sleep(GOODBYE_MS)]);
  }
}

function connectOptions({ host, port, secure, credentials }: SmtpServer): WorkerMailerOptions {
  return {
    host,
    port,
    secure,
    startTls: !secure,
    authType: ["plain", "login"],
    ...(credentials === null ? {} : { credentials }),
    socketTimeoutMs: ANSWER_MS,
    // Its log lines would quote addresses.
    logLevel: LogLevel.NONE,
    // Left to itself it would ask servers never to report a bounce, in a form that some of them refuse.
    dsn: { RET: { HEADERS: true }, NOTIFY: { FAILURE: true } },
  };
}

/** All headers with free text are ours: those of the library are not quoted, and too long for encoded words. */
function emailOptions(mail: RenderedMail, { from, reply_to }: Letterhead): EmailOptions {
  return {
    from: { email: from },
    to: { email: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: {
      From: encodeMailbox(mail.from_name, from),
      ...(reply_to === null ? {} : { "Reply-To": reply_to }),
      Subject: encodeHeaderText(mail.subject),
      "Message-ID": `<${messageId(mail.key)}@${from.slice(from.indexOf("@") + 1)}>`,
      "Content-Language": mail.locale,
      "Auto-Submitted": "auto-generated",
    },
  };
}

/** The same for every try, so that a mail that does go out twice can be told to be one. */
function messageId(key: string): string {
  return sha256Hex(`mail\n${key}`).slice(0, 32);
}

const STAGES = [
  ["Invalid MAIL FROM", "mail"],
  ["Invalid RCPT TO", "rcpt"],
  ["Failed to send DATA", "data"],
  ["Failed send email body", "body"],
  ["Failed to connect", "greeting"],
  ["Failed to start TLS", "tls"],
  ["mail server offers no TLS", "no_tls"],
  ["mail server hung up", "hung_up"],
  ["Timeout", "timeout"],
  ["Socket timeout", "timeout"],
] as const;

/** Whether a receiver is refused for good is said about the receiver or the mail; all before is about us and our server. */
const ABOUT_THE_MAIL: readonly string[] = ["rcpt", "data", "body"];

/** Reads what went wrong from the library's words, which quote addresses and so go no further. */
function refuse(error: unknown): never {
  const words = error instanceof Error ? error.message : "";
  const stage =
    STAGES.find(([start]) => words.startsWith(start))?.[1] ?? (/auth|login/i.test(words) ? "auth" : "unreachable");
  const code = / ([45]\d\d)(?:[ -]|\s*$)/.exec(words)?.[1];
  const isPermanent = code?.startsWith("5") === true && ABOUT_THE_MAIL.includes(stage);
  throw new DeliveryError(code === undefined ? `smtp_${stage}` : `smtp_${stage}_${code}`, { isPermanent });
}

async function within<Value>(ms: number, run: Promise<Value>): Promise<Value> {
  return Promise.race([
    run,
    sleep(ms).then(() => {
      throw new DeliveryError("smtp_timeout");
    }),
  ]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
