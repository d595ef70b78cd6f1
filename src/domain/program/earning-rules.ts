import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { give, matcher, minimumSpend, points, slug } from "./document-parts.ts";

const cap = points.optional();

/** The most that a rule or a unit gives one member within a period; periods are of the programme's zone. */
export const caps = z
  .strictObject({
    sale: cap.describe("At most so many in one sale."),
    day: cap.describe("At most so many on one day."),
    week: cap.describe("At most so many in one week, Monday to Sunday."),
    month: cap.describe("At most so many in one calendar month."),
  })
  .describe("The most one member earns; what goes beyond is not given.");
export type Caps = z.infer<typeof caps>;

const common = {
  minimum_spend: minimumSpend,
  caps: caps.optional(),
  cooldown_minutes: z
    .int()
    .min(1)
    .max(10_080)
    .optional()
    .describe("After the rule gave something it gives nothing for so many minutes."),
};

const perUnits = z
  .int()
  .min(1)
  .max(1000)
  .optional()
  .describe("For every so many whole units together; for each one when absent.");

const spendRule = z.strictObject({
  id: slug("ear", "The rule's id; stays the same across versions so that fractions carry over."),
  kind: z.literal("spend").describe("By the amount spent."),
  give,
  per: z
    .int()
    .min(1)
    .max(AMOUNT_MAX)
    .describe("For every so many minor units of eligible spending; fractions carry over."),
  steps: z
    .array(
      z.strictObject({
        from: z.int().min(1).max(AMOUNT_MAX).describe("From so many minor units of eligible spending …"),
        give: give.describe("… the whole of it earns so many instead."),
      }),
    )
    .max(10)
    .optional()
    .describe("Larger baskets earn more; the highest step that is reached counts."),
  only: matcher.optional().describe("Count these lines alone."),
  except: matcher.optional().describe("Leave these lines out."),
  ...common,
});
const visitRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("visit").describe("Once per sale."),
  give,
  ...common,
});
const itemRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("item").describe("For each unit of certain items."),
  give,
  skus: z.array(z.string().min(1).max(64)).min(1).max(500).describe("Gives for whole units of these skus."),
  per_units: perUnits,
  ...common,
});
const categoryRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("category").describe("For each unit in certain categories."),
  give,
  categories: z.array(z.string().min(1).max(64)).min(1).max(100).describe("Gives for whole units in these categories."),
  per_units: perUnits,
  ...common,
});
const quantityRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("quantity").describe("By how many items are in the basket, whatever they are."),
  give,
  per_units: perUnits,
  only: matcher.optional().describe("Count these lines alone."),
  except: matcher.optional().describe("Leave these lines out."),
  ...common,
});
export const earningRule = z.discriminatedUnion("kind", [spendRule, visitRule, itemRule, categoryRule, quantityRule]);
export type EarningRule = z.infer<typeof earningRule>;
