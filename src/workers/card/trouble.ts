import type { Trouble } from "./texts.ts";

export const TROUBLE_STATUS = {
  unknown_card: 404,
  unknown_claim: 404,
  claim_used: 409,
  claim_expired: 410,
  unknown_merchant: 404,
  not_found: 404,
  members_full: 403,
  blocked: 403,
  refused: 403,
  erased: 410,
  too_many: 429,
  unavailable: 503,
} as const satisfies Record<Trouble, number>;

export interface TroubleFacts {
  /** The merchant, where the page may name it and lead to its sign-up. */
  readonly merchant?: { readonly locator: string; readonly name: string; readonly color: string | null };
  readonly retryAfterSeconds?: number;
}

/** Ends a request of the member's pages with a page that says what to do. */
export class TroubleError extends Error {
  override readonly name = "TroubleError";
  readonly trouble: Trouble;
  readonly facts: TroubleFacts;

  constructor(trouble: Trouble, facts: TroubleFacts = {}) {
    super(trouble);
    this.trouble = trouble;
    this.facts = facts;
  }
}
