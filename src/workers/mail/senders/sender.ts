import type { Locale } from "../../../domain/tenancy/config.ts";
import type { MailContent } from "../mail.ts";

/** A mail as it leaves the house. Headers hold single lines: it was rendered from a checked mail. */
export interface RenderedMail {
  readonly key: string;
  readonly template: MailContent["template"];
  readonly locale: Locale;
  readonly to: string;
  /** The name beside our address. */
  readonly from_name: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Hands mail over to whoever carries it. */
export interface MailSender {
  /**
   * Resolves once the mail was taken.
   *
   * @throws DeliveryError
   */
  readonly send: (mail: RenderedMail) => Promise<void>;
}

/** Who our mail comes from, and who gets the replies. */
export interface Letterhead {
  readonly from: string;
  readonly reply_to: string | null;
}

/** A mail was not taken. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  /** A class such as `smtp_rcpt_550`: it is stored and logged, so it quotes nothing. */
  readonly reason: string;
  /** Trying again would end the same. */
  readonly isPermanent: boolean;
  /** When to come back, if the carrier's rules tell. */
  readonly delay_seconds: number | undefined;

  constructor(reason: string, { isPermanent = false, delay_seconds }: DeliveryErrorOptions = {}) {
    super(reason);
    this.reason = reason;
    this.isPermanent = isPermanent;
    this.delay_seconds = delay_seconds;
  }
}

interface DeliveryErrorOptions {
  readonly isPermanent?: boolean;
  readonly delay_seconds?: number;
}

/**
 * The last look before a value goes to a carrier's library, which puts it into a header or a command as it is.
 *
 * @throws DeliveryError when a value holds a line break or another control character
 */
export function refuseControlCharacters(values: readonly string[]): void {
  if (values.some((value) => /\p{Cc}/u.test(value))) throw new DeliveryError("unsafe_value", { isPermanent: true });
}
