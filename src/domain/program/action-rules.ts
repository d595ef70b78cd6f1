import { z } from "zod";
import { give, localizedText, slug } from "./document-parts.ts";

export const action = z.strictObject({
  id: slug("act", "The action's id."),
  kind: z
    .enum(["sign_up", "referral", "survey", "share", "profile", "other"])
    .describe("What the member does; `profile` is completing their details."),
  name: localizedText.describe("What members read."),
  unit: z
    .string()
    .regex(/^(points|stamps:stc_[a-z0-9_]{1,40}|credit:[A-Z]{3})$/, "must be points, stamps:stc_… or credit:EUR")
    .default("points")
    .describe("Which unit it gives."),
  give,
  each: z
    .enum(["once", "day", "week", "month", "year", "subject"])
    .default("once")
    .describe("How often one member is given it: once, once a period, or once for each subject, such as a friend."),
  counts_for_tier: z.boolean().default(false).describe("Whether it counts for the level."),
});
export type Action = z.infer<typeof action>;
