import { z } from "zod";
import { HAND_OUT_KINDS } from "../../domain/program/reward-terms.ts";
import { listQuery, localDate, page, timestamp } from "./common.ts";

const STATES = ["open", "handed_over", "cancelled"] as const;
const wireId = z.string().nullable();

const deed = {
  at: timestamp,
  location: wireId.meta({ description: "Id of the location.", example: "loc_khd18er1cn7s653b" }),
  till: wireId.meta({ description: "Id of the till.", example: "til_cv0981n1kxzn54f0" }),
  staff: wireId.meta({ description: "The cashier, as the till named them.", example: "c07" }),
};

export const handOut = z
  .strictObject({
    object: z.literal("hand_out").meta({ description: "Always `hand_out`." }),
    id: z.string().meta({
      description: "Id of the issued reward, or of the redemption when it was asked for at the counter.",
      example: "iss_mpbffy96dbrqnwne00586mzy5tg",
    }),
    created_at: timestamp.meta({ description: "When it was asked for or issued." }),
    state: z.enum(STATES).meta({ description: "Still to be handed over, handed over, or not to be any more." }),
    reward: z.string().meta({ description: "Id of the reward.", example: "rew_mok" }),
    name: z.string().meta({ description: "In the reader's language.", example: "Mug" }),
    kind: z.enum(HAND_OUT_KINDS).meta({ description: "What it is. More may be added." }),
    sku: wireId.meta({ description: "The product, when the reward names one.", example: "MOK" }),
    partner: z
      .strictObject({
        name: z.string().meta({ description: "Who hands it over.", example: "Filmhuis Lumière" }),
        reference: wireId.meta({ description: "What the partner calls it.", example: "LUM-2027" }),
      })
      .nullable()
      .meta({ description: "Who hands it over, when it is not the merchant." }),
    member: wireId.meta({ description: "Id of the member; null for a sale that nobody has claimed." }),
    issued_reward: wireId.meta({
      description: "Id of the issued reward; null when it was asked for at the counter.",
      example: "iss_mpbffy96dbrqnwne00586mzy5tg",
    }),
    redemption: wireId.meta({
      description: "The redemption that holds it or handed it over; null while none does.",
      example: null,
    }),
    expires_on: localDate.nullable().meta({ description: "The last day on which it can be collected; null for ever." }),
    cost_price: z
      .int()
      .nullable()
      .meta({ description: "What it costs the merchant, in minor units; null when not known.", example: 380 }),
    location: wireId.meta({ description: "Where it was asked for.", example: "loc_khd18er1cn7s653b" }),
    handed_over: z.strictObject(deed).nullable().meta({ description: "When, where and by whom." }),
    cancelled: z
      .strictObject({
        ...deed,
        reason: z
          .enum(["cancelled", "expired", "returned", "erased"])
          .meta({ description: "By hand, its time was up, the sale came back, or the member is gone." }),
      })
      .nullable()
      .meta({ description: "Why it is not to be handed over any more." }),
  })
  .meta({
    id: "HandOut",
    description: "A product, experience, seat or partner's reward that a member is owed or had.",
  });

export const handOutPage = page(handOut, "HandOutPage");

const period = {
  from: localDate.optional().meta({ description: "Asked for on this day or later.", example: "2027-01-01" }),
  to: localDate.optional().meta({ description: "Asked for on this day or before.", example: "2027-01-31" }),
};
const state = z.enum(STATES).optional().meta({ description: "Only these; all when absent." });
const kind = z.enum(HAND_OUT_KINDS).optional().meta({ description: "Only these; all when absent." });

export const handOutQuery = listQuery.extend({ state, kind, ...period });
export const handOutExportQuery = z.strictObject({
  state,
  kind: kind.meta({ description: "Only these; `partner` when absent, for the partners' fulfilment." }),
  ...period,
});

export const handOutExport = z
  .strictObject({
    object: z.literal("hand_out_export").meta({ description: "Always `hand_out_export`." }),
    exported_at: timestamp,
    data: z.array(handOut).meta({ description: "Oldest first." }),
  })
  .meta({ id: "HandOutExport", description: "What was asked for in a period." });
