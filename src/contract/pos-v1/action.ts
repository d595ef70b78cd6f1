import { z } from "zod";
import { memberRef, metadata, staffCode, text, timestamp, unit } from "./common.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

export const actionInput = z
  .strictObject({
    member: memberRef,
    action: z.string().max(64).meta({ description: "Id of the action in the programme.", example: "act_vriend" }),
    subject: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, _ . or -")
      .optional()
      .meta({
        description: "What it was about, such as the referred friend's member id; not a name. One subject counts once.",
        example: "mem_mpbffy96dbrqnwne8yv2mfm9",
      }),
    staff: staffCode,
    metadata: metadata.default({}),
  })
  .meta({
    id: "ActionInput",
    description: "Something a member did besides buying.",
    example: { member: { phone: "06 12345678" }, action: "act_vriend", subject: "mem_mpbffy96dbrqnwne8yv2mfm9" },
  });

export const action = z
  .strictObject({
    object: z.literal("action").meta({ description: "Always `action`." }),
    id: z.string().meta({ description: "Id of what was booked.", example: "acn_mpbffy96dbrqnwne33f8g25wh" }),
    created_at: timestamp,
    member: z.string().meta({ description: "Id of the member.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    action: z.string().meta({ description: "Id of the action in the programme.", example: "act_vriend" }),
    subject: text(64).nullable().meta({ description: "What it was about; null without one." }),
    unit,
    delta: z.int().meta({ description: "What it gave.", example: 25 }),
    metadata,
  })
  .meta({ id: "Action", description: "An action as it was booked." });

export const actionAnswer = z
  .strictObject({
    action,
    entries: z.array(entry).meta({ description: "What changed on the ledger, in the order it was written." }),
    wallet,
    rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
    explanation: z.array(z.string()).meta({
      description: "What changed and why, in the reader's language.",
      example: ["+25 points: friend brought along"],
    }),
  })
  .meta({ id: "ActionAnswer", description: "The action and what it gave." });
