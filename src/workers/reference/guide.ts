import type { TillAction } from "../../contract/error-codes.ts";

/** What a till does with a problem, in a word and in a sentence. */
export const TILL_ACTIONS: Readonly<Record<TillAction, { readonly label: string; readonly help: string }>> = {
  fix: {
    label: "Fix the request",
    help: "The request is wrong and will stay wrong: log it for whoever maintains the till, and let the customer pay.",
  },
  retry: {
    label: "Try again",
    help: "Send the same request with the same key after `Retry-After` seconds, else after 1, 2 and 4; then queue it.",
  },
  queue: {
    label: "Queue it",
    help: "Let the customer pay, keep the request with its key, and send it again every few minutes for up to seven days.",
  },
  show: { label: "Tell the cashier", help: "Show `detail` at the till. The same request gives the same answer." },
  stop: { label: "Stop", help: "Make no more calls with this key and ask the merchant to pair the till again." },
};

const ACTION_ROWS = Object.entries(TILL_ACTIONS).map(([action, { help }]) => `| \`${action}\` | ${help} |`);

/** The reference's introduction, in Markdown. */
export const INTRODUCTION = `Stempel keeps loyalty cards for small merchants. A till tells it what was sold and to whom; it answers what the sale
earned, what the member has, and what to print. The customer's payment never waits for it: whatever the answer, the till can go on.

A till's day needs four calls: find the member (\`POST /v1/members/identify\`), reserve a reward (\`POST /v1/redemptions\`),
book the sale (\`POST /v1/sales\`) and take goods back (\`POST /v1/returns\`).

## Keys

Every call carries the till's key: \`Authorization: Bearer stk_live_…\`. A till gets it once, for the six digits that the owner's
dashboard shows (\`POST /v1/pairings\`, the one call without a key). A key belongs to one till, and so to one location. Its
scopes say what it may do: \`sell\`, \`redeem\`, \`members\`, \`read\`, \`adjust\`, \`backfill\`, \`admin\`. An id of another merchant is as
unknown as one that was made up: both answer 404.

## Retries

Every write needs an \`Idempotency-Key\`: 1 to 255 visible ASCII characters that the till makes once per request, such as a UUID, and
keeps for its retries. The same key with the same body never books twice: it answers what the first one answered, with
\`Idempotency-Replayed: true\`. The same key with another body answers \`idempotency_mismatch\`. Keys are kept as long as the member's
account. Reads, \`identify\`, \`preview\`, claims, pairing and the test clock need none, and the calls in a \`POST /v1/sync\` carry one each. A sale is also recognised by its till, receipt and business day, and a return by its
\`return_id\`, so that a till that lost its keys does not book twice either.

## Errors

Every error is a problem document (RFC 9457, \`application/problem+json\`). Switch on \`code\`, never on \`detail\`; \`retryable\` says whether
the same request may succeed later. Each operation lists its codes with what the till should do, in one of five ways:

| till | what it does |
|---|---|
${ACTION_ROWS.join("\n")}

A code you do not know is handled by its \`retryable\`: true means \`queue\`, false means \`show\`. Two codes can come from any path below \`/v1\`:
\`route_not_found\` for one that does not exist, \`method_not_allowed\` for a method that a path does not have.

## Money, quantities and points

Money is an integer in minor units with its currency: \`{"amount": 1250, "currency": "EUR"}\` is twelve euros fifty. Inside lines the amounts
are plain minor units in the sale's currency. Quantities and VAT rates are decimal strings (\`"0.250"\`, \`"9"\`), points and stamps are
integers. Nothing is a floating-point number. A sale in another currency than the programme's is booked and earns nothing.

## Times and languages

Times are RFC 3339 with a zone; answers are in UTC. Dates such as a business day are local to the location. \`Accept-Language: nl\` or \`en\`
chooses the language of explanations, names and receipt lines; otherwise they are in the merchant's own.

## Lists

Lists take \`limit\` (1 to 100, 20 when absent), \`order\` (\`desc\` is newest first) and \`cursor\`. Each page has \`data\` and \`next_cursor\`; give
that as \`cursor\` for the next page, until it is null. Cursors are opaque.

## What may change

Version 1 changes only by addition. Ignore fields, enum values, units and warnings that you do not know. Requests are the other
way round: a field that we do not know is refused with \`validation_failed\`, so that a typing error does not pass unseen. A body may hold
256 KiB, and 1 MiB in \`POST /v1/sync\`.

## Test mode

A key that begins with \`stk_test_\` works on test data of its own, which no live key can see. \`PUT /v1/test_clock\` moves its clock
forward, so that holds and points expire while you watch.`;

/** The reference's chapters, in order. */
export const TAGS = [
  { name: "Pairing", description: "A till gets its key by six digits from the dashboard." },
  { name: "Members", description: "Find, make, change and erase members; their cards and their ledger." },
  { name: "Sales", description: "What the till sells and takes back." },
  {
    name: "Redemptions",
    description:
      "A reward is reserved first, so that nobody spends the same points twice, and handed over with the sale or by itself.",
  },
  { name: "Actions", description: "What members are given for besides buying." },
  { name: "Gift cards", description: "Stored value that belongs to whoever has the code." },
  { name: "Adjustments", description: "Corrections by hand, and balances brought along from before." },
  { name: "Program", description: "The merchant's rules and items, as the till may want to show them." },
  { name: "Test mode", description: "For test keys alone." },
] as const;
