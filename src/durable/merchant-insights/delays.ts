/** So many of the latest deliveries are remembered. */
const KEPT = 1_000;

/** How long bookings took from their commit to here; in memory only, since the instance woke. */
export class Delays {
  readonly #latest: number[] = [];
  #count = 0;

  add(delay_ms: number): void {
    this.#latest[this.#count % KEPT] = Math.max(0, delay_ms);
    this.#count += 1;
  }

  summary(): { readonly count: number; readonly p50: number; readonly p99: number } {
    const sorted = [...this.#latest].sort((left, right) => left - right);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { count: this.#count, p50: at(0.5), p99: at(0.99) };
  }
}
