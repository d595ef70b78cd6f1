import { createHash } from "node:crypto";

/** Numbers that look random and are the same every time: each stream is named by what it decides. */
export class Random {
  #state: number;

  constructor(...name: readonly (string | number)[]) {
    this.#state = createHash("sha256").update(name.join("\n")).digest().readUInt32LE(0);
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.int(0, values.length - 1)] ?? values[0];
  }

  /** One of the values, each as likely as its weight says. */
  weighted<Value>(choices: readonly [Weighted<Value>, ...Weighted<Value>[]]): Value {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let rest = this.next() * total;
    for (const [weight, value] of choices) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return choices[0][1];
  }
}

export type Weighted<Value> = readonly [weight: number, value: Value];
