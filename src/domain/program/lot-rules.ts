import { z } from "zod";
import { span } from "./document-parts.ts";

export const expiryRule = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none").describe("Never expires.") }),
    z.strictObject({
      kind: z.literal("rolling").describe("So long after it was earned."),
      after: span,
      to: z.enum(["day", "month"]).default("day").describe("To that day, or to the end of its month."),
    }),
    z.strictObject({
      kind: z.literal("fixed").describe("On dates that come back every year."),
      dates: z
        .array(z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "must be month and day such as 12-31"))
        .min(1)
        .max(20)
        .describe("Month and day; the last day on which units can be spent."),
      at_least_days: z.int().min(0).max(730).default(0).describe("A date that is nearer than this is passed over."),
    }),
    z.strictObject({
      kind: z.literal("sliding").describe("So long after the latest sale; each sale puts it off for everything."),
      after: span,
    }),
  ])
  .describe("When units expire. A change never touches units that members have.");
export type ExpiryRule = z.infer<typeof expiryRule>;

export const lotFields = {
  expiry: expiryRule.optional().describe("When they expire; never when absent."),
  pending_days: z
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe("Days until what was earned can be spent, such as the time in which goods may come back."),
};
