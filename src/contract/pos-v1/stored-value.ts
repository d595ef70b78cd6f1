import { z } from "zod";
import { STORED_VALUE_STEPS } from "../../domain/insights/stored-value.ts";
import { localDate, timestamp } from "./common.ts";

const amount = (description: string, example = 0) => z.int().meta({ description, example });

export const storedValueRow = z
  .strictObject({
    unit: z
      .string()
      .meta({ description: "`credit:` and a currency, or `strip:` and a strip card.", example: "credit:EUR" }),
    name: z.string().meta({ description: "In the reader's language.", example: "Credit" }),
    counted_in: z
      .enum(["minor_units", "strips"])
      .meta({ description: "What the numbers count: minor units of money, or strips of a strip card." }),
    vat_purpose: z.enum(["single_purpose", "multi_purpose"]).nullable().meta({
      description:
        "By the programme in force now. `single_purpose`: VAT is due when it is sold, `multi_purpose`: when it is redeemed. Null when the programme has it no more.",
      example: "multi_purpose",
    }),
    kind: z.enum(["paid", "granted"]).meta({
      description:
        "Paid for with money, or given: cashback, bonuses, gifts. What members owe after a return counts against `granted`.",
      example: "paid",
    }),
    opening: amount("Outstanding before the period.", 12000),
    sold: amount("Top-ups, gift cards and strip cards sold.", 5000),
    taken_over: amount("Opening balances from an earlier system."),
    granted: amount("Given for nothing."),
    redeemed: amount("Spent, less what came back because a sale was returned.", 3250),
    returned: amount("Taken back: money was handed back, or what had earned it was.", 1000),
    expired: amount("Over without being spent."),
    lapsed: amount("Held by members who were erased; nobody can spend it any more."),
    moved: amount("Between cards; zero once everything on its way has arrived."),
    closing: amount(
      "Outstanding after the period: opening + sold + taken_over + granted − redeemed − returned − expired − lapsed + moved.",
      12750,
    ),
  })
  .meta({ id: "StoredValueRow", description: "One kind of stored value in a period." });

export const storedValueStatement = z
  .strictObject({
    object: z.literal("stored_value_statement").meta({ description: "Always `stored_value_statement`." }),
    drawn_up_at: timestamp,
    currency: z.string().meta({ description: "Of credit.", example: "EUR" }),
    timezone: z
      .string()
      .meta({ description: "The merchant's, in which today is reckoned.", example: "Europe/Amsterdam" }),
    periods: z
      .array(
        z.strictObject({
          from: localDate.meta({ description: "Its first day.", example: "2027-01-01" }),
          to: localDate.meta({ description: "Its last day.", example: "2027-01-31" }),
          data: z.array(storedValueRow).meta({ description: "What is zero throughout is left out." }),
        }),
      )
      .meta({ description: "Oldest first. What closes one opens the next." }),
  })
  .meta({ id: "StoredValueStatement", description: "What became of stored value, period by period." });

export const storedValueQuery = z.strictObject({
  from: localDate.optional().meta({
    description: "First day; the first of January of the year of `to` when absent.",
    example: "2027-01-01",
  }),
  to: localDate.optional().meta({ description: "Last day, included; today when absent.", example: "2027-01-31" }),
  by: z.enum(STORED_VALUE_STEPS).default("month").meta({
    description: "How the days are cut: calendar months, quarters or years, or not at all.",
    example: "month",
  }),
});
