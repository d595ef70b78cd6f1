import { type Activity, addMoves, type UnitMove } from "./activity.ts";

/** What one location did on one day. Sums only, so that bookings may be added in any order. Money in minor units. */
export interface Tally {
  readonly sales: number;
  /** Goods sold in the programme's currency, before returns. */
  readonly revenue: number;
  /** Sales in other currencies; they are no revenue here. */
  readonly foreign_sales: number;
  readonly returns: number;
  readonly returned: number;
  /** What rewards took off. */
  readonly discounts: number;
  /** What redeemed rewards cost the merchant, as far as their cost price is known; absent from days before it was counted. */
  readonly reward_costs?: number;
  /** Members, each once, however often they came. */
  readonly members_seen: number;
  readonly new_members: number;
  readonly rewards: Readonly<Record<string, number>>;
  readonly units: Readonly<Record<string, UnitMove>>;
}

export const NO_TALLY: Tally = {
  sales: 0,
  revenue: 0,
  foreign_sales: 0,
  returns: 0,
  returned: 0,
  discounts: 0,
  reward_costs: 0,
  members_seen: 0,
  new_members: 0,
  rewards: {},
  units: {},
};

/** What a booking adds to its day; null when it adds nothing. */
export function tallyOf({ type, facts }: Pick<Activity, "type" | "facts">): Tally | null {
  const foreign = facts.foreign === true;
  const sale = type === "sale";
  const counts = {
    sales: sale ? 1 : 0,
    revenue: sale && !foreign ? (facts.sold ?? 0) : 0,
    foreign_sales: sale && foreign ? 1 : 0,
    returns: type === "return" ? 1 : 0,
    returned: type === "return" && !foreign ? (facts.returned ?? 0) : 0,
    discounts: facts.discount ?? 0,
    reward_costs: facts.reward_costs ?? 0,
    members_seen: facts.first_visit === true ? 1 : 0,
    new_members: type === "opened" && facts.account_kind === "member" ? 1 : 0,
  };
  const nothing = Object.values(counts).every((count) => count === 0);
  if (nothing && facts.rewards === undefined && facts.units === undefined) return null;
  return { ...counts, rewards: facts.rewards ?? {}, units: facts.units ?? {} };
}

export function addTallies(left: Tally, right: Tally): Tally {
  return {
    sales: left.sales + right.sales,
    revenue: left.revenue + right.revenue,
    foreign_sales: left.foreign_sales + right.foreign_sales,
    returns: left.returns + right.returns,
    returned: left.returned + right.returned,
    discounts: left.discounts + right.discounts,
    reward_costs: (left.reward_costs ?? 0) + (right.reward_costs ?? 0),
    members_seen: left.members_seen + right.members_seen,
    new_members: left.new_members + right.new_members,
    rewards: mergeBy(left.rewards, right.rewards, 0, (a, b) => a + b),
    units: mergeBy(left.units, right.units, {}, addMoves),
  };
}

function mergeBy<Value>(
  left: Readonly<Record<string, Value>>,
  right: Readonly<Record<string, Value>>,
  empty: Value,
  add: (left: Value, right: Value) => Value,
): Record<string, Value> {
  const sum = { ...left };
  for (const [key, value] of Object.entries(right)) sum[key] = add(sum[key] ?? empty, value);
  return sum;
}
