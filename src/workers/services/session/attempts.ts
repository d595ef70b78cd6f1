import type { RateBound } from "../../../db/login-db.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { macText } from "../../../domain/tenancy/mac.ts";
import type { LoginContext } from "./context.ts";

const HOUR_MS = 3_600_000;

/**
 * How often something may be tried. With ten codes an hour and five tries each, twenty wrong tries an hour leave a
 * guesser one chance in two thousand a day for an address, and everybody else their sign-in.
 *
 * Pairing codes name no merchant, so all guesses count together too: two hundred wrong ones an hour find one of twenty
 * waiting codes once in ten days of guessing from many addresses without a pause, and that is logged.
 */
export const BOUNDS = {
  code_by_address: { max: 60, window_ms: HOUR_MS },
  code_to_mailbox: { max: 10, window_ms: HOUR_MS },
  sign_in_by_address: { max: 60, window_ms: HOUR_MS },
  sign_in_as_mailbox: { max: 20, window_ms: HOUR_MS },
  merchant_by_user: { max: 10, window_ms: 24 * HOUR_MS },
  pairing_by_address: { max: 10, window_ms: HOUR_MS },
  pairing_by_all: { max: 200, window_ms: HOUR_MS },
} as const satisfies Record<string, RateBound>;

export type Attempted = keyof typeof BOUNDS;

/** Tried too often; the same may work after so many seconds. */
export interface RateLimited {
  readonly code: "rate_limited";
  readonly retry_after_seconds: number;
}

/** Counts an attempt before it is looked at, and says whether it may go on. */
export async function countAttempt(
  ctx: LoginContext,
  what: Attempted,
  who: string,
): Promise<Result<null, RateLimited>> {
  const bound = BOUNDS[what];
  const now_ms = ctx.ports.now_ms();
  const [[row]] = await ctx.login.batch([ctx.login.countAttempt(bucketOf(ctx, what, who), now_ms, bound)]);
  if (row === undefined || weightAt(row, bound, now_ms) <= bound.max) return ok(null);
  // Once per bucket and window, or guessing would flood the log.
  if (row.count === bound.max + 1) ctx.ports.log({ event: "attempts_bounded", what });
  return fail({ code: "rate_limited", retry_after_seconds: waitFor(row, bound, now_ms) });
}

/** An attempt that turned out right does not count. */
export async function forgive(ctx: LoginContext, attempts: readonly (readonly [Attempted, string])[]): Promise<void> {
  const [first, ...others] = attempts.map(([what, who]) => ctx.login.takeBackAttempt(bucketOf(ctx, what, who)));
  if (first !== undefined) await ctx.login.batch([first, ...others]);
}

function bucketOf(ctx: LoginContext, what: Attempted, who: string): string {
  return `${what}:${macText(ctx.digest, 26, ["rate", what, who])}`;
}

interface Counted {
  readonly count: number;
  readonly before: number;
  readonly started_at_ms: number;
}

/** The window before weighs as much as still lies within one window's length. */
function weightAt({ count, before, started_at_ms }: Counted, { window_ms }: RateBound, now_ms: number): number {
  return before * (1 - (now_ms - started_at_ms) / window_ms) + count;
}

/** Seconds until one more attempt fits, if none is made meanwhile. */
function waitFor({ count, before, started_at_ms }: Counted, { max, window_ms }: RateBound, now_ms: number): number {
  const elapsed_ms = now_ms - started_at_ms;
  const fitsAt_ms =
    count < max
      ? window_ms * (1 - (max - count - 1) / Math.max(before, 1))
      : window_ms + window_ms * (1 - (max - 1) / Math.max(count, 1));
  return Math.max(1, Math.ceil((fitsAt_ms - elapsed_ms) / 1000));
}
