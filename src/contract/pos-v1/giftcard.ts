import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { currency, localDate, metadata, money, staffCode, text, timestamp } from "./common.ts";
import { entry } from "./wallet.ts";

const code = z.string().meta({
  description: "What the customer shows or types: upper or lower case, with or without dashes.",
  example: "7K2QM-9A4XC-E1RTZ-0HVWB",
});

export const giftcardInput = z
  .strictObject({
    amount: z
      .strictObject({
        amount: z.int().min(1).max(AMOUNT_MAX).meta({ description: "Minor units.", example: 2500 }),
        currency,
      })
      .meta({ description: "What it is worth." }),
    origin: z
      .enum(["paid", "granted"])
      .default("paid")
      .meta({ description: "`paid`: sold for money. `granted`: given away, which needs scope adjust." }),
    expires_on: localDate.optional().meta({
      description:
        "The last day; by the programme's rule when absent. No later than by that rule; sold ones last 24 months at least.",
    }),
    message: text(300).optional().meta({ description: "For whoever gets it.", example: "Happy birthday!" }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .meta({
    id: "GiftcardInput",
    description: "A gift card to sell, or to give.",
    example: { amount: { amount: 2500, currency: "EUR" }, message: "Happy birthday!" },
  });

export const giftcard = z
  .strictObject({
    object: z.literal("giftcard").meta({ description: "Always `giftcard`." }),
    id: z.string().meta({
      description: "Id of the card, for logs; block the gift card with it or with its code.",
      example: "crd_b7k2qm9a4xce1rtz1h2j3k4m5n6p7",
    }),
    created_at: timestamp,
    code,
    state: z.enum(["active", "blocked"]).meta({ description: "A blocked one pays nothing." }),
    origin: z.enum(["paid", "granted"]).meta({ description: "Sold for money, or given." }),
    amount: money.meta({ description: "What it was worth when it was made." }),
    balance: money.meta({ description: "What is free to spend now." }),
    held: money.meta({ description: "Reserved by open redemptions." }),
    expires_on: localDate.nullable().meta({ description: "The last day of what expires first; null never expires." }),
    message: z.string().nullable().meta({ description: "For whoever gets it." }),
    metadata,
  })
  .meta({ id: "Giftcard", description: "Stored value that belongs to whoever has the code." });

export const giftcardAnswer = z
  .strictObject({
    giftcard,
    entries: z.array(entry).meta({ description: "What changed on its ledger, in the order it was written." }),
    receipt_lines: z
      .array(z.string().max(32))
      .max(5)
      .meta({ description: "Ready to print: at most five lines of 32 characters, the code among them." }),
  })
  .meta({ id: "GiftcardAnswer", description: "The gift card, ready to be handed over." });

export const giftcardStory = z
  .strictObject({
    giftcard,
    history: z.array(entry).meta({ description: "The latest 100 bookings' entries, newest booking first." }),
  })
  .meta({ id: "GiftcardStory", description: "A gift card, and what happened to it." });
