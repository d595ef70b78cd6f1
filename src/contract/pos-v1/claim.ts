import { z } from "zod";
import { memberRef, timestamp, unit } from "./common.ts";

export const claimInput = z
  .strictObject({
    token: z.string().min(1).max(500).meta({
      description: "What the claim link ends in, or the whole link as the scanner read it.",
      example: "1.c1.e7k2m9qa.r0123456789abcde.0.0123456789abcdef",
    }),
    member: memberRef,
  })
  .meta({
    id: "ClaimInput",
    description: "A sale without a member, and who it belongs to.",
    example: { token: "1.c1.e7k2m9qa.r0123456789abcde.0.0123456789abcdef", member: { phone: "06 12345678" } },
  });

export const claim = z
  .strictObject({
    object: z.literal("claim").meta({ description: "Always `claim`." }),
    claimed_at: timestamp.meta({ description: "When it was collected." }),
    member: z.string().meta({ description: "Id of the member.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    amounts: z
      .array(
        z
          .strictObject({ unit, amount: z.int().meta({ description: "How much was collected.", example: 12 }) })
          .meta({ description: "What was collected of one unit." }),
      )
      .meta({ description: "What the member has collected." }),
  })
  .meta({ id: "Claim", description: "A sale that was collected by a member. It happens once." });
