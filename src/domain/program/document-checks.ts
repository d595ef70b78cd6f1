import { automaticProblem } from "./action-rules.ts";
import { bonusProblem } from "./bonus-rules.ts";
import { challengeProblems } from "./challenge-rules.ts";
import type { Budget } from "./budget.ts";
import { type ProgramDocument, unitIdsOf } from "./document.ts";
import type { Promotion } from "./promotion-rules.ts";

/** One thing that is wrong between two places of a document. */
export interface CrossIssue {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Promotions that name what there is not, or have a budget that nothing would use up. */
export function promotionIssues(document: ProgramDocument): CrossIssue[] {
  const units = new Set(unitIdsOf(document));
  const levels = new Set((document.tiers?.levels ?? []).map(({ id }) => id));
  return document.promotions.flatMap(({ gives, segment, budget }, index) => [
    ...(gives.kind === "effect" || gives.kind === "issue" || units.has(gives.unit)
      ? []
      : [{ path: ["promotions", index, "gives", "unit"], message: `the programme has no unit ${gives.unit}` }]),
    ...budgetIssues(gives.kind, budget, index),
    ...(gives.kind === "issue" ? couponIssues(document, gives.reward, index) : []),
    ...(segment?.tiers ?? [])
      .filter((id) => !levels.has(id))
      .map((id) => ({ path: ["promotions", index, "segment", "tiers"], message: `there is no level ${id}` })),
  ]);
}

/** Units are given by multipliers and additions, money by effects. */
function budgetIssues(kind: Promotion["gives"]["kind"], budget: Budget | undefined, index: number): CrossIssue[] {
  const path = ["promotions", index, "budget"];
  if (budget?.points_max !== undefined && kind !== "multiplier" && kind !== "addition") {
    return [{ path: [...path, "points_max"], message: "is for promotions that give units" }];
  }
  if (budget?.amount_max !== undefined && kind !== "effect") {
    return [{ path: [...path, "amount_max"], message: "is for promotions that take something off the basket" }];
  }
  return [];
}

/** Units that checking in at an event gives. */
export function checkInIssues(document: ProgramDocument): CrossIssue[] {
  const units = new Set(unitIdsOf(document));
  return document.rewards.flatMap(({ effect }, index) => {
    const unit = effect.kind === "event" ? effect.check_in?.unit : undefined;
    if (unit === undefined || units.has(unit)) return [];
    const path = ["rewards", index, "effect", "check_in", "unit"];
    return [{ path, message: `the programme has no unit ${unit}` }];
  });
}

/** What is given for a later visit must be there, and must end. */
function couponIssues({ rewards }: ProgramDocument, id: string, index: number): CrossIssue[] {
  const path = ["promotions", index, "gives", "reward"];
  const issued = rewards.find((each) => each.id === id);
  if (issued === undefined) return [{ path, message: `there is no reward ${id}` }];
  return issued.valid_for === undefined
    ? [{ path, message: `the reward ${id} must say how long it is valid_for` }]
    : [];
}

/** A price for a level that cannot have the reward would never be paid. */
export function rewardTierIssues({ rewards, tiers }: ProgramDocument): CrossIssue[] {
  const levels = new Set((tiers?.levels ?? []).map(({ id }) => id));
  return rewards.flatMap(({ tiers: only, tier_prices = [], cost }, index) => {
    const at = (field: string, message: string) => ({ path: ["rewards", index, field], message });
    const unknown = (ids: readonly string[], field: string) =>
      ids.filter((id) => !levels.has(id)).map((id) => at(field, `there is no level ${id}`));
    const priced = tier_prices.map(({ tier }) => tier);
    const twice = priced.filter((id, place) => priced.indexOf(id) < place);
    const shut = only === undefined ? [] : priced.filter((id) => levels.has(id) && !only.includes(id));
    return [
      ...(cost === undefined && priced.length > 0 ? [at("tier_prices", "the reward has no cost")] : []),
      ...unknown(only ?? [], "tiers"),
      ...unknown(priced, "tier_prices"),
      ...twice.map((id) => at("tier_prices", `the level ${id} has two prices`)),
      ...shut.map((id) => at("tier_prices", `the reward is not for the level ${id}`)),
    ];
  });
}

/** Dated gifts that give what there is not, or are for levels that there are not. */
export function giftIssues(document: ProgramDocument): CrossIssue[] {
  const units = new Set(unitIdsOf(document));
  const rewards = new Set(document.rewards.map(({ id }) => id));
  const levels = new Set((document.tiers?.levels ?? []).map(({ id }) => id));
  return document.dated_gifts.flatMap(({ gives, segment }, index) => {
    const at = (...path: readonly string[]) => ["dated_gifts", index, ...path];
    const given = bonusProblem(gives, units, rewards);
    const unknown = (segment?.tiers ?? []).filter((id) => !levels.has(id));
    return [
      ...(given === null ? [] : [{ path: at("gives", given.field), message: given.message }]),
      ...unknown.map((id) => ({ path: at("segment", "tiers"), message: `there is no level ${id}` })),
    ];
  });
}

/** Challenges that give what there is not, are for levels that there are not, or cannot be done. */
export function challengeIssues(document: ProgramDocument): CrossIssue[] {
  const units = new Set(unitIdsOf(document));
  const rewards = new Set(document.rewards.map(({ id }) => id));
  const levels = new Set((document.tiers?.levels ?? []).map(({ id }) => id));
  return document.challenges.flatMap((item, index) => {
    const at = (...path: readonly string[]) => ["challenges", index, ...path];
    const given = bonusProblem(item.gives, units, rewards);
    return [
      ...challengeProblems(item).map(({ field, message }) => ({ path: at(field), message })),
      ...(given === null ? [] : [{ path: at("gives", given.field), message: given.message }]),
      ...(item.segment?.tiers ?? [])
        .filter((id) => !levels.has(id))
        .map((id) => ({ path: at("segment", "tiers"), message: `there is no level ${id}` })),
    ];
  });
}

/** Actions that give what there is not, or cannot come by themselves. */
export function actionIssues(document: ProgramDocument): CrossIssue[] {
  const units = new Set(unitIdsOf(document));
  return document.actions.flatMap((item, index) => {
    const problem = automaticProblem(item);
    return [
      ...(units.has(item.unit)
        ? []
        : [{ path: ["actions", index, "unit"], message: `the programme has no unit ${item.unit}` }]),
      ...(problem === null ? [] : [{ path: ["actions", index, "automatic"], message: problem }]),
    ];
  });
}
