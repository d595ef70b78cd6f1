/**
 * Counts a request against what a key of this limit may ask, near where it arrived and without a call of an object. When
 * the counter itself fails, the request goes on.
 *
 * @returns whether it is within the limit
 */
export async function isWithinRate(env: Env, limit: RateLimit, key: string): Promise<boolean> {
  if (!isBounded(env)) return true;
  try {
    const { success } = await limit.limit({ key });
    return success;
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_unavailable", error: String(error) }));
    return true;
  }
}

/** On a developer's machine benches and replays ask as fast as they can, unless RATE_LIMITS says "on". */
function isBounded(env: Env): boolean {
  return env.ENVIRONMENT !== "local" || env.RATE_LIMITS === "on";
}
