import type { z } from "zod";
import type { rewardStatus, WireWallet } from "../../../../contract/pos-v1/wallet.ts";
import type { RewardView, Wallet } from "../../../../domain/ledger/view.ts";
import { type Rendering } from "./reader.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireReward = z.infer<typeof rewardStatus>;

export function renderWallet({ text }: Rendering, wallet: Wallet): WireWallet {
  const balances = wallet.balances.map(({ of, name, expiring, ...balance }) => ({
    ...balance,
    name: text(name),
    expiring: [...expiring],
    ...(of === null ? {} : { of }),
  }));
  // An account of the release before tells of none.
  const challenges = (wallet.challenges ?? []).map(({ name, completed_at_ms, ...challenge }) => ({
    ...challenge,
    name: text(name),
    ...(completed_at_ms === null ? {} : { completed_at: wireTime(completed_at_ms) }),
  }));
  return { balances, tier: renderTier({ text }, wallet.tier), challenges };
}

function renderTier({ text }: Pick<Rendering, "text">, tier: Wallet["tier"]): WireWallet["tier"] {
  if (tier === null) return null;
  const { level, next } = tier;
  return {
    ...tier,
    level:
      level === null
        ? null
        : {
            id: level.id,
            name: text(level.name),
            discount_percent: level.discount_percent ?? null,
            perks: [...level.perks],
          },
    next: next === null ? null : { ...next, name: text(next.name) },
  };
}

export function renderRewards({ text }: Rendering, rewards: readonly RewardView[]): WireReward[] {
  return rewards.map(({ id, name, cost, affordable, missing, blocked, instead_of, tiers }) => ({
    object: "reward",
    id,
    name: text(name),
    cost,
    regular_amount: instead_of ?? null,
    tiers: tiers?.map((level) => ({ id: level.id, name: text(level.name) })) ?? null,
    available: affordable && blocked === null,
    missing,
    unavailable_because: blocked ?? (affordable ? null : "insufficient_balance"),
  }));
}
