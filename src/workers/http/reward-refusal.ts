import { assertNever } from "../../domain/invariant.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import { formatMoney } from "../../domain/money.ts";
import type { RewardHours } from "../../domain/program/reward-conditions.ts";
import { formatDate } from "../../domain/time/format-date.ts";
import type { ProblemReader } from "./refusal-problem.ts";

export type RewardRefusal = Extract<
  Refusal,
  { code: "sale_required" | "reward_closed" | "reward_outside_hours" | "reward_limit_reached" | "reward_not_for_tier" }
>;

/** What a condition of a reward says that was not met, and what to do. */
export function rewardDetail(refusal: RewardRefusal, { locale, currency }: ProblemReader): string {
  switch (refusal.code) {
    case "sale_required":
      return `The reward asks for at least ${formatMoney(refusal.minimum, currency, locale)} and no sale was named; name the redemption in the sale.`;
    case "reward_closed": {
      const { from, until } = refusal;
      const since = from === null ? "" : ` from ${formatDate(from, "en")}`;
      return `${refusal.reward} can be had${since}${until === null ? "" : ` up to and including ${formatDate(until, "en")}`}.`;
    }
    case "reward_not_for_tier":
      return `${refusal.reward} is for members of ${refusal.tiers.join(", ")}.`;
    case "reward_outside_hours":
      return `${refusal.reward} can be had ${refusal.hours.map(hoursText).join(", ")}.`;
    case "reward_limit_reached":
      return `The member has had ${refusal.reward} ${refusal.max === 1 ? "once" : `${refusal.max} times`} ${PERIODS[refusal.period]}, which is the most.`;
    default:
      return assertNever(refusal, "refusal");
  }
}

const PERIODS = { total: "in all", day: "today", week: "this week", month: "this month" } as const;
const WEEKDAYS = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function hoursText({ weekdays, from, until }: RewardHours): string {
  const days = weekdays.length === 7 ? "every day" : weekdays.map((day) => WEEKDAYS[day] ?? "").join(" ");
  return `${days} ${from}–${until}`;
}
