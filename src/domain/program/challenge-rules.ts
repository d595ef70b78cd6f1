import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { bonus } from "./bonus-rules.ts";
import { localizedText, matcher, minimumSpend, slug } from "./document-parts.ts";
import { segment } from "./promotion-rules.ts";

const date = z.iso.date("must be a date such as 2026-12-31");

/** Different things that one member can be asked to collect; more are not remembered. */
export const DISTINCT_MAX = 100;

const counts = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("visits").describe("Sales.") }),
    z.strictObject({ kind: z.literal("items").describe("Whole units bought.") }),
    z.strictObject({ kind: z.literal("spend").describe("Minor units of eligible spending.") }),
    z.strictObject({
      kind: z.literal("distinct").describe("Different things, each counted once."),
      of: z.enum(["sku", "category", "day"]).describe("Different items, categories, or days with a sale."),
    }),
  ])
  .describe("What counts.");

const window = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("dates").describe("From the first day to the last; once.") }),
    z.strictObject({
      kind: z.enum(["week", "month", "year"]).describe("Each calendar week (from Monday), month or year anew."),
    }),
    z.strictObject({
      kind: z.literal("days").describe("So many days from the first sale that counts."),
      days: z.int().min(1).max(366).describe("How many days, the first one included."),
      again: z.boolean().default(false).describe("Whether it can be done again in a later window."),
    }),
  ])
  .describe("Within which time the goal must be reached, by the calendar of the programme's time zone.");

export const challenge = z.strictObject({
  id: slug("chl", "The challenge's id."),
  name: localizedText.describe("What members read."),
  counts,
  goal: z.int().min(1).max(AMOUNT_MAX).describe("How much of it; minor units for spending."),
  only: matcher.optional().describe("Count these lines alone."),
  except: matcher.optional().describe("Leave these lines out."),
  minimum_spend: minimumSpend,
  window: window.default({ kind: "dates" }),
  from: date.optional().describe("The first day on which it runs."),
  until: date.optional().describe("The last day on which it runs."),
  segment: segment.optional(),
  gives: bonus,
  counts_for_tier: z.boolean().default(false).describe("Whether the points it gives count for the level."),
});
export type Challenge = z.infer<typeof challenge>;

/** What is wrong with a challenge in itself. */
export function challengeProblems({
  counts: { kind },
  goal,
  from,
  until,
}: Challenge): { readonly field: "goal" | "until"; readonly message: string }[] {
  return [
    ...(kind === "distinct" && goal > DISTINCT_MAX
      ? [{ field: "goal" as const, message: `at most ${DISTINCT_MAX} different things` }]
      : []),
    ...(from !== undefined && until !== undefined && until < from
      ? [{ field: "until" as const, message: "must not be before from" }]
      : []),
  ];
}
