import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { give, matcher, minimumSpend, slug } from "./document-parts.ts";

const spendRule = z.strictObject({
  id: slug("ear", "The rule's id; stays the same across versions so that fractions carry over."),
  kind: z.literal("spend").describe("By the amount spent."),
  give,
  per: z
    .int()
    .min(1)
    .max(AMOUNT_MAX)
    .describe("For every so many minor units of eligible spending; fractions carry over."),
  minimum_spend: minimumSpend,
  only: matcher.optional().describe("Count these lines alone."),
  except: matcher.optional().describe("Leave these lines out."),
});
const visitRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("visit").describe("Once per sale."),
  give,
  minimum_spend: minimumSpend,
});
const itemRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("item").describe("For each unit of certain items."),
  give,
  skus: z.array(z.string().min(1).max(64)).min(1).max(500).describe("Gives for each whole unit of these skus."),
  minimum_spend: minimumSpend,
});
const categoryRule = z.strictObject({
  id: slug("ear", "The rule's id."),
  kind: z.literal("category").describe("For each unit in certain categories."),
  give,
  categories: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(100)
    .describe("Gives for each whole unit in these categories."),
  minimum_spend: minimumSpend,
});
export const earningRule = z.discriminatedUnion("kind", [spendRule, visitRule, itemRule, categoryRule]);
export type EarningRule = z.infer<typeof earningRule>;
