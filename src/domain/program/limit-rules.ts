import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";

/** What tills and cashiers may do beyond what the ledger can check at that moment. */
export const limitRules = z.strictObject({
  offline_redemption: z
    .strictObject({
      amount: z
        .int()
        .min(1)
        .max(AMOUNT_MAX)
        .describe(
          "What rewards that one member gets from tills without a connection may be worth a day, in minor units.",
        ),
      snapshot_days: z
        .int()
        .min(1)
        .max(4)
        .default(2)
        .describe("How long a signed balance is good for at a till without a connection."),
    })
    .optional()
    .describe("Lets tills hand out rewards while they have no connection; absent, none is taken."),
  paper_cards: z
    .boolean()
    .default(true)
    .describe("Whether a cashier may take a half-full paper card in, once per member and stamp card."),
});
