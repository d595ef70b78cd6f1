import type { z } from "zod";
import type { rewardStatus, WireWallet } from "../../../../contract/pos-v1/wallet.ts";
import type { RewardView, Wallet } from "../../../../domain/ledger/view.ts";
import type { Rendering } from "./reader.ts";

export type WireReward = z.infer<typeof rewardStatus>;

export function renderWallet({ text }: Rendering, wallet: Wallet): WireWallet {
  const balances = wallet.balances.map(({ of, name, expiring, ...balance }) => ({
    ...balance,
    name: text(name),
    expiring: [...expiring],
    ...(of === null ? {} : { of }),
  }));
  return { balances, tier: wallet.tier };
}

export function renderRewards({ text }: Rendering, rewards: readonly RewardView[]): WireReward[] {
  return rewards.map(({ id, name, cost, affordable, missing }) => ({
    object: "reward",
    id,
    name: text(name),
    cost,
    available: affordable,
    missing,
  }));
}
