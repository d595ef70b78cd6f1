import type { LocalizedText } from "./document-parts.ts";
import type { Reward } from "./reward-rules.ts";
import type { TierLevel } from "./tier-rules.ts";

/** What a level pays for a reward, and what others pay. */
export interface TierPrice {
  /** Id of the level. */
  readonly tier: string;
  readonly name: LocalizedText;
  /** Units that members without a price of their own give. */
  readonly instead_of: number;
}

/** What one member gives for a reward. */
export interface RewardPrice {
  readonly unit: string;
  readonly amount: number;
  /** Null when it is what everybody gives. */
  readonly tier_price: TierPrice | null;
}

/** What a member of a level gives for a reward; null for one that is only issued. A null level stands below the lowest. */
export function priceFor({ cost, tier_prices = [] }: Reward, level: TierLevel | null): RewardPrice | null {
  if (cost === undefined) return null;
  const own = level === null ? undefined : tier_prices.find(({ tier }) => tier === level.id);
  if (own === undefined || level === null) return { ...cost, tier_price: null };
  const { id: tier, name } = level;
  return { unit: cost.unit, amount: own.amount, tier_price: { tier, name, instead_of: cost.amount } };
}

/** Why a member cannot have a reward, whatever the balance: it is for other levels. */
export interface NotForTier {
  readonly code: "reward_not_for_tier";
  readonly reward: string;
  /** Ids of the levels that it is for. */
  readonly tiers: readonly string[];
}

export function notForTier({ id, tiers }: Reward, level: TierLevel | null): NotForTier | null {
  if (tiers === undefined || (level !== null && tiers.includes(level.id))) return null;
  return { code: "reward_not_for_tier", reward: id, tiers };
}
