import { z } from "zod";
import { money, taxRate } from "./common.ts";

export const effect = z
  .strictObject({
    kind: z
      .enum([
        "percent_off",
        "amount_off",
        "free_item",
        "product",
        "upgrade",
        "experience",
        "event",
        "partner",
        "payment",
        "free_items",
      ])
      .meta({
        description:
          "What the reward does; `payment` takes nothing off and pays; `free_items` are paid with strips, one each. New kinds may be added.",
      }),
    discount: money.nullable().meta({ description: "What comes off the sale; null while the basket is not known." }),
    percent: z.int().nullable().meta({ description: "For percent_off: percent of the eligible lines.", example: null }),
    amount: money
      .nullable()
      .meta({ description: "For amount_off, upgrade and payment: what it is worth before the basket limits it." }),
    item: z
      .strictObject({
        line: z.string().nullable().meta({ description: "Id of the line; null without lines.", example: "l1" }),
        sku: z.string().nullable().meta({ description: "Its article number.", example: "FLAT-WHITE" }),
        name: z.string().nullable().meta({ description: "Its name.", example: "Flat white" }),
      })
      .nullable()
      .meta({ description: "The line that is free or upgraded, or the product to hand over." }),
    lines: z
      .array(
        z.strictObject({
          line: z.string().meta({ description: "Id of the line.", example: "l1" }),
          discount: z.int().meta({ description: "Minor units off this line.", example: 250 }),
        }),
      )
      .meta({ description: "Per line; sums exactly to `discount`. Empty without lines." }),
    by_tax_rate: z
      .array(
        z.strictObject({
          tax_rate: taxRate
            .nullable()
            .meta({ description: "VAT percentage; null for lines sent without one.", example: "9" }),
          discount: z.int().meta({ description: "Minor units off at this rate.", example: 250 }),
        }),
      )
      .meta({ description: "Per VAT rate; sums exactly to `discount`. Empty without lines." }),
    pays: money.nullable().meta({
      description:
        "For payment: how much of the total it pays, a means of payment among others; null for other kinds, and while the basket is not known.",
    }),
    final: z.boolean().meta({ description: "Whether the amounts are settled; otherwise they are at the sale." }),
  })
  .meta({
    id: "Effect",
    description:
      "What a redemption takes off the basket. Apply it to your lines and send the sale with what is then paid.",
  });
