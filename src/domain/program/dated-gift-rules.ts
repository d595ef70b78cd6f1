import { z } from "zod";
import { bonus } from "./bonus-rules.ts";
import { localizedText, slug } from "./document-parts.ts";
import { segment } from "./promotion-rules.ts";

const yearlyDay = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "must be month and day such as 12-05")
  .refine((day) => !["02-30", "02-31", "04-31", "06-31", "09-31", "11-31"].includes(day), "is not a day of the year");

export const datedGift = z.strictObject({
  id: slug("gif", "The gift's id."),
  name: localizedText.describe("What members read."),
  on: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("birthday").describe("The member's birthday, when it is known.") }),
      z.strictObject({ kind: z.literal("joined").describe("The day on which the member joined, from a year after.") }),
      z.strictObject({
        kind: z.literal("date").describe("A day of every year."),
        day: yearlyDay.describe("Month and day."),
      }),
    ])
    .describe("Which day is celebrated. 29 February is celebrated on the 28th in years without one."),
  days_before: z.int().min(0).max(60).default(0).describe("It can be had from so many days before."),
  days_after: z.int().min(0).max(60).default(0).describe("It can be had until so many days after."),
  segment: segment.optional(),
  gives: bonus,
  counts_for_tier: z.boolean().default(false).describe("Whether the points it gives count for the level."),
});
export type DatedGift = z.infer<typeof datedGift>;
