import type { EntryDraft } from "./draft.ts";
import { takeFrom } from "./lot.ts";
import type { AccountState } from "./state.ts";

/**
 * Entries that pay what is owed after a return from what is free to spend, in spend order. They belong to the booking that
 * made it free: paid later, it might have expired meanwhile. What was paid for with money is the member's own and pays no debt.
 */
export function debtPayments(state: AccountState): EntryDraft[] {
  return Object.entries(state.units).flatMap(([unit, { lots }]) => {
    const debt = lots.find((lot) => lot.class === "debt");
    if (debt === undefined) return [];
    const free = lots.filter((lot) => lot.bucket === "available" && lot.class !== "debt" && lot.class !== "paid");
    const why = { code: "debt_paid" } as const;
    return takeFrom(free, -debt.amount).flatMap(({ key, amount }): EntryDraft[] => [
      { unit, lot: key, delta: -amount, why },
      { unit, lot: DEBT_LOT, delta: amount, why },
    ]);
  });
}

/** Where a unit's debt stands. */
export const DEBT_LOT = { bucket: "available", class: "debt", expires_on: null, opens_on: null } as const;

/** Whether anything is owed. */
export function isInDebt(state: AccountState): boolean {
  return Object.values(state.units).some(({ lots }) => lots.some((lot) => lot.class === "debt"));
}
