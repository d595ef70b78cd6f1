import { assertNever } from "../../domain/invariant.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import { formatMoney } from "../../domain/money.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { type ProblemDetails, ProblemError } from "./problem.ts";
import { rewardDetail } from "./reward-refusal.ts";

/** Who reads the detail. */
export interface ProblemReader {
  readonly locale: Locale;
  readonly currency: string;
}

/** The ledger's refusals as problems: the one place that maps them. */
export function refusalProblem(refusal: Refusal, reader: ProblemReader, replayed: boolean): ProblemError {
  const { code, ...details } = problemOf(refusal, reader);
  return new ProblemError(code, replayed ? { ...details, replayed } : details);
}

type Spec = { readonly code: ProblemError["code"] } & ProblemDetails;

function problemOf(refusal: Refusal, reader: ProblemReader): Spec {
  switch (refusal.code) {
    case "account_unknown":
    case "nothing_to_deliver":
    case "account_moved":
      return { code: "member_unknown" };
    case "account_erased":
      return { code: "member_erased" };
    case "card_unknown":
      return { code: "card_unknown" };
    case "hold_unknown":
      return { code: "redemption_unknown" };
    case "hold_captured":
      return { code: "redemption_captured" };
    case "hold_cancelled":
      return { code: "redemption_cancelled" };
    case "hold_expired":
      return { code: "redemption_expired" };
    case "account_changed":
      return { code: "merge_changed" };
    case "need_program":
    case "need_sale":
    case "hold_claimed":
      return { code: "unavailable", retryAfterSeconds: 1 };
    case "idempotency_mismatch":
    case "receipt_reused":
    case "return_id_reused":
    case "card_blocked":
    case "sale_unknown":
    case "already_returned":
    case "pay_with_points_off":
    case "action_unknown":
    case "subject_required":
    case "action_already_given":
    case "transfers_off":
    case "reward_only_issued":
    case "paper_cards_off":
    case "paper_card_taken":
    case "paper_card_full":
    case "offline_redemption_off":
    case "offline_value_unknown":
      return { code: refusal.code };
    case "sale_not_known_yet":
      return { code: "sale_not_known_yet", retryAfterSeconds: 30 };
    case "line_unknown":
    case "return_exceeds_sale":
    case "reward_unknown":
    case "unit_unknown":
    case "insufficient_balance":
    case "minimum_spend_not_met":
    case "no_eligible_item":
    case "snapshot_too_low":
    case "offline_allowance_exceeded":
    case "too_many_holds":
    case "too_many_cards":
      return { code: refusal.code, detail: detailOf(refusal, reader) };
    case "tender_not_covered":
      return { code: refusal.code, detail: tenderDetail(refusal, reader) };
    case "expiry_not_allowed":
      return { code: refusal.code, detail: expiryDetail(refusal) };
    case "issue_gone":
      return { code: "issued_reward_gone" };
    case "issue_held":
      return { code: "issued_reward_held" };
    case "too_many_issues":
      return { code: "too_many_issued_rewards" };
    case "sale_required":
    case "reward_closed":
    case "reward_outside_hours":
    case "reward_limit_reached":
    case "reward_not_for_tier":
      return { code: refusal.code, detail: rewardDetail(refusal, reader) };
    default:
      return assertNever(refusal, "refusal");
  }
}

function tenderDetail(
  { tender, pays }: Extract<Refusal, { code: "tender_not_covered" }>,
  { locale, currency }: ProblemReader,
): string {
  const [said, covered] = [tender, pays].map((amount) => formatMoney(amount, currency, locale));
  return `The tender says ${said} by gift card; the redemptions that it names pay ${covered} of this sale.`;
}

function expiryDetail({ earliest, latest }: Extract<Refusal, { code: "expiry_not_allowed" }>): string {
  const until = latest === null ? "" : ` and ${latest} at the latest`;
  return `The programme allows ${earliest} at the earliest${until}.`;
}

type Detailed = Extract<
  Refusal,
  {
    code:
      | "line_unknown"
      | "return_exceeds_sale"
      | "reward_unknown"
      | "unit_unknown"
      | "insufficient_balance"
      | "minimum_spend_not_met"
      | "no_eligible_item"
      | "snapshot_too_low"
      | "offline_allowance_exceeded"
      | "too_many_holds"
      | "too_many_cards";
  }
>;

function detailOf(refusal: Detailed, { locale, currency }: ProblemReader): string {
  switch (refusal.code) {
    case "line_unknown":
      return `The sale has no line ${refusal.line}. Name lines by the ids in the sale's answer, or by sku.`;
    case "return_exceeds_sale":
      return refusal.line === null
        ? `Of this sale only ${formatMoney(Number(refusal.left), currency, locale)} is left to give back.`
        : `Of ${refusal.line} only ${refusal.left} is left to give back.`;
    case "reward_unknown":
      return `The programme in force has no reward ${refusal.reward}; /v1/program lists them.`;
    case "unit_unknown":
      return `The programme in force has no unit ${refusal.unit}; /v1/program lists them.`;
    case "insufficient_balance":
      return `This takes ${refusal.needed} ${refusal.unit} and the card has ${refusal.available}.`;
    case "minimum_spend_not_met":
      return `The reward asks for at least ${formatMoney(refusal.minimum, currency, locale)}; this sale is ${formatMoney(refusal.spend, currency, locale)}.`;
    case "no_eligible_item":
      return `No line of the basket fits ${refusal.reward}.`;
    case "snapshot_too_low":
      return `This takes ${refusal.needed} ${refusal.unit} and the snapshot shows ${refusal.available}.`;
    case "offline_allowance_exceeded": {
      const [max, used, value] = [refusal.max, refusal.used, refusal.value].map((amount) =>
        formatMoney(amount, currency, locale),
      );
      return `This is worth ${value}; ${used} of the ${max} a day without a connection are used.`;
    }
    case "too_many_holds":
      return `The member has ${refusal.max} open redemptions; capture or cancel some first.`;
    case "too_many_cards":
      return `The member has had ${refusal.max} cards; that is the most.`;
    default:
      return assertNever(refusal, "refusal");
  }
}
