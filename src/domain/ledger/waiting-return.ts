import type { ReturnCommand } from "./command.ts";
import type { Refusal } from "./refusal.ts";
import { sameReturn } from "./same-content.ts";
import type { AccountState } from "./state.ts";

/** What a return hears that waits for its sale; the sale may have come along with an account that went up in this one. */
export function stillWaiting({ absorbed = [] }: AccountState, { sale, searched }: ReturnCommand): Refusal {
  return "receipt" in sale && searched !== true && absorbed.length > 0
    ? { code: "need_sale", accounts: absorbed }
    : { code: "sale_not_known_yet" };
}

/** Sequence of the return that waits here for the sale that was found elsewhere; null when this one never waited. */
export function waitedFor({ parked }: Pick<AccountState, "parked">, { sale, request }: ReturnCommand): number | null {
  if (!("origin" in sale)) return null;
  const { receipt } = sale.sale.sale;
  const found = Object.entries(parked).find(
    ([, waiting]) =>
      waiting.sale.receipt === receipt &&
      waiting.request.return_id === request.return_id &&
      sameReturn(request, waiting.request),
  );
  return found === undefined ? null : Number(found[0]);
}
