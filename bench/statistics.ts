/** The value below which a share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1));
  return sorted[at] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** A ratio with the middle half of what the rounds gave, and what the best round of each side gave. */
export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Least disturbed by whatever else the machine does; the median is what is judged. */
  readonly best: number;
}

/** The median of the rounds' ratios: rounds are neighbours in time, so what slows the machine slows both. */
export function ratioOf(above: readonly number[], below: readonly number[], better: "less" | "more"): Ratio {
  const sorted = above
    .map((value, round) => value / (below[round] ?? Number.NaN))
    .toSorted((left, right) => left - right);
  const pick = (values: readonly number[]) => (better === "less" ? Math.min(...values) : Math.max(...values));
  return {
    value: median(sorted),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    best: pick(above) / pick(below),
  };
}
