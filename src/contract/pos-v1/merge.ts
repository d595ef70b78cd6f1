import { z } from "zod";
import { memberRef, timestamp } from "./common.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

const from = memberRef.describe("The member who goes up in the one in the path.");

export const mergePreviewInput = z.strictObject({ from }).meta({
  id: "MergePreviewInput",
  description: "Two cards of one person, to see what would become of them.",
  example: { from: { card: "0001000000112345" } },
});

export const mergeInput = z
  .strictObject({
    from,
    token: z.string().min(1).max(64).meta({
      description: "From the preview: what is confirmed is what was shown.",
      example: "0h2k9m4p1q8s5t3v7w2x4y6z8a",
    }),
  })
  .meta({
    id: "MergeInput",
    description: "A merge that was previewed and agreed to.",
    example: { from: { card: "0001000000112345" }, token: "0h2k9m4p1q8s5t3v7w2x4y6z8a" },
  });

const outcome = {
  member: z.string().meta({ description: "Id of the member who stays.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
  from: z.string().meta({
    description: "Id of the member who goes up in that one. It goes on working and leads to the other.",
    example: "mem_mpbffy96dbrqnwne8yv2mfm9",
  }),
  entries: z.array(entry).meta({ description: "What arrives, lot by lot with its dates." }),
  cards: z.int().meta({ description: "Cards that come along; they go on working.", example: 1 }),
  wallet: wallet.describe("What the member has with both together."),
  rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
  explanation: z.array(z.string()).meta({ description: "Why each entry is made, in the reader's language." }),
};

export const mergePreview = z
  .strictObject({
    object: z.literal("merge_preview").meta({ description: "Always `merge_preview`." }),
    token: z.string().meta({
      description: "Send it to confirm. It holds until either card changes.",
      example: "0h2k9m4p1q8s5t3v7w2x4y6z8a",
    }),
    ...outcome,
    released_redemptions: z
      .int()
      .meta({ description: "Open redemptions of the card that goes; they are cancelled.", example: 0 }),
    consents: z
      .array(
        z.strictObject({
          purpose: z.string().meta({ description: "What it is about.", example: "marketing_email" }),
          granted: z.boolean().meta({ description: "Whether the member will have agreed." }),
        }),
      )
      .meta({ description: "What counts after the merge: a refusal on either card wins." }),
  })
  .meta({ id: "MergePreview", description: "What a merge would do. Nothing was written." });

export const mergeAnswer = z
  .strictObject({
    object: z.literal("merge").meta({ description: "Always `merge`." }),
    merged_at: timestamp.meta({ description: "When it was confirmed." }),
    ...outcome,
  })
  .meta({ id: "MergeAnswer", description: "A merge that was carried out. It cannot be undone." });
