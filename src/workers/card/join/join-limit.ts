/** Cards that one address may make in a row, and how fast it may go on. A full café behind one address stays below it. */
const BURST = 20;
const REFILL_MS = 6_000;
const ADDRESSES_MAX = 5_000;

interface Bucket {
  readonly left: number;
  readonly at_ms: number;
}

/** In this isolate's memory alone: addresses are personal data, and a count that starts anew now and then is good enough. */
const buckets = new Map<string, Bucket>();

/** Takes one from the address's allowance. Answers 0, or the seconds to wait when there is none left. */
export function takeJoin(address: string, now_ms: number): number {
  const known = buckets.get(address) ?? { left: BURST, at_ms: now_ms };
  const left = Math.min(BURST, known.left + (now_ms - known.at_ms) / REFILL_MS);
  if (buckets.size >= ADDRESSES_MAX) buckets.clear();
  const allowed = left >= 1;
  buckets.set(address, { left: allowed ? left - 1 : left, at_ms: now_ms });
  return allowed ? 0 : Math.ceil(((1 - left) * REFILL_MS) / 1000);
}
