/** What a till does with an answer: `fix` the request, `retry` the same request, `queue` it for later, `show` the detail to the cashier, `stop` using the key. */
export type TillAction = "fix" | "retry" | "queue" | "show" | "stop";

interface ErrorFacts {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503;
  readonly title: string;
  /** Whether the same request, sent again unchanged, may succeed. */
  readonly retryable: boolean;
  readonly till: TillAction;
  /** What happened and what to do about it, for the reference. */
  readonly help: string;
}

/** Every code the API answers with, in one table: HTTP, the reference and the tests read it. Codes are only ever added. */
export const ERROR_CODES = {
  key_missing: {
    status: 401,
    title: "No API key",
    retryable: false,
    till: "stop",
    help: "Send the till's key as `Authorization: Bearer stk_…`.",
  },
  key_invalid: {
    status: 401,
    title: "API key not accepted",
    retryable: false,
    till: "stop",
    help: "The key is mistyped, unknown or revoked. Pair the till again.",
  },
  scope_missing: {
    status: 403,
    title: "The key may not do this",
    retryable: false,
    till: "stop",
    help: "The key lacks a scope that the call needs; the owner can add it.",
  },
  malformed_json: {
    status: 400,
    title: "The body is not JSON",
    retryable: false,
    till: "fix",
    help: "The body must be one JSON object in UTF-8.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body must be JSON",
    retryable: false,
    till: "fix",
    help: "Send `Content-Type: application/json`.",
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    retryable: false,
    till: "fix",
    help: "A request may hold 256 KiB. Send fewer lines.",
  },
  validation_failed: {
    status: 422,
    title: "The request is not valid",
    retryable: false,
    till: "fix",
    help: "`errors` names every field that is wrong and what it must be.",
  },
  idempotency_key_missing: {
    status: 400,
    title: "No Idempotency-Key",
    retryable: false,
    till: "fix",
    help: "Every write needs an `Idempotency-Key` that the till makes once and keeps for its retries.",
  },
  idempotency_key_invalid: {
    status: 400,
    title: "The Idempotency-Key is not valid",
    retryable: false,
    till: "fix",
    help: "Use 1 to 255 visible ASCII characters.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "The key was used for another request",
    retryable: false,
    till: "fix",
    help: "This `Idempotency-Key` belongs to another body. Make a new key for a new request.",
  },
  route_not_found: {
    status: 404,
    title: "There is nothing here",
    retryable: false,
    till: "fix",
    help: "The path does not exist. See `/docs`.",
  },
  method_not_allowed: {
    status: 405,
    title: "Not this method",
    retryable: false,
    till: "fix",
    help: "The path exists, but not with this method; `Allow` names those it has.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    retryable: true,
    till: "retry",
    help: "Wait as long as `Retry-After` says.",
  },
  unavailable: {
    status: 503,
    title: "Not reachable just now",
    retryable: true,
    till: "retry",
    help: "Send the same request again with the same key after `Retry-After` seconds; queue it when that fails too.",
  },
  internal: {
    status: 500,
    title: "Something broke on our side",
    retryable: true,
    till: "queue",
    help: "Our bug. Nothing was booked, or the same key will tell. Keep the request and send it again later; name `request_id` to us.",
  },
  program_missing: {
    status: 409,
    title: "No programme is published",
    retryable: true,
    till: "queue",
    help: "The merchant has not published a programme yet.",
  },
  member_unknown: {
    status: 404,
    title: "No such member",
    retryable: false,
    till: "show",
    help: "Nobody in this programme has this id, card, phone number, address or external id.",
  },
  member_erased: {
    status: 410,
    title: "The member was erased",
    retryable: false,
    till: "show",
    help: "The member asked to be forgotten. The id will never work again.",
  },
  identifier_taken: {
    status: 409,
    title: "Already in use",
    retryable: false,
    till: "show",
    help: "The phone number, address, card or external id belongs to another member.",
  },
  card_unknown: {
    status: 404,
    title: "No such card",
    retryable: false,
    till: "show",
    help: "The card was not made by this merchant, or was read wrongly.",
  },
  card_blocked: {
    status: 409,
    title: "The card is blocked",
    retryable: false,
    till: "show",
    help: "The card was reported lost or replaced. The balance is safe on the member's new card.",
  },
  too_many_cards: {
    status: 409,
    title: "Too many cards",
    retryable: false,
    till: "show",
    help: "An account may have had 100 cards.",
  },
  sale_unknown: {
    status: 404,
    title: "No such sale",
    retryable: false,
    till: "fix",
    help: "No sale of this merchant has this id.",
  },
  sale_not_known_yet: {
    status: 409,
    title: "The sale is not known yet",
    retryable: true,
    till: "queue",
    help: "The sale may still be on its way from another till. When the member is known the return waits here and is carried out as soon as the sale arrives; ask again with the same key to hear so.",
  },
  receipt_reused: {
    status: 409,
    title: "The receipt was used for another sale",
    retryable: false,
    till: "fix",
    help: "This till already sent a sale with this receipt on this business day, with other content.",
  },
  return_id_reused: {
    status: 409,
    title: "The return id was used for another return",
    retryable: false,
    till: "fix",
    help: "This sale already has a return with this id, with other content.",
  },
  line_unknown: {
    status: 422,
    title: "No such line in the sale",
    retryable: false,
    till: "fix",
    help: "The sale has no line with this id or sku.",
  },
  return_exceeds_sale: {
    status: 409,
    title: "More than was sold",
    retryable: false,
    till: "show",
    help: "What is left of the sale is less than what comes back.",
  },
  already_returned: {
    status: 409,
    title: "Already returned",
    retryable: false,
    till: "show",
    help: "The whole sale was returned before.",
  },
  reward_unknown: {
    status: 422,
    title: "No such reward",
    retryable: false,
    till: "fix",
    help: "The programme in force has no reward with this id; read `/v1/program`.",
  },
  unit_unknown: {
    status: 422,
    title: "No such unit",
    retryable: false,
    till: "fix",
    help: "The programme in force has no such unit; read `/v1/program`.",
  },
  pay_with_points_off: {
    status: 409,
    title: "Points are no payment here",
    retryable: false,
    till: "show",
    help: "The programme does not let members pay with any number of points.",
  },
  insufficient_balance: {
    status: 409,
    title: "Not enough on the card",
    retryable: false,
    till: "show",
    help: "The member has less than this costs; `detail` says how much less.",
  },
  minimum_spend_not_met: {
    status: 409,
    title: "The sale is too small for this reward",
    retryable: false,
    till: "show",
    help: "The reward asks for a larger sale; `detail` names the least amount.",
  },
  no_eligible_item: {
    status: 409,
    title: "Nothing in the basket fits the reward",
    retryable: false,
    till: "show",
    help: "The reward is for certain items and none of them is in the lines.",
  },
  redemption_unknown: {
    status: 404,
    title: "No such redemption",
    retryable: false,
    till: "fix",
    help: "No redemption of this merchant has this id.",
  },
  redemption_captured: {
    status: 409,
    title: "Already redeemed",
    retryable: false,
    till: "show",
    help: "The redemption was captured before, and happens once.",
  },
  redemption_cancelled: {
    status: 409,
    title: "The redemption was cancelled",
    retryable: false,
    till: "show",
    help: "Ask for the reward again.",
  },
  redemption_expired: {
    status: 409,
    title: "The redemption has expired",
    retryable: false,
    till: "show",
    help: "It was held too long and the member has the points back. Ask for the reward again.",
  },
  too_many_holds: {
    status: 409,
    title: "Too many open redemptions",
    retryable: false,
    till: "show",
    help: "Capture or cancel some first; an account may have 20.",
  },
  live_mode: { status: 409, title: "Only in test mode", retryable: false, till: "fix", help: "Use a test key." },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The facts of a code. */
export function errorFacts(code: ErrorCode): ErrorFacts {
  return ERROR_CODES[code];
}
