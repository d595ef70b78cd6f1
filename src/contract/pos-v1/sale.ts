import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import {
  currency,
  localDate,
  memberRef,
  metadata,
  minorUnits,
  money,
  quantity,
  staffCode,
  taxRate,
  text,
  timestamp,
} from "./common.ts";
import { effect } from "./effect.ts";
import { issuedRewards } from "./issued-reward.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

const LINES_MAX = 500;

export const lineKind = z
  .enum(["item", "tip", "deposit", "gift_card", "top_up", "strip_card", "delivery", "discount", "rounding"])
  .meta({ description: "Only `item` lines earn. `discount` and `rounding` lower what the basket earns." });

export const lineInput = z
  .strictObject({
    id: text(64).optional().meta({
      description: "Your id of the line, unique in the sale; made up as l1, l2, … when absent.",
      example: "l1",
    }),
    sku: text(64).optional().meta({ description: "Your article number.", example: "FLAT-WHITE" }),
    name: text(200).optional().meta({
      description: "What the receipt calls it; when absent, the item list's name of the sku.",
      example: "Flat white",
    }),
    category: text(64).optional().meta({
      description: "As named in the programme; when absent, the item list's category of the sku.",
      example: "coffee",
    }),
    kind: lineKind.default("item"),
    quantity,
    amount: minorUnits.meta({
      description: "What the line costs in all, after discounts, tax included, in minor units.",
      example: 700,
    }),
    unit_price: z
      .int()
      .min(0)
      .max(AMOUNT_MAX)
      .optional()
      .meta({ description: "Price of one, in minor units.", example: 350 }),
    tax_rate: taxRate.optional(),
    returns: z
      .strictObject({
        sale: z
          .string()
          .max(64)
          .meta({ description: "Id of the earlier sale.", example: "sal_mpbffy96dbrqnwne21vjmy2ms" }),
        line: text(64).meta({ description: "Id of its line.", example: "l2" }),
      })
      .optional()
      .meta({
        description:
          "Exchange: this line brings back a line of an earlier sale of the same member. Its amount is negative.",
      }),
  })
  .refine(
    (line) => line.amount >= 0 || line.kind === "discount" || line.kind === "rounding" || line.returns !== undefined,
    {
      path: ["amount"],
      message: "only discount, rounding and exchange lines may be negative; send a return to /v1/returns",
    },
  )
  .refine((line) => line.returns === undefined || line.amount <= 0, {
    path: ["amount"],
    message: "an exchange line brings money back, so it is not positive",
  })
  .meta({ id: "LineInput", description: "One line of the basket." });
export type LineInput = z.infer<typeof lineInput>;

const lines = z
  .array(lineInput)
  .max(LINES_MAX)
  .refine((all) => {
    const ids = all.flatMap((line) => (line.id === undefined ? [] : [line.id]));
    return new Set(ids).size === ids.length;
  }, "line ids must be unique");

export const basketLines = lines;

