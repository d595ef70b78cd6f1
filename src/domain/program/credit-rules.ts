import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { localizedText } from "./document-parts.ts";
import { caps, earningRule } from "./earning-rules.ts";
import { expiryRule, lotFields } from "./lot-rules.ts";

/** Money that members have paid in keeps its worth for so long at least. */
const PAID_MONTHS_MIN = 24;

/** When what was paid for with money expires: never, or after two years at the earliest. */
export const paidExpiry = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none").describe("Never expires.") }),
    z.strictObject({
      kind: z.literal("rolling").describe("So long after it was bought."),
      after: z
        .strictObject({
          months: z
            .int()
            .min(PAID_MONTHS_MIN, "what was paid for lasts at least 24 months")
            .max(120)
            .describe("Calendar months, 24 or more."),
        })
        .describe("A span of calendar months."),
      to: z.enum(["day", "month"]).default("day").describe("To that day, or to the end of its month."),
    }),
  ])
  .default({ kind: "none" })
  .describe("When what was paid for with money expires: never, or after 24 months at the earliest.");

export const vatPurpose = z
  .enum(["single_purpose", "multi_purpose"])
  .default("multi_purpose")
  .describe(
    "`single_purpose`: one known VAT rate, VAT is due when it is sold. `multi_purpose`: VAT is due when it is spent.",
  );

const CREDIT_NAME = { nl: "tegoed", en: "credit" };

export const credit = z
  .strictObject({
    name: localizedText.default(CREDIT_NAME).describe("What it is called."),
    paid: z.strictObject({ expiry: paidExpiry }).prefault({}).describe("Credit that members have paid for."),
    granted: z
      .strictObject({
        expiry: expiryRule.optional().describe("When it expires; never when absent."),
        pending_days: lotFields.pending_days,
      })
      .default({})
      .describe("Credit that was given: cashback, bonuses, gifts."),
    vat: vatPurpose,
    top_up_bonus: z
      .array(
        z.strictObject({
          from: z.int().min(1).max(AMOUNT_MAX).describe("From so many minor units topped up in one sale …"),
          percent: z.int().min(1).max(100).describe("… so much percent of it is given on top."),
        }),
      )
      .max(10)
      .default([])
      .describe("What comes on top of a top-up, as granted credit; the highest step that is reached counts."),
    earning: z
      .array(earningRule)
      .max(20)
      .default([])
      .describe("Cashback: what earns credit, in minor units; the rule that gives most counts."),
    caps: caps.optional(),
  })
  .describe("Stored value in the programme's currency, unit `credit:` and its code. Off when absent.");
export type CreditRules = z.infer<typeof credit>;
