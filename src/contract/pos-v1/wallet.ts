import { z } from "zod";
import { localDate, metadata, timestamp, unit } from "./common.ts";

const perk = z
  .strictObject({
    kind: z
      .enum(["free_shipping", "faster_shipping", "early_access", "member_price"])
      .meta({ description: "What the till grants. New kinds may be added." }),
    sku: z.string().optional().meta({ description: "The item it is about.", example: "BEANS-250" }),
    from: localDate.optional().meta({ description: "From this day." }),
    until: localDate.optional().meta({ description: "Until this day, included." }),
    price: z.int().optional().meta({ description: "The item's price for this member, in minor units.", example: 850 }),
  })
  .meta({ id: "Perk", description: "Something that a level grants at the till." });

const tier = z
  .strictObject({
    basis: z.enum(["points", "spend", "visits"]).meta({ description: "What counts for a level." }),
    level: z
      .strictObject({
        id: z.string().meta({ description: "Id of the level.", example: "tir_silver" }),
        name: z.string().meta({ description: "In the reader's language.", example: "Silver" }),
        discount_percent: z
          .int()
          .nullable()
          .meta({ description: "Standing discount on every basket; null without one.", example: 5 }),
        perks: z.array(perk).meta({ description: "What the till grants." }),
      })
      .nullable()
      .meta({ description: "The level; null below the lowest." }),
    counted: z.int().meta({ description: "Points, minor units or visits that count now.", example: 320 }),
    next: z
      .strictObject({
        id: z.string().meta({ description: "Id of the level.", example: "tir_gold" }),
        name: z.string().meta({ description: "In the reader's language.", example: "Gold" }),
        missing: z.int().meta({ description: "What is missing for it.", example: 180 }),
      })
      .nullable()
      .meta({ description: "The level above; null at the top." }),
    kept_until: localDate.nullable().meta({
      description: "The level is kept until this day if nothing more is done; null when it is kept for good.",
    }),
  })
  .meta({ id: "Tier", description: "Where a member stands among the levels." });

const challengeStatus = z
  .strictObject({
    id: z.string().meta({ description: "The challenge's id in the programme.", example: "chl_summer" }),
    name: z.string().meta({ description: "In the reader's language.", example: "Five visits in July" }),
    counts: z
      .enum(["visits", "items", "spend", "distinct"])
      .meta({ description: "What counts: sales, units bought, minor units spent, or different things." }),
    progress: z.int().meta({ description: "How much there is; never more than the goal.", example: 3 }),
    goal: z.int().meta({ description: "How much is asked; minor units where spending counts.", example: 5 }),
    ends_on: localDate.nullable().meta({
      description:
        "The last day on which something counts; null without one, or before the first sale begins the time.",
    }),
    completed_at: timestamp.optional().meta({ description: "When the sale was that reached the goal." }),
  })
  .meta({ id: "ChallengeStatus", description: "A challenge and how far the member is with it." });

export const wallet = z
  .strictObject({
    balances: z
      .array(
        z.strictObject({
          unit,
          kind: z
            .enum(["points", "stamps", "credit", "strips"])
            .meta({ description: "What the unit is. New kinds may be added." }),
          name: z
            .string()
            .meta({ description: "What the merchant calls it, in the reader's language.", example: "punten" }),
          available: z
            .int()
            .meta({ description: "Free to spend now; credit in minor units, as all its amounts.", example: 120 }),
          pending: z.int().meta({ description: "Earned, but not free to spend yet.", example: 0 }),
          held: z.int().meta({ description: "Reserved by open redemptions.", example: 0 }),
          expiring: z
            .array(
              z.strictObject({
                amount: z.int().meta({ description: "How much expires.", example: 40 }),
                on: localDate.meta({ description: "The last day it can be spent." }),
              }),
            )
            .meta({ description: "What expires, soonest first; `on` is the last day it can be spent." }),
          paid: z
            .int()
            .optional()
            .meta({ description: "Of what is available, paid for with money; for credit and strips." }),
          granted: z
            .int()
            .optional()
            .meta({ description: "Of what is available, given; for credit and strips. It is spent first." }),
          of: z.int().optional().meta({ description: "Stamps on a full card.", example: 10 }),
        }),
      )
      .meta({ description: "One per unit of the programme." }),
    tier: tier.nullable().meta({ description: "Where the member stands; null in a programme without tiers." }),
    challenges: z.array(challengeStatus).meta({ description: "Challenges that run now, and how far the member is." }),
  })
  .meta({ id: "Wallet", description: "What a member has." });
export type WireWallet = z.infer<typeof wallet>;

export const rewardStatus = z
  .strictObject({
    object: z.literal("reward").meta({ description: "Always `reward`." }),
    id: z.string().meta({ description: "The reward's id in the programme.", example: "rew_gratis_koffie" }),
    name: z.string().meta({ description: "In the reader's language.", example: "Free coffee" }),
    cost: z
      .strictObject({ unit, amount: z.int().meta({ description: "How many of the unit.", example: 10 }) })
      .meta({ description: "What it costs this member." }),
    regular_amount: z.int().nullable().meta({
      description: "What others give, when the member's level has a price of its own; else null.",
      example: null,
    }),
    tiers: z
      .array(
        z.strictObject({
          id: z.string().meta({ description: "Id of the level.", example: "tir_gold" }),
          name: z.string().meta({ description: "In the reader's language.", example: "Gold" }),
        }),
      )
      .nullable()
      .meta({ description: "The levels that it is for; null when it is for everybody.", example: null }),
    available: z.boolean().meta({ description: "Whether the member can have it now." }),
    missing: z.int().meta({ description: "Units still needed; 0 when there are enough.", example: 0 }),
    unavailable_because: z
      .enum([
        "insufficient_balance",
        "reward_closed",
        "reward_outside_hours",
        "reward_limit_reached",
        "reward_not_for_tier",
      ])
      .nullable()
      .meta({
        description:
          "What keeps the member from it now, as a redemption would answer; null when available. More may be added.",
        example: null,
      }),
  })
  .meta({
    id: "RewardStatus",
    description: "A reward and how far the member is from it. Available ones come first, then the nearest.",
  });

export const entry = z
  .strictObject({
    object: z.literal("entry").meta({ description: "Always `entry`." }),
    id: z.string().meta({ description: "Id of the entry.", example: "ent_mpbffy96dbrqnwne00286mzy5tg" }),
    created_at: timestamp,
    type: z.string().meta({
      description:
        "Why it was made: earned_spend, earned_visit, earned_units, returned, reserved, released, redeemed, restored, adjusted, opening, bought, bonus, bought_back, refunded. More may be added.",
      example: "earned_spend",
    }),
    unit,
    delta: z.int().meta({ description: "What changed.", example: 12 }),
    bucket: z.enum(["available", "pending", "held"]).meta({ description: "Where it changed." }),
    balance_after: z.int().meta({ description: "What this bucket of the unit held right after.", example: 132 }),
    explanation: z.string().meta({
      description: "The entry in a sentence, in the reader's language.",
      example: "+10 points: 1 per €1.00 on €10.40; €0.40 counts next time",
    }),
    source: z.string().nullable().meta({
      description: "Id of the sale, return, redemption or adjustment it belongs to.",
      example: "sal_mpbffy96dbrqnwne21vjmy2ms",
    }),
    metadata,
  })
  .meta({
    id: "Entry",
    description: "One change of one unit on an account's ledger. Entries are never changed or removed.",
  });
