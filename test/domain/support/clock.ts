/** Noon in Amsterdam on a Tuesday: far from midnight, from a month's end and from a change of the clocks. */
export const NOW_MS = Date.UTC(2026, 5, 16, 10, 0, 0);
export const TODAY = "2026-06-16";
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
