import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";
import { memberRef, metadata, timestamp, unit } from "./common.ts";
import { entry, wallet } from "./wallet.ts";

export const transferInput = z
  .strictObject({
    to: memberRef.describe("The member who gets them."),
    unit: unit.default("points"),
    amount: z.int().min(1).max(AMOUNT_MAX).meta({ description: "How many.", example: 10 }),
    metadata: metadata.default({}),
  })
  .meta({
    id: "TransferInput",
    description: "Points that a member gives to another.",
    example: { to: { external_id: "17850" }, amount: 10 },
  });

export const transferAnswer = z
  .strictObject({
    object: z.literal("transfer").meta({ description: "Always `transfer`." }),
    created_at: timestamp,
    from: z.string().meta({ description: "Id of the member who gives.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    to: z.string().meta({ description: "Id of the member who gets them.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    unit,
    amount: z.int().meta({ description: "How many.", example: 10 }),
    entries: z.array(entry).meta({ description: "What changed at the giver; reserved until it has arrived." }),
    wallet: wallet.describe("The giver's balances right after."),
    explanation: z.array(z.string()).meta({ description: "Why each entry was made, in the reader's language." }),
    metadata,
  })
  .meta({
    id: "TransferAnswer",
    description: "Points on their way to another member. What is cut off arrives by itself.",
  });
