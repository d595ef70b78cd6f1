import type { Locale } from "../../domain/tenancy/config.ts";

/**
 * A mail as the product asks for it: a template and its facts. Service mail (code, card link, claim, invitation) needs no
 * consent and carries no offer.
 */
export type Mail = MailHeader & MailContent;

interface MailHeader {
  readonly to: string;
  readonly locale: Locale;
  /**
   * One mail per key: asking again with the same key sends nothing. Names the occasion, never a person:
   * `code:{verification id}`, `invitation:{invitation id}`.
   */
  readonly key: string;
}

export type MailContent =
  | { readonly template: "code"; readonly data: { readonly code: string; readonly expires_minutes: number } }
  | {
      readonly template: "card_link";
      readonly data: { readonly merchant: string; readonly color: string | null; readonly card_url: string };
    }
  | {
      readonly template: "billing";
      readonly data: {
        readonly merchant: string;
        readonly notice: "usage_80" | "usage_100" | "failed" | "action_required" | "disputed" | "ended";
        /** Where the merchant stands, in one sentence. */
        readonly headline: string;
        readonly billing_url: string;
      };
    }
  | {
      readonly template: "invitation";
      readonly data: {
        readonly merchant: string;
        readonly inviter: string;
        readonly role: "owner" | "manager" | "cashier";
        readonly accept_url: string;
      };
    };

/** Where services leave mail. It is queued, retried, and ends in the dead letters when it cannot be delivered. */
export interface MailPort {
  /** Resolves once the mail is safely queued. Never throws for the receiver's sake; throws when the queue is unreachable. */
  readonly send: (mail: Mail) => Promise<void>;
}
