import { vi } from "vitest";

/** Waits until what was set going has come about. The time is a guard against hanging, not a measure of speed. */
export function eventually<Value>(check: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(check, { timeout: 15_000, interval: 20 });
}
