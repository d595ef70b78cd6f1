const DAY_MS = 86_400_000;

/** Baskets are kept for at least 13 months: 400 days are more than the longest thirteen months. */
export const BASKET_KEEP_MS = 400 * DAY_MS;

/** Bookings are added to their day's roll-up in one go, a day's worth at a time: a row per sale saved. */
export const FOLD_EVERY_MS = DAY_MS;
/** The newest bookings stay out of the roll-ups for so long; reads count them on top. */
export const FOLD_BEHIND_MS = DAY_MS / 24;

/** Places in the feed per millisecond. At 1,024 a place stays a safe integer until the year 2248. */
const PLACES = 1024;

/** The first place in the feed for a booking of this instant. Places order the feed by time. */
export function placeAt(at_ms: number): number {
  return at_ms * PLACES;
}

export function timeOfPlace(place: number): number {
  return Math.floor(place / PLACES);
}
