import type { SaleCommand } from "../../../domain/ledger/command.ts";
import { saleNaturalKey } from "../../../domain/ledger/natural-key.ts";
import { receiptGuard } from "../../../durable/merchant-guard/client.ts";
import { locationHintFor } from "../../../durable/shared/namespace.ts";
import { ProblemError } from "../../http/problem.ts";
import type { PosDesk } from "./desk.ts";

/** A sale on its way to an account. */
export interface GuardedSale {
  readonly command: SaleCommand;
  readonly account: string;
  readonly preview: boolean;
}

/**
 * Runs a sale; where the merchant lets a receipt count once, the location's guard is asked first, which is one call. When
 * the sale is booked nobody needs to tell the guard. When the guard cannot be reached the sale is not booked and may be
 * sent again: the merchant chose to rather wait than credit twice.
 *
 * @throws ProblemError `receipt_on_another_card`
 */
export async function underStrictReceipts<Value>(
  desk: PosDesk,
  { command, account, preview }: GuardedSale,
  run: () => Promise<Value>,
): Promise<Value> {
  if (!desk.parts.config.config.merchant.strict_receipts) return run();
  const { location, till, env } = desk.parts;
  const locationHint = locationHintFor(location.country);
  const options = locationHint === undefined ? {} : { locationHint };
  const guard = receiptGuard(env.MERCHANT_GUARD, desk.tenant, location.id, options);
  const receipt = saleNaturalKey({ ...command, till: till.id });
  const reserved = await guard.reserve({ receipt, account, preview });
  if (!reserved.ok) throw new ProblemError(reserved.error.code);
  try {
    return await run();
  } catch (error) {
    // Refused for good; whatever else happened is not known, and then the reservation runs out by itself.
    if (error instanceof ProblemError && !preview) await guard.settle({ receipt, account }).catch(() => undefined);
    throw error;
  }
}
