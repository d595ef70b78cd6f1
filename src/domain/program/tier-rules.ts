import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { localizedText, money, slug } from "./document-parts.ts";

/** How many times as much, in percent; at most five times. */
export const multiplierPercent = z
  .int()
  .min(101)
  .max(500)
  .describe("Gives so many percent of what the rule gives; 150 is one and a half times.");

const date = z.iso.date();
const sku = z.string().min(1).max(64).describe("The item.");

const perk = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("free_shipping").describe("Delivery costs nothing.") }),
    z.strictObject({ kind: z.literal("faster_shipping").describe("Delivery goes first.") }),
    z.strictObject({
      kind: z.literal("early_access").describe("May buy a product before others."),
      sku,
      from: date.describe("From this day …"),
      until: date.describe("… until this one, both included."),
    }),
    z.strictObject({
      kind: z.literal("member_price").describe("An item has a price of its own."),
      sku,
      price: money.describe("Minor units for one, tax included."),
    }),
  ])
  .describe("What the till grants; text alone is no perk.");
export type Perk = z.infer<typeof perk>;

const level = z.strictObject({
  id: slug("tir", "The level's id."),
  name: localizedText.describe("What members read."),
  from: z.int().min(0).max(AMOUNT_MAX).describe("Reached with so many points, minor units or visits in the window."),
  multiplier_percent: multiplierPercent.optional(),
  discount_percent: z.int().min(1).max(100).optional().describe("A standing discount on every basket."),
  perks: z.array(perk).max(50).default([]).describe("What the till grants."),
});
export type TierLevel = z.infer<typeof level>;

export const tierRules = z
  .strictObject({
    basis: z
      .enum(["points", "spend", "visits"])
      .describe("What counts: points earned, money spent or visits. Spending points never costs a tier."),
    window: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("rolling").describe("The running month and those before it."),
          months: z.int().min(1).max(36).describe("How many months, the running one included."),
        }),
        z.strictObject({ kind: z.literal("calendar_year").describe("From January on.") }),
      ])
      .describe("Whose activity counts."),
    grace_months: z
      .int()
      .min(0)
      .max(24)
      .default(1)
      .describe("Calendar months for which a level is kept after it is no longer reached."),
    downgrade: z
      .enum(["reassess", "one_level", "never"])
      .default("reassess")
      .describe("After the grace: to the level that is reached, one level a month, or never down."),
    levels: z.array(level).min(1).max(10).describe("From low to high."),
  })
  .describe("Tiers; up at once, down after the grace.");
export type TierRules = z.infer<typeof tierRules>;
