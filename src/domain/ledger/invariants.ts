import { bySpendOrder, sameLot } from "./lot.ts";
import { type AccountState, inBucket } from "./state.ts";

/** Everything that must hold of a state, as sentences about what is wrong. Empty when all is well. */
export function brokenInvariants(state: AccountState): string[] {
  return [...lotProblems(state), ...holdProblems(state)];
}

function lotProblems(state: AccountState): string[] {
  return Object.entries(state.units).flatMap(([unit, { lots }]) => [
    ...lots
      .filter((lot) => (lot.class === "debt" ? lot.amount >= 0 : lot.amount <= 0))
      .map((lot) => `${unit} has a lot of ${lot.amount}`),
    ...lots
      .filter((lot, index) => lots.findIndex((other) => sameLot(other, lot)) !== index)
      .map(() => `${unit} has a lot twice`),
    ...(lots.every((lot, index) => index === 0 || bySpendOrder(lots[index - 1] ?? lot, lot) <= 0)
      ? []
      : [`${unit} has lots out of order`]),
  ]);
}

function holdProblems(state: AccountState): string[] {
  const held = new Map<string, number>();
  for (const hold of Object.values(state.holds)) {
    const sum = hold.parts.reduce((total, part) => total + part.amount, 0);
    held.set(hold.unit, (held.get(hold.unit) ?? 0) + sum);
  }
  return Object.entries(state.units)
    .filter(([unit, value]) => inBucket(value, "held") !== (held.get(unit) ?? 0))
    .map(([unit, value]) => `${unit} holds ${inBucket(value, "held")}, its open holds ${held.get(unit) ?? 0}`);
}
