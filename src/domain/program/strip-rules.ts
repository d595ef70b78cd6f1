import { z } from "zod";
import { paidExpiry, vatPurpose } from "./credit-rules.ts";
import { localizedText, matcher, money, slug } from "./document-parts.ts";

export const stripCard = z.strictObject({
  id: slug("stp", "The strip card's id; a sale line of kind `strip_card` names it, or `sku`, as its sku."),
  name: localizedText.describe("What it is called."),
  sku: z.string().min(1).max(64).optional().describe("The article number under which it is sold."),
  size: z.int().min(2).max(100).describe("Strips on a card."),
  items: matcher.describe("What one strip pays for: one of these items."),
  price: money
    .optional()
    .describe("What a card costs, in minor units; for people, the sale's line says what was paid."),
  expiry: paidExpiry,
  vat: vatPurpose,
});
export type StripCard = z.infer<typeof stripCard>;
