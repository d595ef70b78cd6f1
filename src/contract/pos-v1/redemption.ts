import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { currency, memberRef, metadata, page, timestamp, unit } from "./common.ts";
import { effect } from "./effect.ts";
import { basketLines } from "./sale.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

export const redemptionInput = z
  .strictObject({
    member: memberRef,
    reward: z.string().min(1).max(64).optional().meta({ description: "Id of the reward.", example: "rew_free_coffee" }),
    unit: unit.optional().meta({ description: "Or the unit to pay with." }),
    amount: z.int().min(1).max(AMOUNT_MAX).optional().meta({ description: "How many of the unit." }),
    lines: basketLines.optional().meta({ description: "The basket; then the effect is given per line and VAT rate." }),
    sale_total: z
      .strictObject({ amount: z.int().min(0).max(AMOUNT_MAX), currency })
      .optional()
      .meta({ description: "Or only its total." }),
    staff: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, _ . or -")
      .optional(),
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
  .meta({
    id: "RedemptionInput",
    description: "A reward to reserve.",
    example: { member: { phone: "06 12345678" }, reward: "rew_free_coffee" },
  });
export type RedemptionInput = z.infer<typeof redemptionInput>;

export const redemption = z
  .strictObject({
    object: z.literal("redemption"),
    id: z.string().meta({ example: "red_m0123456789abcde4b4f6h8jk" }),
    created_at: timestamp,
    member: z.string(),
    state: z.enum(["held", "captured", "cancelled", "expired"]),
    reward: z.string().nullable(),
    name: z.string().meta({ description: "What is redeemed, in the reader's language." }),
    cost: z.strictObject({ unit, amount: z.int() }),
    effect,
    expires_at: timestamp.meta({ description: "Until when it is held." }),
    resolved_at: timestamp.nullable().meta({ description: "When it was captured, cancelled or expired." }),
    metadata,
  })
  .meta({ id: "Redemption", description: "A reward reserved, handed over or given back." });

export const redemptionAnswer = z
  .strictObject({
    redemption,
    entries: z.array(entry),
    wallet,
    rewards: z.array(rewardStatus),
    explanation: z.array(z.string()),
  })
  .meta({ id: "RedemptionAnswer", description: "The redemption and what it did." });

export const redemptionPage = page(redemption, "RedemptionPage");
