import { mulDivFloor } from "../numbers.ts";

/**
 * What a spend rule has seen but not yet paid out, in sub-units, with the rate (sub-units per point) it is counted in. A
 * sub-unit is a minor unit × give, divided further where a multiplier needs it. Signed: a return may take it below zero.
 * Always: kept eligible × give = points × rate + value.
 */
export interface Remainder {
  readonly value: number;
  readonly rate: number;
}
export type Remainders = Readonly<Record<string, Remainder>>;

/** The same fraction of a point counted in another rate; a programme may change a rule between two sales. */
export function atRate(remainder: Remainder, rate: number): Remainder {
  return remainder.rate === rate ? remainder : { value: mulDivFloor(remainder.value, rate, remainder.rate), rate };
}
