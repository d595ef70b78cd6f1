/**
 * Seconds before each further delivery of a message that failed: about eight hours in all, long enough for a mail server
 * to be mended. `max_retries` in wrangler.toml is as many.
 */
export const RETRY_DELAYS_S = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400] as const;

/** How long to wait after so many deliveries have failed. */
export function retryDelay(attempt: number): number {
  return RETRY_DELAYS_S[Math.min(attempt, RETRY_DELAYS_S.length) - 1] ?? RETRY_DELAYS_S[0];
}

/** Whether a delivery is the last that a message gets. */
export function isLastAttempt(attempt: number): boolean {
  return attempt > RETRY_DELAYS_S.length;
}
