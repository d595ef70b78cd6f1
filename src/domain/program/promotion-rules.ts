import { z } from "zod";
import { isRecurrenceRule } from "../time/recurrence.ts";
import { AMOUNT_MAX } from "../numbers.ts";
import { give, givenUnit, localizedText, matcher, minimumSpend, money, slug } from "./document-parts.ts";
import { budget } from "./budget.ts";
import { multiplierPercent } from "./tier-rules.ts";

const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, "must be a local time such as 2026-11-02T16:00")
  .refine((text) => !Number.isNaN(Date.parse(`${text}:00Z`)), "must be a date that exists");

const window = z
  .strictObject({
    starts: localTime.describe("When it begins, in the time of the place where the sale is."),
    minutes: z.int().min(1).max(527_040).describe("How long it lasts, each time."),
    rrule: z
      .string()
      .max(300)
      .regex(
        /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]+=[-+A-Z0-9,]+)*$/,
        "must be an RFC 5545 rule of days or longer",
      )
      .refine(isRecurrenceRule, "is no recurrence rule that ever comes")
      .optional()
      .describe("How it comes back, as an RFC 5545 recurrence rule; once when absent."),
  })
  .describe("When a promotion runs: a happy hour, a weekend, a week in July.");
export type PromotionWindow = z.infer<typeof window>;

export const segment = z
  .strictObject({
    tiers: z.array(slug("tir", "A level.")).min(1).max(10).optional().describe("Members of these levels."),
    joined_within_days: z.int().min(1).max(3660).optional().describe("Members since so many days at most."),
    not_seen_days: z.int().min(1).max(3660).optional().describe("Members who have not bought for so many days."),
  })
  .describe("For whom; everybody when absent. All that is named must hold.");
export type Segment = z.infer<typeof segment>;

const unit = givenUnit.describe("Which unit it gives more of.");

const basketEffect = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("percent_off").describe("A percentage off."),
      percent: z.int().min(1).max(100).describe("Percent off what the promotion is about."),
      max_discount: money.optional().describe("Never more than this, in minor units."),
    }),
    z.strictObject({
      kind: z.literal("amount_off").describe("An amount off."),
      amount: z.int().min(1).max(AMOUNT_MAX).describe("Minor units; never more than the basket costs."),
    }),
    z.strictObject({ kind: z.literal("free_item").describe("The cheapest item that the promotion is about is free.") }),
  ])
  .describe("What comes off the basket.");

const gives = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("multiplier").describe("Times what is earned; of several the largest counts."),
      unit,
      percent: multiplierPercent,
    }),
    z.strictObject({ kind: z.literal("addition").describe("So many more; several add up."), unit, give }),
    z.strictObject({
      kind: z.literal("effect").describe("Something off the basket that costs no points; the till takes it off."),
      effect: basketEffect,
    }),
    z.strictObject({
      kind: z
        .literal("issue")
        .describe("A reward for a later visit; of several the one that asks for the largest basket."),
      reward: slug("rew", "The reward that is issued, never to be used in the same sale."),
    }),
  ])
  .describe("What it gives.");

export const promotion = z.strictObject({
  id: slug("prm", "The promotion's id."),
  name: localizedText.describe("What members and cashiers read."),
  windows: z.array(window).max(20).default([]).describe("Always when empty."),
  minimum_spend: minimumSpend,
  only: matcher.optional().describe("Only with these items; a multiplier then counts for them alone."),
  segment: segment.optional(),
  per_member: z.int().min(1).max(1000).optional().describe("At most so many sales of one member."),
  per_member_day: z.int().min(1).max(100).optional().describe("At most so many sales of one member on one day."),
  gives,
  budget: budget.optional(),
  counts_for_tier: z.boolean().default(true).describe("Whether what it adds counts for the tier."),
});
export type Promotion = z.infer<typeof promotion>;
