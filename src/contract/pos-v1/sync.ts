import { z } from "zod";
import { problem, timestamp } from "./common.ts";

/** The most items one call may carry. */
export const SYNC_ITEMS_MAX = 100;

/** Calls that a till may have queued while it was offline, by their operation ids. */
export const SYNC_CALLS = [
  "createMember",
  "createSale",
  "createReturn",
  "createClaim",
  "createRedemption",
  "captureRedemption",
  "cancelRedemption",
  "createAdjustment",
  "takePaperCard",
  "createGift",
  "createAction",
  "createIssuedReward",
  "cancelIssuedReward",
  "transferPoints",
  "blockCard",
] as const;
export type SyncCall = (typeof SYNC_CALLS)[number];

const syncItem = z
  .strictObject({
    call: z.enum(SYNC_CALLS).meta({ description: "Which call it is, by its operation id." }),
    key: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 visible ASCII characters")
      .meta({ description: "The item's own Idempotency-Key.", example: "till-1-000123" }),
    occurred_at: timestamp.optional().meta({
      description:
        "When it happened; for a sale, or a reward handed out without a connection, that does not say so itself.",
    }),
    id: z.string().max(300).optional().meta({
      description:
        "What the call's path names: the redemption for captureRedemption and cancelRedemption, the issued reward for cancelIssuedReward, the giving member for transferPoints. `item:` and a key means what an earlier item made.",
      example: "item:till-1-000122",
    }),
    body: z
      .looseObject({})
      .optional()
      .meta({
        description:
          "The body of the call. A member (`member`, `to`) may be named as `{item: key}` of a createMember earlier in the batch; a redemption, or an `issued_reward`, as `item:` and the key of the item that made it.",
        example: {
          receipt: "2026-000123",
          member: { item: "till-1-000121" },
          total: { amount: 1050, currency: "EUR" },
        },
      }),
  })
  .meta({ id: "SyncItem", description: "One call that was queued." });
export type SyncItem = z.infer<typeof syncItem>;

export const syncInput = z
  .strictObject({
    items: z
      .array(syncItem)
      .min(1)
      .max(SYNC_ITEMS_MAX)
      .meta({ description: "In the order in which they happened; up to 100." }),
  })
  .meta({
    id: "SyncInput",
    description: "What a till queued while it was offline.",
    example: {
      items: [
        { call: "createMember", key: "till-1-000121", body: { name: "Anna de Vries" } },
        {
          call: "createSale",
          key: "till-1-000122",
          occurred_at: "2026-03-14T09:26:53Z",
          body: {
            receipt: "2026-000123",
            member: { item: "till-1-000121" },
            total: { amount: 1050, currency: "EUR" },
          },
        },
      ],
    },
  });

export const syncAnswer = z
  .strictObject({
    data: z
      .array(
        z
          .strictObject({
            key: z.string().meta({ description: "The item's key.", example: "till-1-000122" }),
            status: z.enum(["applied", "replayed", "rejected", "retry"]).meta({
              description:
                "`applied` now; `replayed`: it had been before; `rejected`: it will never be, see `problem`; `retry`: send it again with the same key.",
            }),
            answer: z.looseObject({}).nullable().meta({
              description: "What the call answered; null unless applied or replayed.",
              example: null,
            }),
            problem: problem
              .nullable()
              .meta({ description: "Why it was not applied; null when it was.", example: null }),
          })
          .meta({ id: "SyncResult", description: "What became of one item." }),
      )
      .meta({ description: "One result per item, in the same order." }),
  })
  .meta({ id: "SyncAnswer", description: "What became of each item." });