export const saleInput = z
  .strictObject({
    receipt: text(128).meta({ description: "The receipt's number as printed. Any character.", example: "2026-000123" }),
    register: text(64)
      .optional()
      .meta({ description: "The register within the till, when one till numbers several.", example: "1" }),
    business_date: localDate
      .optional()
      .meta({ description: "The business day; when absent, the local day of `occurred_at` at the location." }),
    occurred_at: timestamp.optional().meta({
      description:
        "When the sale happened; when absent, now. Older than 7 days or more than 5 minutes ahead counts as now, with a warning.",
    }),
    member: memberRef.optional().meta({
      description:
        "Whose sale it is. Without a member the sale can be claimed, if the merchant has claims switched on.",
    }),
    total: z
      .strictObject({
        amount: minorUnits.meta({
          description: "Minor units paid, tax included. Negative only when an exchange gives money back.",
          example: 1250,
        }),
        currency,
      })
      .meta({ description: "What was paid." }),
    lines: lines.default([]).meta({ description: "The basket. Without lines the whole total earns by amount." }),
    tender: z
      .array(
        z.strictObject({
          kind: text(32).meta({ description: "Your name of the means of payment.", example: "card" }),
          amount: minorUnits.meta({ description: "Minor units.", example: 1250 }),
        }),
      )
      .max(20)
      .default([])
      .meta({
        description:
          "How it was paid. What it says of kind `gift_card` must be covered by the gift cards' redemptions that the sale names, if it names any.",
      }),
    redemptions: z.array(z.string().max(64)).max(20).default([]).meta({
      description:
        "Ids of held redemptions, the member's and gift cards'; they are captured with the sale, or the sale is refused.",
    }),
    offers: z
      .array(
        z.strictObject({
          id: z
            .string()
            .max(64)
            .meta({ description: "Id of the offer, from a preview's `offers`.", example: "prm_happy_hour" }),
          discount: z
            .int()
            .min(0)
            .max(AMOUNT_MAX)
            .meta({ description: "What you took off, in minor units.", example: 150 }),
        }),
      )
      .max(20)
      .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, "each offer once")
      .default([])
      .meta({ description: "Offers that the amounts of this sale already have off." }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .refine((sale) => sale.total.amount >= 0 || sale.lines.some((line) => line.returns !== undefined), {
    path: ["total", "amount"],
    message: "a sale cannot be negative unless it is an exchange; send a return to /v1/returns",
  })
  .meta({
    id: "SaleInput",
    description: "A sale as the till rang it up.",
    example: {
      receipt: "2026-000123",
      member: { phone: "06 12345678" },
      total: { amount: 1050, currency: "EUR" },
      lines: [
        { sku: "FLAT-WHITE", name: "Flat white", category: "coffee", quantity: "2", amount: 700, tax_rate: "9" },
        { sku: "CROISSANT", name: "Croissant", category: "bakery", quantity: "1", amount: 350, tax_rate: "9" },
      ],
    },
  });
export type SaleInput = z.infer<typeof saleInput>;

export const warning = z
  .strictObject({
    code: z.string().meta({
      description:
        "occurred_at_clamped, foreign_currency, earning_paused, total_differs, effect_not_in_basket, offer_not_open, promotion_budget_used_up, top_up_not_credited, strips_not_credited, member_missing, written_off, coupon_gone. More may be added.",
      example: "total_differs",
    }),
    detail: z.string().meta({
      description: "What it means here, in the reader's language.",
      example: "The lines do not add up to the total; €0.40 was booked as a line of its own.",
    }),
  })
  .meta({ id: "Warning", description: "Something the merchant should know; the call was carried out all the same." });

export const saleLine = z
  .strictObject({
    id: z.string().meta({ description: "Id of the line in this sale; returns name it.", example: "l1" }),
    kind: z
      .string()
      .meta({ description: "As sent; `unallocated` is what the lines did not explain of the total.", example: "item" }),
    sku: z.string().nullable().meta({ description: "Your article number.", example: "FLAT-WHITE" }),
    name: z.string().nullable().meta({ description: "As sent, or as the item list has it.", example: "Flat white" }),
    category: z.string().nullable().meta({ description: "As sent, or as the item list has it.", example: "coffee" }),
    quantity: z.string().meta({ description: "Decimal string.", example: "2" }),
    amount: z.int().meta({ description: "Minor units.", example: 700 }),
    unit_price: z.int().nullable().meta({ description: "Minor units." }),
    tax_rate: z.string().nullable().meta({ description: "VAT percentage as a decimal string.", example: "9" }),
    returned_quantity: z.string().meta({ description: "How much of it came back.", example: "0" }),
  })
  .meta({ id: "SaleLine", description: "A line as it was booked." });

export const sale = z
  .strictObject({
    object: z.literal("sale").meta({ description: "Always `sale`." }),
    id: z
      .string()
      .nullable()
      .meta({ description: "Id of the sale; null in a preview.", example: "sal_mpbffy96dbrqnwne21vjmy2ms" }),
    created_at: timestamp,
    occurred_at: timestamp.meta({ description: "When the sale happened, as far as it counts." }),
    business_date: localDate,
    receipt: z.string().meta({ description: "The receipt's number as sent.", example: "2026-000123" }),
    register: z.string().nullable().meta({ description: "The register within the till." }),
    location: z.string().meta({ description: "Id of the location.", example: "loc_khd18er1cn7s653b" }),
    till: z.string().meta({ description: "Id of the till.", example: "til_cv0981n1kxzn54f0" }),
    staff: z.string().nullable().meta({ description: "Your code of the cashier.", example: "c07" }),
    member: z.string().nullable().meta({
      description: "Id of the member; null while nobody has claimed the sale.",
      example: "mem_mpbffy96dbrqnwne8yv2mfm9",
    }),
    total: money,
    lines: z.array(saleLine).meta({ description: "The basket as it was booked." }),
    tender: z
      .array(
        z.strictObject({
          kind: z.string().meta({ description: "Your name of the means of payment.", example: "card" }),
          amount: z.int().meta({ description: "Minor units.", example: 1040 }),
        }),
      )
      .meta({ description: "How it was paid." }),
    redemptions: z
      .array(
        z.strictObject({
          redemption: z
            .string()
            .meta({ description: "Id of the redemption.", example: "red_mpbffy96dbrqnwne4yvpdn76f" }),
          reward: z.string().nullable().meta({
            description: "Id of the reward; null when points or credit paid.",
            example: "rew_twee_euro",
          }),
          effect,
        }),
      )
      .meta({ description: "What was redeemed with the sale, settled." }),
    paid_with_credit: money.meta({
      description: "How much of the total was paid with credit, the member's own and gift cards'.",
    }),
    returned: z.enum(["no", "partly", "fully"]).meta({ description: "How much of it came back." }),
    metadata,
  })
  .meta({ id: "Sale", description: "A sale as it was booked." });

const offer = z
  .strictObject({
    id: z.string().meta({ description: "Id of the promotion or the level.", example: "prm_happy_hour" }),
    name: z.string().meta({ description: "In the reader's language.", example: "Happy hour" }),
    discount: money.meta({ description: "What comes off in all." }),
    lines: z
      .array(
        z.strictObject({
          line: z.string().meta({ description: "Id of the line.", example: "l1" }),
          discount: z.int().meta({ description: "Minor units off this line.", example: 150 }),
        }),
      )
      .meta({ description: "Per line; sums exactly to `discount`. Empty without lines, and once applied." }),
    free_line: z
      .string()
      .nullable()
      .meta({ description: "Id of the line of which one is free; null otherwise.", example: null }),
    applied: z.boolean().meta({ description: "Whether the sale named it: the till has taken it off." }),
  })
  .meta({
    id: "Offer",
    description:
      "What a level or a promotion takes off without costing points. Preview the sale, take off what is offered, and name it in `offers` when you send the sale.",
  });

export const saleAnswer = z
  .strictObject({
    sale: sale.nullable().meta({ description: "Null when the sale named no member and nothing was booked." }),
    entries: z.array(entry).meta({ description: "What changed on the ledger, in the order it was written." }),
    wallet: wallet.nullable().meta({ description: "What the member has right after; null without a member." }),
    rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
    issued_rewards: issuedRewards,
    offers: z.array(offer).meta({ description: "What may come off this basket, and what has." }),
    claim: z
      .strictObject({
        url: z.url().meta({
          description: "Show it as a QR code, or print it: one scan joins and collects.",
          example: "https://stempel.example/claim/1.c1.e7k2m9qa.r0123456789abcde.0.0123456789abcdef",
        }),
        token: z.string().meta({
          description: "What the URL ends in; `POST /v1/claims` takes it.",
          example: "1.c1.e7k2m9qa.r0123456789abcde.0.0123456789abcdef",
        }),
        expires_at: timestamp.meta({ description: "Until when it can be claimed." }),
      })
      .nullable()
      .meta({
        description: "How a customer collects a sale without a member; null for other sales, and when claims are off.",
      }),
    explanation: z.array(z.string()).meta({
      description: "Why the sale gave what it gave, in the reader's language.",
      example: ["+10 points: 1 per €1.00 on €10.40; €0.40 counts next time"],
    }),
    receipt_lines: z
      .array(z.string().max(32))
      .max(5)
      .meta({ description: "Ready to print: at most five lines of 32 characters." }),
    warnings: z.array(warning).meta({ description: "What the merchant should know." }),
  })
  .meta({ id: "SaleAnswer", description: "The sale and what it did." });
