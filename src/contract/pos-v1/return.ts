import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { currency, localDate, memberRef, metadata, money, quantity, staffCode, text, timestamp } from "./common.ts";
import { warning } from "./sale.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

const positiveMinorUnits = z.int("must be whole minor units (cents)").min(1).max(AMOUNT_MAX);

const saleRef = z
  .strictObject({
    id: z
      .string()
      .max(64)
      .optional()
      .meta({ description: "Id of the sale.", example: "sal_mpbffy96dbrqnwne21vjmy2ms" }),
    receipt: text(128).optional().meta({ description: "The sale's receipt.", example: "2026-000123" }),
    location: z.string().max(64).optional().meta({ description: "Where it was sold; when absent, any location." }),
    register: text(64)
      .optional()
      .meta({ description: "The register within the till, when the sale named one.", example: "1" }),
    business_date: localDate.optional().meta({ description: "When absent, the newest sale with this receipt." }),
  })
  .refine((ref) => (ref.id === undefined) !== (ref.receipt === undefined), "name the sale by id or by receipt")
  .refine((ref) => ref.id === undefined || Object.keys(ref).length === 1, "an id needs nothing beside it")
  .meta({
    id: "SaleRef",
    description: "Names the sale by its id, or by its receipt; then the member must be named too.",
  });

const returnLine = z
  .strictObject({
    id: text(64).optional().meta({ description: "Id of the line in the sale.", example: "l1" }),
    sku: text(64).optional().meta({ description: "Or its sku; the newest unreturned line with it comes first." }),
    quantity: quantity.optional().meta({ description: "How much comes back; when absent, all that is left." }),
    amount: positiveMinorUnits
      .optional()
      .meta({ description: "Minor units given back for it; when absent, its share of the line." }),
  })
  .refine((line) => (line.id === undefined) !== (line.sku === undefined), "name the line by id or by sku")
  .meta({ id: "ReturnLine", description: "A line that comes back." });

export const returnInput = z
  .strictObject({
    return_id: text(128).meta({ description: "Your id of this return, unique for the sale.", example: "R-77" }),
    sale: saleRef,
    member: memberRef
      .optional()
      .meta({ description: "Whose sale it was; needed when the sale is named by its receipt." }),
    lines: z
      .array(returnLine)
      .min(1)
      .max(500)
      .optional()
      .meta({ description: "What comes back. Without lines and total: everything." }),
    total: z
      .strictObject({ amount: positiveMinorUnits.meta({ description: "Minor units.", example: 260 }), currency })
      .optional()
      .meta({ description: "Or an amount given back, not tied to lines." }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .refine((input) => input.lines === undefined || input.total === undefined, {
    path: ["total"],
    message: "give lines or total, not both",
  })
  .meta({
    id: "ReturnInput",
    description: "Goods or money that come back.",
    example: {
      return_id: "R-77",
      sale: { receipt: "2026-000123" },
      member: { phone: "06 12345678" },
      lines: [{ sku: "CROISSANT", quantity: "1" }],
    },
  });
export type ReturnInput = z.infer<typeof returnInput>;

export const saleReturn = z
  .strictObject({
    object: z.literal("return").meta({ description: "Always `return`." }),
    id: z.string().meta({ description: "Id of the return.", example: "ret_mpbffy96dbrqnwnebds7dpwjy" }),
    created_at: timestamp,
    return_id: z.string().meta({ description: "Your id of this return.", example: "R-77" }),
    sale: z.string().meta({ description: "Id of the sale.", example: "sal_mpbffy96dbrqnwne21vjmy2ms" }),
    member: z
      .string()
      .nullable()
      .meta({ description: "Id of the member; null for a gift card.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    amount: money.meta({ description: "What was given back." }),
    lines: z
      .array(
        z.strictObject({
          id: z.string().meta({ description: "Id of the line in the sale.", example: "l2" }),
          quantity: z.string().meta({ description: "How much came back.", example: "1" }),
          amount: z.int().meta({ description: "Minor units.", example: 260 }),
        }),
      )
      .meta({ description: "What came back, line by line." }),
    full: z.boolean().meta({ description: "Whether nothing of the sale is left." }),
    restored: z
      .array(
        z.strictObject({
          redemption: z
            .string()
            .meta({ description: "Id of the redemption.", example: "red_mpbffy96dbrqnwne4yvpdn76f" }),
          reward: z.string().nullable().meta({
            description: "Id of the reward; null when points, credit or a gift card paid.",
            example: "rew_twee_euro",
          }),
        }),
      )
      .meta({
        description: "Redemptions that went back to the member, or to gift cards, because the whole sale came back.",
      }),
    metadata,
  })
  .meta({ id: "Return", description: "A return as it was booked." });

export const returnAnswer = z
  .strictObject({
    return: saleReturn,
    entries: z.array(entry).meta({ description: "What changed on the ledger, in the order it was written." }),
    wallet,
    rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
    explanation: z.array(z.string()).meta({ description: "Why each entry was made, in the reader's language." }),
    receipt_lines: z
      .array(z.string().max(32))
      .max(5)
      .meta({ description: "Ready to print: at most five lines of 32 characters." }),
    warnings: z.array(warning).meta({ description: "What the merchant should know." }),
  })
  .meta({ id: "ReturnAnswer", description: "The return and what it did." });
