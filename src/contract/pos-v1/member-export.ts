import { z } from "zod";
import { metadata, timestamp, unit } from "./common.ts";
import { card, member } from "./member.ts";
import { entry } from "./wallet.ts";

const consentOnRecord = z
  .strictObject({
    purpose: z.string().meta({ description: "What it is about.", example: "marketing_email" }),
    granted: z.boolean().meta({ description: "Whether the member agreed." }),
    text: z.string().meta({ description: "What the member read.", example: "Mail me offers (version 2)" }),
    at: timestamp.meta({ description: "When the member decided." }),
    source: z.string().meta({ description: "Where.", example: "pos" }),
  })
  .meta({ description: "One decision." });

const lot = z
  .strictObject({
    unit,
    bucket: z.enum(["available", "pending", "held"]).meta({ description: "Where it stands." }),
    class: z.string().meta({ description: "earned, granted, paid or debt.", example: "earned" }),
    amount: z.int().meta({ description: "How much.", example: 12 }),
    expires_on: z.string().nullable().meta({ description: "Last day it can be spent; null never expires." }),
    opens_on: z.string().nullable().meta({ description: "First day it can be spent; null when it can." }),
  })
  .meta({ description: "Units with the same dates." });

const booking = z
  .strictObject({
    created_at: timestamp,
    type: z.string().meta({ description: "What was booked.", example: "sale" }),
    location: z.string().nullable().meta({ description: "Where; null when it happened by itself." }),
    till: z.string().nullable().meta({ description: "At which till; null when it happened by itself." }),
    entries: z.array(entry).meta({ description: "What changed." }),
    reason: z.string().nullable().meta({ description: "Why, as the till said.", example: null }),
    metadata,
    details: z.looseObject({}).meta({ description: "The facts as they stand in the ledger: basket, receipt, rules." }),
  })
  .meta({ description: "One row of the ledger." });

export const memberExport = z
  .strictObject({
    object: z.literal("member_export").meta({ description: "Always `member_export`." }),
    exported_at: timestamp.meta({ description: "When it was made." }),
    member,
    identifiers: z
      .array(
        z.strictObject({
          kind: z.string().meta({ description: "phone, email, external_id or card_number.", example: "phone" }),
          value: z.string().meta({ description: "As it is compared.", example: "+31612345678" }),
        }),
      )
      .meta({ description: "Every way by which the member is found." }),
    consents: z.array(consentOnRecord).meta({ description: "Every decision on record, oldest first." }),
    cards: z.array(card).meta({ description: "Every card the member has had." }),
    lots: z.array(lot).meta({ description: "What the member has, with its dates." }),
    bookings: z
      .array(booking)
      .meta({ description: "The whole ledger, and those of cards and receipts that went up in it." }),
  })
  .meta({ id: "MemberExport", description: "Everything that is known about a member." });
