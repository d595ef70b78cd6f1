import { z } from "zod";
import { isPrepaid } from "../../domain/program/credit.ts";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { memberRef, metadata, staffCode, text, timestamp, unit } from "./common.ts";
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
    origin: z.enum(["granted", "paid"]).optional().meta({
      description:
        "For an opening balance of credit or strips: whether it was given, or paid for with money. Corrections never touch what was paid for.",
    }),
    reason: text(500).meta({ description: "Why, in your words; kept with the entry.", example: "Coffee was cold" }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .refine((input) => input.kind === "correction" || input.delta > 0, {
    path: ["delta"],
    message: "an opening balance is more than zero",
  })
  .refine((input) => input.origin === undefined || (input.kind === "opening" && isPrepaid(input.unit)), {
    path: ["origin"],
    message: "only an opening balance of credit or strips names its origin",
  })
  .meta({
    id: "AdjustmentInput",
    description: "A correction by hand.",
    example: { member: { phone: "06 12345678" }, unit: "points", delta: 25, reason: "Coffee was cold" },
  });
export type AdjustmentInput = z.infer<typeof adjustmentInput>;

export const paperCardInput = z
  .strictObject({
    member: memberRef,
    stamp_card: z
      .string()
      .regex(/^stc_[a-z0-9_]{1,40}$/, "must be stc_…")
      .meta({ description: "Id of the stamp card.", example: "stc_koffie" }),
    stamps: z
      .int()
      .min(1)
      .max(29)
      .meta({ description: "Stamps on the paper card; fewer than a full one has.", example: 6 }),
    reason: text(500).meta({
      description: "Why, in your words; kept with the entry.",
      example: "Paper card handed in",
    }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .meta({
    id: "PaperCardInput",
    description: "A half-full paper card.",
    example: { member: { phone: "06 12345678" }, stamp_card: "stc_koffie", stamps: 6, reason: "Paper card handed in" },
  });

export const adjustment = z
  .strictObject({
    object: z.literal("adjustment").meta({ description: "Always `adjustment`." }),
    id: z.string().meta({ description: "Id of the correction.", example: "adj_mpbffy96dbrqnwne33f8g25wh" }),
    created_at: timestamp,
    member: z.string().meta({ description: "Id of the member.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    kind: z.enum(["correction", "opening"]).meta({ description: "`opening` is a balance brought along from before." }),
    unit,
    delta: z.int().meta({ description: "What was added, or taken when negative.", example: 25 }),
    reason: z
      .string()
      .nullable()
      .meta({ description: "Why, as sent; null once the member was erased.", example: "Coffee was cold" }),
    metadata,
  })
  .meta({ id: "Adjustment", description: "A correction as it was booked." });

export const adjustmentAnswer = z
  .strictObject({
    adjustment,
    entries: z.array(entry).meta({ description: "What changed on the ledger, in the order it was written." }),
    wallet,
    rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
    explanation: z.array(z.string()).meta({ description: "Why each entry was made, in the reader's language." }),
  })
  .meta({ id: "AdjustmentAnswer", description: "The correction and what it did." });
