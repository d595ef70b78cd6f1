import type { Ratio } from "./statistics.ts";

export type Verdict = "ok" | "MISSED" | "not measured" | "for comparison";

/** One line of design §10. */
export interface Budget {
  readonly name: string;
  readonly measured: string;
  readonly budget: string;
  readonly verdict: Verdict;
}

/** What the next line counts or divides, held against the most it may be. */
export function atMost(name: string, value: number, max: number, text: string = String(value)): Budget {
  return { name, measured: text, budget: `≤ ${max}`, verdict: value <= max ? "ok" : "MISSED" };
}

export function ratioAtMost(name: string, ratio: Ratio, max: number): Budget {
  return atMost(name, ratio.value, max, ratioText(ratio));
}

export function ratioAtLeast(name: string, ratio: Ratio, min: number): Budget {
  return { name, measured: ratioText(ratio), budget: `≥ ${min}`, verdict: ratio.value >= min ? "ok" : "MISSED" };
}

/** A ratio that no budget is about. */
export function compared(name: string, ratio: Ratio): Budget {
  return { name, measured: ratioText(ratio), budget: "", verdict: "for comparison" };
}

export function notMeasured(name: string, budget: string, why: string): Budget {
  return { name, measured: why, budget, verdict: "not measured" };
}

/** The ratio, the range that the middle half of the rounds gave, and the ratio of the best rounds. */
export function ratioText({ value, low, high, best }: Ratio): string {
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}), best ${best.toFixed(2)}`;
}
