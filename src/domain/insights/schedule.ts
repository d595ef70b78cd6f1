/** Bookings of one account that follow each other faster than this travel together. */
export const COALESCE_MS = 200;

/** How soon an account looks again whether its bookings arrived. Short enough to still be in memory, where looking is free. */
const NET_MS = 5_000;
/** The same while one booking follows another: every setting of the alarm is billed as a row. */
const NET_BUSY_MS = 60_000;
const RETRY_MIN_MS = 5_000;
const RETRY_MAX_MS = 15 * 60_000;

export interface AlarmFacts {
  readonly now_ms: number;
  /** When the alarm will ring as things are; null when none is set. */
  readonly set_ms: number | null;
  /** When something of the account itself falls due. */
  readonly due_ms: number | null;
  /** Whether bookings are not known to have arrived. */
  readonly undelivered: boolean;
  /** Whether the account booked shortly before. */
  readonly busy: boolean;
  /** After a failed delivery: when to try again; null when none failed. */
  readonly retry_ms: number | null;
}

/** To when the alarm must be set; null leaves it as it is. It is only ever moved forward. */
export function alarmWanted(facts: AlarmFacts): number | null {
  const { set_ms, due_ms } = facts;
  const wanted = earliest(due_ms, netWanted(facts));
  return wanted === null || (set_ms !== null && set_ms <= wanted) ? null : wanted;
}

/**
 * When the safety net must ring; null when none is needed. An alarm that is set for another reason is net enough: a
 * delivery that fails sets its own, so the net is for the instant between a commit and its delivery.
 */
function netWanted({ now_ms, set_ms, due_ms, undelivered, busy, retry_ms }: AlarmFacts): number | null {
  if (!undelivered) return null;
  if (retry_ms !== null) return retry_ms;
  return set_ms === null && due_ms === null ? now_ms + (busy ? NET_BUSY_MS : NET_MS) : null;
}

/**
 * When to try again what has been failing since an instant: after as long again as it has failed, so that waits double;
 * spread out, so that the accounts of a merchant do not come back all at once.
 *
 * @param random from 0 up to, not including, 1
 */
export function retryAt(now_ms: number, failing_since_ms: number, random: number): number {
  const waited = Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, now_ms - failing_since_ms));
  return now_ms + Math.round(waited * (0.75 + random / 2));
}

export function earliest(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.min(left, right);
}
