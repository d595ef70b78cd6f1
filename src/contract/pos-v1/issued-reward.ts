import { z } from "zod";
import { localDate, memberRef, metadata, staffCode, text, timestamp } from "./common.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

export const issuedReward = z
  .strictObject({
    object: z.literal("issued_reward").meta({ description: "Always `issued_reward`." }),
    id: z.string().meta({ description: "Name it in a redemption.", example: "iss_mpbffy96dbrqnwne00586mzy5tg" }),
    created_at: timestamp,
    reward: z.string().meta({ description: "Id of the reward.", example: "rew_twee_euro" }),
    name: z.string().meta({ description: "In the reader's language.", example: "€2 off" }),
    origin: z.enum(["gift", "claim", "threshold", "restored", "promotion", "challenge", "dated"]).meta({
      description:
        "Given by hand, paid for to be collected later, issued by itself, back after a return, given by a promotion at a sale, for a challenge, or on a day such as a birthday. More may be added.",
    }),
    expires_on: localDate
      .nullable()
      .meta({ description: "The last day on which it can be redeemed; null never expires." }),
    message: z
      .string()
      .optional()
      .meta({ description: "What came with a gift; given where a member is read.", example: "Thank you, Anna!" }),
    held: z.boolean().meta({ description: "Whether an open redemption holds it.", example: false }),
  })
  .meta({ id: "IssuedReward", description: "A reward that the member has and redeems later, once, for nothing." });

export const issuedRewards = z
  .array(issuedReward)
  .meta({ description: "Rewards the member has and has not redeemed yet, soonest expiry first." });

export const issuedRewardInput = z
  .strictObject({
    member: memberRef,
    reward: z.string().min(1).max(64).meta({ description: "Id of the reward.", example: "rew_twee_euro" }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .meta({
    id: "IssuedRewardInput",
    description: "A reward to pay for now and collect later.",
    example: { member: { phone: "06 12345678" }, reward: "rew_twee_euro" },
  });

const done = {
  entries: z.array(entry).meta({ description: "What changed on the ledger, in the order it was written." }),
  wallet,
  rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
  issued_rewards: issuedRewards,
  explanation: z.array(z.string()).meta({ description: "Why each entry was made, in the reader's language." }),
};

export const issuedRewardAnswer = z
  .strictObject({
    issued_reward: issuedReward.nullable().meta({ description: "What was issued; null once it is taken back." }),
    ...done,
  })
  .meta({ id: "IssuedRewardAnswer", description: "The issued reward and what it did." });

export const giftInput = z
  .strictObject({
    member: memberRef,
    reward: z.string().min(1).max(64).optional().meta({ description: "Id of the reward.", example: "rew_twee_euro" }),
    expires_on: localDate.optional().meta({ description: "The reward's last day; as the programme says when absent." }),
    unit: z.string().min(1).max(64).optional().meta({ description: "Or the unit to give.", example: "points" }),
    amount: z.int().min(1).max(1_000_000).optional().meta({ description: "How many of the unit.", example: 50 }),
    message: text(500).optional().meta({ description: "What the member reads with it.", example: "Thank you, Anna!" }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .refine(
    (input) => (input.reward === undefined) === (input.unit !== undefined && input.amount !== undefined),
    "give a reward, or a unit and an amount",
  )
  .refine(
    (input) => input.reward === undefined || (input.unit === undefined && input.amount === undefined),
    "give a reward, or a unit and an amount",
  )
  .refine((input) => input.reward !== undefined || input.expires_on === undefined, {
    path: ["expires_on"],
    message: "goes with a reward",
  })
  .meta({
    id: "GiftInput",
    description: "A gift by hand.",
    example: { member: { phone: "06 12345678" }, reward: "rew_twee_euro", message: "Thank you, Anna!" },
  });

export const giftAnswer = z
  .strictObject({
    gift: z
      .strictObject({
        object: z.literal("gift").meta({ description: "Always `gift`." }),
        id: z.string().meta({ description: "Id of the gift.", example: "gft_mpbffy96dbrqnwne33f8g25wh" }),
        created_at: timestamp,
        member: z.string().meta({ description: "Id of the member.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
        issued_reward: issuedReward.nullable().meta({ description: "The reward that was given; null for units." }),
        unit: z.string().nullable().meta({ description: "The unit that was given; null for a reward.", example: null }),
        amount: z.int().nullable().meta({ description: "How many of it.", example: null }),
        message: z.string().nullable().meta({ description: "What the member reads with it; null once erased." }),
        metadata,
      })
      .meta({ description: "The gift as it was booked." }),
    ...done,
  })
  .meta({ id: "GiftAnswer", description: "The gift and what it did." });
