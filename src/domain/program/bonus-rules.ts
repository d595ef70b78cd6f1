import { z } from "zod";
import { give, givenUnit, slug, span } from "./document-parts.ts";

/** What a challenge or a dated gift gives. */
export const bonus = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("units").describe("Points, stamps or credit."),
      unit: givenUnit.describe("Which unit it gives."),
      give,
    }),
    z.strictObject({
      kind: z.literal("reward").describe("A reward that the member redeems later, for nothing."),
      reward: slug("rew", "The reward."),
      valid_for: span.optional().describe("How long it can be redeemed; as long as the reward says when absent."),
    }),
  ])
  .describe("What it gives.");
export type Bonus = z.infer<typeof bonus>;

/** What is wrong with a bonus in its programme; null when nothing is. */
export function bonusProblem(
  given: Bonus,
  units: ReadonlySet<string>,
  rewards: ReadonlySet<string>,
): { readonly field: "unit" | "reward"; readonly message: string } | null {
  if (given.kind === "units") {
    return units.has(given.unit) ? null : { field: "unit", message: `the programme has no unit ${given.unit}` };
  }
  return rewards.has(given.reward) ? null : { field: "reward", message: `there is no reward ${given.reward}` };
}
