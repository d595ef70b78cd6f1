import { z } from "zod";

export const rewardStock = z
  .strictObject({
    object: z.literal("reward_stock").meta({ description: "Always `reward_stock`." }),
    reward: z.string().meta({ description: "Id of the reward.", example: "rew_proeverij" }),
    stock_max: z.int().nullable().meta({
      description: "How many there are in all, such as the seats at an event; null without a limit.",
      example: 12,
    }),
    left: z.int().nullable().meta({
      description:
        "How many can certainly still be had; what an open redemption has taken counts until it is known to be given back. Null without a limit.",
      example: 5,
    }),
  })
  .meta({ id: "RewardStock", description: "What is left of a reward, over all members." });
