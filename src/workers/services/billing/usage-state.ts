import type { BillingRow } from "../../../db/schema/billing.ts";
import { entitlements } from "../../../domain/billing/entitlements.ts";
import type { BillingState, UsageState } from "../../../domain/billing/state.ts";
import { judgeUsage } from "../../../domain/billing/usage.ts";

/** Whether limits are exceeded under a state, by what was counted last. A larger plan forgives at once. */
export function usageAfter(
  { usage, counts }: Pick<BillingRow, "usage" | "counts">,
  state: BillingState,
  locations: readonly unknown[],
  now_ms: number,
): UsageState {
  const { limits } = entitlements(state, usage, now_ms);
  const counted = {
    locations: locations.length,
    active_members: counts?.active_members ?? 0,
    active_members_last_month: counts?.active_members_last_month ?? 0,
  };
  return judgeUsage(usage, counted, limits, now_ms);
}
