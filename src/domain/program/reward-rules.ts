import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { localizedText, matcher, minimumSpend, money, points, slug, span } from "./document-parts.ts";
import { rewardConditions } from "./reward-conditions.ts";

const unitId = z
  .string()
  .regex(/^(points|stamps:stc_[a-z0-9_]{1,40})$/, "must be points or stamps:stc_…")
  .describe("`points`, or `stamps:` and a stamp card's id.");

const effect = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("percent_off").describe("A percentage off."),
    percent: z.int().min(1).max(100).describe("Percent off the eligible lines."),
    max_discount: money.optional().describe("Never more than this, in minor units."),
    only: matcher.optional(),
  }),
  z.strictObject({
    kind: z.literal("amount_off").describe("An amount off."),
    amount: z.int().min(1).max(AMOUNT_MAX).describe("Minor units off the eligible lines; never more than they cost."),
    only: matcher.optional(),
  }),
  z.strictObject({
    kind: z.literal("free_item").describe("The cheapest eligible item is free."),
    only: matcher.optional().describe("Which items may be free; without it, any item."),
  }),
  z.strictObject({
    kind: z.literal("product").describe("Something to hand over."),
    sku: z.string().min(1).max(64).optional().describe("The product that is handed over."),
  }),
  z.strictObject({
    kind: z.literal("upgrade").describe("Something larger or better for the price of the ordinary."),
    amount: z
      .int()
      .min(1)
      .max(AMOUNT_MAX)
      .describe("Minor units that the better one costs more; off the dearest eligible line."),
    only: matcher.optional().describe("Which items may be upgraded; without it, any item."),
  }),
  z.strictObject({ kind: z.literal("experience").describe("Something to take part in, such as a tasting.") }),
  z.strictObject({
    kind: z.literal("event").describe("A seat at an event: `stock_max` seats, signed up for, checked in by scan."),
    starts_at: z.iso.datetime({ offset: true }).optional().describe("When it begins; for people, not checked."),
    check_in: z
      .strictObject({
        unit: unitId.default("points"),
        give: points.describe("How many of the unit the member is given for coming."),
      })
      .optional()
      .describe("What checking in gives: capturing the redemption by itself, without a sale."),
  }),
  z.strictObject({
    kind: z.literal("partner").describe("Something that another business hands over."),
    partner: z.string().min(1).max(80).describe("Who."),
    reference: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe("What the partner calls it, such as an article or a contract; it stands in the fulfilment export."),
  }),
]);
export type RewardEffect = z.infer<typeof effect>;

export const reward = z.strictObject({
  id: slug("rew", "The reward's id."),
  name: localizedText.describe("What members read."),
  cost: z
    .strictObject({ unit: unitId, amount: points.describe("How many of the unit.") })
    .optional()
    .describe("What the member gives for it. A reward without a cost cannot be bought: it is only issued."),
  tiers: z
    .array(slug("tir", "A level."))
    .min(1)
    .max(10)
    .optional()
    .describe("Only for members of these levels; for everybody when absent."),
  tier_prices: z
    .array(
      z.strictObject({
        tier: slug("tir", "The level."),
        amount: points.describe("How many of the unit its members give instead."),
      }),
    )
    .max(10)
    .optional()
    .describe("Levels with a price of their own."),
  effect: effect.describe("What the member gets."),
  minimum_spend: minimumSpend,
  cost_price: money.optional().describe("What it costs the merchant, in minor units."),
  stock_max: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe("How many there are in all, over every member; a redemption that is open or captured has taken one."),
  automatic: z
    .boolean()
    .optional()
    .describe(
      "Issued by itself as soon as the member has its cost, which is spent at once; redeemed later for nothing.",
    ),
  valid_for: span.optional().describe("How long one that was issued can be redeemed; for ever when absent."),
  ...rewardConditions,
});
export type Reward = z.infer<typeof reward>;
