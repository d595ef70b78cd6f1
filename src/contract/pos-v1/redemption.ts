import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { currency, memberRef, metadata, page, staffCode, timestamp, unit } from "./common.ts";
import { effect } from "./effect.ts";
import { basketLines } from "./sale.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

export const redemptionInput = z
  .strictObject({
    member: memberRef,
    reward: z.string().min(1).max(64).optional().meta({ description: "Id of the reward.", example: "rew_twee_euro" }),
    issued_reward: z.string().min(1).max(64).optional().meta({
      description: "Or the id of a reward that was issued to the member; it costs nothing.",
      example: "iss_mpbffy96dbrqnwne00586mzy5tg",
    }),
    unit: unit.optional().meta({ description: "Or the unit to pay with." }),
    amount: z.int().min(1).max(AMOUNT_MAX).optional().meta({ description: "How many of the unit.", example: 30 }),
    lines: basketLines.optional().meta({ description: "The basket; then the effect is given per line and VAT rate." }),
    sale_total: z
      .strictObject({
        amount: z.int().min(0).max(AMOUNT_MAX).meta({ description: "Minor units.", example: 1840 }),
        currency,
      })
      .optional()
      .meta({ description: "Or only its total." }),
    offline: z
      .strictObject({
        snapshot: z
          .string()
          .min(1)
          .max(2000)
          .meta({ description: "The signed balance that the till had, as `identify` or the card's code gave it." }),
        handed_out_at: timestamp.meta({
          description:
            "When the reward was handed out; it counts on that day. The same reward at the same moment from the same till is the same hand-out, whatever key it comes under.",
        }),
      })
      .optional()
      .meta({
        description:
          "For a reward that was handed out while the till had no connection: it is captured at once, within the merchant's allowance, whatever the balance is by now. The sale does not name it.",
      }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .refine(({ offline, issued_reward }) => offline === undefined || issued_reward === undefined, {
    path: ["offline"],
    message: "an issued reward is not in a snapshot and cannot be handed out without a connection",
  })
  .refine(
    ({ reward, issued_reward, unit: named, amount }) =>
      [reward, issued_reward, named].filter((given) => given !== undefined).length === 1 &&
      (named === undefined) === (amount === undefined),
    "give a reward, an issued reward, or a unit and an amount",
  )
  .meta({
    id: "RedemptionInput",
    description: "A reward to reserve.",
    example: { member: { phone: "06 12345678" }, reward: "rew_twee_euro" },
  });
export type RedemptionInput = z.infer<typeof redemptionInput>;

export const redemption = z
  .strictObject({
    object: z.literal("redemption").meta({ description: "Always `redemption`." }),
    id: z.string().meta({ description: "Id of the redemption.", example: "red_mpbffy96dbrqnwne4yvpdn76f" }),
    created_at: timestamp,
    member: z
      .string()
      .nullable()
      .meta({ description: "Id of the member; null for a gift card.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    state: z
      .enum(["held", "captured", "cancelled", "expired"])
      .meta({ description: "Reserved, handed over, given back, or given back because its time was up." }),
    reward: z
      .string()
      .nullable()
      .meta({ description: "Id of the reward; null when points are used as payment.", example: "rew_twee_euro" }),
    name: z.string().meta({ description: "What is redeemed, in the reader's language.", example: "€2 off" }),
    cost: z
      .strictObject({ unit, amount: z.int().meta({ description: "How many of the unit.", example: 20 }) })
      .meta({ description: "What the member gives for it." }),
    effect,
    expires_at: timestamp.meta({ description: "Until when it is held." }),
    offline: z
      .strictObject({
        handed_out_at: timestamp.meta({ description: "When it was handed out." }),
        value: z.int().meta({ description: "Minor units by which it counts towards the allowance.", example: 200 }),
        shortfall: z.int().meta({ description: "Units it cost that were not there any more.", example: 0 }),
        shortfall_is: z
          .enum(["debt", "written_off"])
          .nullable()
          .meta({ description: "Owed by the member, or the merchant's loss; null without a shortfall." }),
      })
      .optional()
      .meta({ description: "For a reward that was handed out without a connection; absent for others." }),
    resolved_at: timestamp.nullable().meta({ description: "When it was captured, cancelled or expired." }),
    metadata,
  })
  .meta({ id: "Redemption", description: "A reward reserved, handed over or given back." });

export const redemptionAnswer = z
  .strictObject({
    redemption,
    entries: z.array(entry).meta({ description: "What changed on the ledger, in the order it was written." }),
    wallet,
    rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
    explanation: z.array(z.string()).meta({ description: "Why each entry was made, in the reader's language." }),
  })
  .meta({ id: "RedemptionAnswer", description: "The redemption and what it did." });

export const redemptionPage = page(redemption, "RedemptionPage");
