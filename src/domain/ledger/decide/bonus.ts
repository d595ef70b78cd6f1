import type { Bonus } from "../../program/bonus-rules.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import type { LocalizedText } from "../../program/document-parts.ts";
import { termsOf } from "../../program/reward-terms.ts";
import { addSpan, monthOf } from "../../time/calendar.ts";
import type { LocalDate } from "../../time/local-date.ts";
import type { IssuedReward } from "../issued.ts";
import { type MeterChange, tierMeter } from "../meter.ts";

type RewardBonus = Extract<Bonus, { kind: "reward" }>;

/** A reward that is given as a bonus; its time begins on the day it is given. */
export function issuedBonus(
  program: CompiledProgram,
  { reward: id, valid_for }: RewardBonus,
  {
    origin,
    on,
    what,
  }: { readonly origin: "challenge" | "dated"; readonly on: LocalDate; readonly what: LocalizedText },
): IssuedReward {
  const reward = program.rewards.get(id);
  const span = valid_for ?? reward?.valid_for;
  const expires_on = span === undefined ? null : addSpan(on, span);
  const terms = reward === undefined ? {} : termsOf(reward);
  return { reward: id, what: reward?.name ?? what, origin, expires_on, ...terms };
}

/** The counter that a bonus in units moves where it counts for the level; null where it does not. */
export function tierBonus(
  program: CompiledProgram,
  {
    unit,
    amount,
    counts_for_tier,
  }: { readonly unit: string; readonly amount: number; readonly counts_for_tier: boolean },
  on: LocalDate,
): MeterChange | null {
  const counts = counts_for_tier && unit === "points" && program.document.tiers !== undefined;
  return counts ? { meter: tierMeter("points"), on: monthOf(on), amount } : null;
}
