import { assertNever } from "../invariant.ts";
import type { LotClass, LotKey } from "../ledger/lot.ts";
import { addSpan, endOfMonth, nextYearlyDate } from "../time/calendar.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { ExpiryRule } from "./lot-rules.ts";

/** When a unit can be spent: from when, and until when. */
export interface LotPolicy {
  readonly expiry: ExpiryRule;
  readonly pending_days: number;
}

export const PLAIN_POLICY: LotPolicy = { expiry: { kind: "none" }, pending_days: 0 };

/** The lot that units earned on a date go to. Expiry counts from the day on which they can first be spent. */
export function lotOn(policy: LotPolicy, date: LocalDate, lotClass: LotClass = "earned"): LotKey {
  const opens_on = policy.pending_days > 0 ? addSpan(date, { days: policy.pending_days }) : null;
  return {
    bucket: opens_on === null ? "available" : "pending",
    class: lotClass,
    expires_on: lastDay(policy.expiry, opens_on ?? date),
    opens_on,
  };
}

/** The last date on which units that open on `from` can be spent; null never expires. */
export function lastDay(rule: ExpiryRule, from: LocalDate): LocalDate | null {
  switch (rule.kind) {
    case "none":
      return null;
    case "rolling": {
      const end = addSpan(from, rule.after);
      return rule.to === "month" ? endOfMonth(end) : end;
    }
    case "fixed":
      return nextYearlyDate(addSpan(from, { days: rule.at_least_days }), rule.dates);
    case "sliding":
      return addSpan(from, rule.after);
    default:
      return assertNever(rule, "expiry rule");
  }
}
