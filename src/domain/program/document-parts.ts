import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";

/** A name or sentence in the languages of the product; at least one, and the other falls back to it. */
export const localizedText = z
  .strictObject({
    nl: z.string().min(1).max(120).optional().describe("In Dutch."),
    en: z.string().min(1).max(120).optional().describe("In English."),
  })
  .refine((text) => text.nl !== undefined || text.en !== undefined, "give at least one language, nl or en")
  .describe("A text in Dutch, English or both; a missing language falls back to the other.");
export type LocalizedText = z.infer<typeof localizedText>;

export const slug = (prefix: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[a-z0-9_]{1,40}$`), `must look like ${prefix}_… in lower case`)
    .describe(what);

export const points = z.int().min(1).max(1_000_000);
export const money = z.int().min(0).max(AMOUNT_MAX);

/** Which basket lines a rule looks at: a line matches when its sku or its category is named. */
export const matcher = z
  .strictObject({
    skus: z.array(z.string().min(1).max(64)).max(500).optional().describe("Exact skus."),
    categories: z.array(z.string().min(1).max(64)).max(100).optional().describe("Exact category names."),
  })
  .refine(
    (value) => (value.skus?.length ?? 0) + (value.categories?.length ?? 0) > 0,
    "name at least one sku or category",
  )
  .describe("Lines by sku or category; one match is enough.");
export type Matcher = z.infer<typeof matcher>;

export const give = points.describe("How many points or stamps the rule gives each time it applies.");
/** A unit that rules may give. */
export const givenUnit = z
  .string()
  .regex(/^(points|stamps:stc_[a-z0-9_]{1,40}|credit:[A-Z]{3})$/, "must be points, stamps:stc_… or credit:EUR")
  .default("points");
export const minimumSpend = money
  .optional()
  .describe("Least eligible amount of the sale, in minor units, for the rule to apply.");

export const span = z
  .strictObject({
    months: z
      .int()
      .min(1)
      .max(120)
      .optional()
      .describe("Calendar months; 31 January and one month is the end of February."),
    days: z.int().min(1).max(3660).optional().describe("Days."),
  })
  .refine((value) => (value.months === undefined) !== (value.days === undefined), "give months or days")
  .describe("A span of calendar time: months or days.");
