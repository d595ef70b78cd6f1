import { debtPayments, isInDebt } from "./debt.ts";
import type { Draft } from "./draft.ts";
import { applyDrafts } from "./due.ts";
import type { AccountState } from "./state.ts";

/**
 * A draft that also pays what is owed with what it makes free to spend.
 *
 * @param settled the account before the draft, with what is due applied
 */
export function withDebtsPaid(settled: AccountState, draft: Draft): Draft {
  if (draft.event.type === "handed_over" || draft.entries.length === 0) return draft;
  const after = applyDrafts(settled, draft.entries);
  return isInDebt(after) ? { ...draft, entries: [...draft.entries, ...debtPayments(after)] } : draft;
}
