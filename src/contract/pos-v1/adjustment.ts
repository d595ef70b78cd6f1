import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { memberRef, metadata, text, timestamp, unit } from "./common.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

export const adjustmentInput = z
  .strictObject({
    member: memberRef,
    unit,
    delta: z
      .int()
      .min(-AMOUNT_MAX)
      .max(AMOUNT_MAX)
      .refine((delta) => delta !== 0, "must not be zero")
      .meta({ description: "What to add, or to take when negative.", example: 25 }),
    kind: z
      .enum(["correction", "opening"])
      .default("correction")
      .meta({ description: "`opening` is a balance brought along from before." }),
    reason: text(500).meta({ description: "Why, in your words; kept with the entry.", example: "Coffee was cold" }),
    staff: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, _ . or -")
      .optional(),
    metadata: metadata.default({}),
  })
  .refine((input) => input.kind === "correction" || input.delta > 0, {
    path: ["delta"],
    message: "an opening balance is more than zero",
  })
  .meta({
    id: "AdjustmentInput",
    description: "A correction by hand.",
    example: { member: { phone: "06 12345678" }, unit: "points", delta: 25, reason: "Coffee was cold" },
  });
export type AdjustmentInput = z.infer<typeof adjustmentInput>;

export const adjustment = z
  .strictObject({
    object: z.literal("adjustment"),
    id: z.string().meta({ example: "adj_m0123456789abcde5b4f6h8jk" }),
    created_at: timestamp,
    member: z.string(),
    kind: z.enum(["correction", "opening"]),
    unit,
    delta: z.int(),
    reason: z.string().nullable().meta({ description: "Null once the member was erased." }),
    metadata,
  })
  .meta({ id: "Adjustment", description: "A correction as it was booked." });

export const adjustmentAnswer = z
  .strictObject({
    adjustment,
    entries: z.array(entry),
    wallet,
    rewards: z.array(rewardStatus),
    explanation: z.array(z.string()),
  })
  .meta({ id: "AdjustmentAnswer", description: "The correction and what it did." });
