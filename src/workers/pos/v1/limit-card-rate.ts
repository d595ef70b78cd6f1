import { isWithinRate } from "../../edge/rate-limit.ts";
import { ProblemError } from "../../http/problem.ts";
import type { PosDesk } from "./desk.ts";

/**
 * What tills may ask about one card in a Cloudflare location: far more than a person can show it, and a till's whole batch
 * of queued calls. The same numbers stand in wrangler.toml, and a test compares them.
 */
export const CARD_RATE = { requests: 100, seconds: 10 } as const;

/**
 * Bounds what is asked about one account, so that a till in a loop does not keep the others of its member waiting.
 *
 * @throws ProblemError `rate_limited`
 */
export async function limitCardRate({ parts: { env }, tenant }: PosDesk, account: string): Promise<void> {
  if (await isWithinRate(env, env.CARD_RATE, `${tenant.mode}:${tenant.merchant}:${account}`)) return;
  throw new ProblemError("rate_limited", {
    detail: `Tills may ask about one card ${CARD_RATE.requests} times in ${CARD_RATE.seconds} seconds.`,
    retryAfterSeconds: CARD_RATE.seconds,
  });
}
