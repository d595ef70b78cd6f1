/** What an error of Stripe's says. */
export interface ErrorFacts {
  readonly type?: "invalid_request_error" | "card_error" | "idempotency_error" | "api_error";
  readonly code?: string;
  readonly decline_code?: string;
  readonly message: string;
  readonly param?: string;
}

/** An answer that is an error, in Stripe's shape. */
export class StripeError extends Error {
  override readonly name = "StripeError";
  readonly status: number;
  readonly facts: ErrorFacts;

  constructor(status: number, facts: ErrorFacts) {
    super(facts.message);
    this.status = status;
    this.facts = facts;
  }
}

export function errorBody({ facts }: StripeError): string {
  return JSON.stringify({ error: { type: "invalid_request_error", ...facts } }, null, 2);
}

/** What the double cannot do. An error, never a success: a test must not pass because nothing happened. */
export function unsupported(what: string): StripeError {
  return new StripeError(501, {
    type: "api_error",
    code: "not_in_the_double",
    message: `The stand-in for Stripe does not model ${what}. Model it, or test against Stripe's test mode.`,
  });
}
