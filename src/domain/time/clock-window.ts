/** How far back a till's clock may place a sale, and how far ahead, before the receive time counts instead. */
export const OCCURRED_BACK_MAX_MS = 7 * 24 * 60 * 60 * 1000;
export const OCCURRED_AHEAD_MAX_MS = 5 * 60 * 1000;

export interface OccurredAt {
  /** The time that counts for rules, caps and days. */
  readonly occurred_at_ms: number;
  /** True when the till's own time was outside the window and the receive time counts. */
  readonly clamped: boolean;
}

/** Chooses the time of a sale. With `backfill` any past time is kept. */
export function clampOccurredAt(given_ms: number | null, now_ms: number, backfill: boolean): OccurredAt {
  if (given_ms === null) return { occurred_at_ms: now_ms, clamped: false };
  const tooFarAhead = given_ms > now_ms + OCCURRED_AHEAD_MAX_MS;
  const tooFarBack = !backfill && given_ms < now_ms - OCCURRED_BACK_MAX_MS;
  return tooFarAhead || tooFarBack
    ? { occurred_at_ms: now_ms, clamped: true }
    : { occurred_at_ms: given_ms, clamped: false };
}
