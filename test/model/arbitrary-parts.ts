import fc from "fast-check";
import type { Matcher } from "../../src/domain/program/document-parts.ts";

// Parts that several schemes are set up with.

export const SKUS = ["latte", "cake", "tea"];
export const CATEGORIES = ["coffee", "food"];
export const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
/** Mostly absent. */
export const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.tuple(fc.nat({ max: 3 }), value).map(([chance, one]) => (chance === 0 ? one : undefined));

export const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.constantFrom(...SKUS).map((one) => ({ skus: [one] })),
  fc.constantFrom(...CATEGORIES).map((one) => ({ categories: [one] })),
);
export const give = fc.constantFrom(1, 2, 3, 7, 10);
export const minimum_spend = maybe(fc.constantFrom(0, 1, 500, 1200));
