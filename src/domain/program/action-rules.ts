import { z } from "zod";
import { give, givenUnit, localizedText, slug } from "./document-parts.ts";

export const action = z.strictObject({
  id: slug("act", "The action's id."),
  kind: z
    .enum(["sign_up", "referral", "survey", "share", "profile", "birthday", "anniversary", "other"])
    .describe("What the member does; `profile` is completing their details."),
  name: localizedText.describe("What members read."),
  unit: givenUnit.describe("Which unit it gives."),
  give,
  each: z
    .enum(["once", "day", "week", "month", "year", "subject"])
    .default("once")
    .describe("How often one member is given it: once, once a period, or once for each subject, such as a friend."),
  counts_for_tier: z.boolean().default(false).describe("Whether it counts for the level."),
  automatic: z
    .boolean()
    .optional()
    .describe(
      "Given by itself: `sign_up` when a member is made or takes a card, `profile` when name, e-mail address or phone number, and birthday are known.",
    ),
});
export type Action = z.infer<typeof action>;

/** Actions that come by themselves. */
export type AutomaticKind = "sign_up" | "profile";

/** Ids of the actions of a kind that come by themselves. */
export function automaticActions(actions: readonly Action[], kind: AutomaticKind): string[] {
  return actions.filter((each) => each.automatic === true && each.kind === kind).map(({ id }) => id);
}

/** What keeps an action from coming by itself; null when nothing does. */
export function automaticProblem({ automatic, kind, each }: Action): string | null {
  if (automatic !== true) return null;
  if (kind !== "sign_up" && kind !== "profile") return "only sign_up and profile come by themselves";
  return each === "once" ? null : "what comes by itself is given once";
}
