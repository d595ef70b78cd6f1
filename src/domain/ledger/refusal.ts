import type { RewardClosed } from "../program/reward-conditions.ts";
import type { NotForTier } from "../program/reward-price.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { LimitPeriod } from "./redeemed.ts";

/**
 * Everything the ledger can refuse, as data. A refusal changes no balance. Those in {@link STORED_REFUSALS} were decided
 * from ledger state and are kept under the request's key, so that a retry hears the same; the others are not.
 */
export type Refusal =
  | { readonly code: "account_unknown" }
  | { readonly code: "account_erased" }
  | { readonly code: "account_moved"; readonly to: string }
  | { readonly code: "account_changed" }
  | { readonly code: "idempotency_mismatch" }
  | { readonly code: "receipt_reused" }
  | { readonly code: "return_id_reused" }
  | { readonly code: "need_program"; readonly version: number }
  | { readonly code: "card_unknown"; readonly card_no: number }
  | { readonly code: "card_blocked"; readonly card_no: number }
  | { readonly code: "nothing_to_deliver" }
  | { readonly code: "sale_unknown" }
  | { readonly code: "need_sale"; readonly accounts: readonly string[] }
  | { readonly code: "sale_not_known_yet" }
  | { readonly code: "line_unknown"; readonly line: string }
  | { readonly code: "return_exceeds_sale"; readonly line: string | null; readonly left: string }
  | { readonly code: "already_returned" }
  | { readonly code: "reward_unknown"; readonly reward: string }
  | { readonly code: "unit_unknown"; readonly unit: string }
  | { readonly code: "expiry_not_allowed"; readonly earliest: LocalDate; readonly latest: LocalDate | null }
  | { readonly code: "pay_with_points_off" }
  | { readonly code: "action_unknown"; readonly action: string }
  | { readonly code: "subject_required"; readonly action: string }
  | { readonly code: "action_already_given"; readonly action: string }
  | { readonly code: "transfers_off" }
  | {
      readonly code: "insufficient_balance";
      readonly unit: string;
      readonly needed: number;
      readonly available: number;
    }
  | { readonly code: "minimum_spend_not_met"; readonly minimum: number; readonly spend: number }
  | { readonly code: "sale_required"; readonly minimum: number }
  | RewardClosed
  | NotForTier
  | {
      readonly code: "reward_limit_reached";
      readonly reward: string;
      readonly max: number;
      readonly period: LimitPeriod;
    }
  | { readonly code: "reward_only_issued"; readonly reward: string }
  | { readonly code: "issue_gone" }
  | { readonly code: "issue_held" }
  | { readonly code: "too_many_issues"; readonly max: number }
  | { readonly code: "no_eligible_item"; readonly reward: string }
  | { readonly code: "paper_cards_off" }
  | { readonly code: "paper_card_taken" }
  | { readonly code: "paper_card_full"; readonly size: number }
  | { readonly code: "offline_redemption_off" }
  | { readonly code: "offline_value_unknown"; readonly reward: string }
  | { readonly code: "snapshot_too_low"; readonly unit: string; readonly needed: number; readonly available: number }
  | {
      readonly code: "offline_allowance_exceeded";
      readonly max: number;
      readonly used: number;
      readonly value: number;
    }
  | { readonly code: "hold_unknown"; readonly hold: number }
  | { readonly code: "hold_captured"; readonly hold: number }
  | { readonly code: "hold_cancelled"; readonly hold: number }
  | { readonly code: "hold_expired"; readonly hold: number }
  | { readonly code: "hold_claimed"; readonly hold: number; readonly account: string; readonly claim: number }
  | { readonly code: "tender_not_covered"; readonly tender: number; readonly pays: number }
  | { readonly code: "too_many_holds"; readonly max: number }
  | { readonly code: "too_many_cards"; readonly max: number };

export type RefusalCode = Refusal["code"];

/** Refusals that a retry under the same key must hear again. */
export const STORED_REFUSALS: ReadonlySet<RefusalCode> = new Set([
  "card_blocked",
  "line_unknown",
  "return_exceeds_sale",
  "already_returned",
  "insufficient_balance",
  "minimum_spend_not_met",
  "reward_limit_reached",
  "issue_gone",
  "issue_held",
  "too_many_issues",
  "no_eligible_item",
  "action_already_given",
  "paper_card_taken",
  "offline_allowance_exceeded",
  "hold_captured",
  "hold_cancelled",
  "hold_expired",
  "too_many_holds",
  "too_many_cards",
]);
