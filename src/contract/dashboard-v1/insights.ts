import { z } from "zod";
import { FLAG_RULES, FLAG_STATES } from "../../domain/insights/flag.ts";
import { MODES } from "../../domain/tenancy/merchant.ts";
import { localDate, timestamp } from "../pos-v1/common.ts";

// What a merchant reads about all cards together. Amounts are minor units of the programme's currency.

const wireId = z.string().max(64);
const count = z.int().nonnegative();

export const mode = z.enum(MODES).default("live").meta({ description: "Test data stand apart." });

/** What a booking did, as the feed tells it. Clients pass over types that they do not know. */
export const ACTIVITY_TYPES = [
  "opened",
  "sale",
  "return",
  "return_parked",
  "hold",
  "hold_captured",
  "hold_cancelled",
  "offline_redemption",
  "adjustment",
  "opening",
  "loaded",
  "action",
  "card_issued",
  "card_blocked",
  "erased",
  "handed_over",
  "absorbed",
  "transfer_sent",
  "deleted",
] as const;

const unitMove = z.strictObject({
  given: z.int().optional(),
  redeemed: z.int().optional(),
  taken_back: z.int().optional().meta({ description: "By returns and corrections." }),
  expired: z.int().optional(),
  open: z.int().optional().meta({ description: "How much more members can spend now; adds up to what is owed." }),
  sold: z.int().optional().meta({ description: "Of what was given, sold for money, less what was handed back." }),
  paid_redeemed: z.int().optional().meta({ description: "Of what was redeemed, paid for with money." }),
  paid_expired: z.int().optional(),
  paid_open: z.int().optional(),
  bought_back: z.int().optional().meta({ description: "Paid for with money and handed back; `sold` is less by it." }),
  taken_over: z.int().optional().meta({ description: "Of what was given, opening balances of stored value." }),
  paid_taken_over: z.int().optional(),
  lapsed: z.int().optional().meta({ description: "Stored value of accounts that are gone." }),
  paid_lapsed: z.int().optional(),
});
const units = z.record(z.string(), unitMove).meta({ description: "By unit." });
const rewards = z
  .record(z.string(), z.int())
  .meta({ description: "How often each was had; returned ones count back." });

export const activity = z.strictObject({
  object: z.literal("activity"),
  id: z.string().meta({ description: "Its place in the feed." }),
  type: z.enum(ACTIVITY_TYPES),
  created_at: timestamp,
  day: localDate,
  member: wireId.nullable().meta({ description: "Null for a sale that nobody has claimed, and for gift cards." }),
  location: wireId.nullable(),
  till: wireId.nullable(),
  staff: wireId.nullable(),
  sale: wireId.nullable().meta({ description: "The sale, or the one that a return is of." }),
  receipt: z.string().nullable(),
  amount: z.int().nullable().meta({ description: "What was paid, or given back." }),
  currency: z.string().nullable().meta({ description: "Of a sale." }),
  voided: z.boolean().meta({ description: "The whole sale came back since." }),
  backfilled: z.boolean(),
  units,
  rewards,
});
export const activityList = z.strictObject({ data: z.array(activity), next_cursor: z.string().nullable() });

export const tally = z.strictObject({
  sales: count,
  revenue: z.int().meta({ description: "Goods sold, before returns." }),
  foreign_sales: count.meta({ description: "In other currencies; no revenue here." }),
  returns: count,
  returned: z.int(),
  discounts: z.int().meta({ description: "What rewards took off." }),
  reward_costs: z.int().meta({ description: "What redeemed rewards cost the merchant, by the `cost_price` of each." }),
  members_seen: count.meta({ description: "Each member once a day and location." }),
  new_members: count,
  rewards,
  units,
});

export const totals = z.strictObject({
  object: z.literal("totals"),
  from: localDate,
  to: localDate,
  days: z.array(z.strictObject({ day: localDate, location: wireId.nullable(), ...tally.shape })),
  sum: tally,
  owed: z
    .record(z.string(), z.int())
    .nullable()
    .meta({ description: "What all members together can spend now, by unit; null when asked for one location." }),
});

export const budgets = z.strictObject({
  data: z.array(
    z.strictObject({
      object: z.literal("promotion_budget"),
      promotion: wireId.meta({ description: "Id of the promotion in the programme." }),
      used: z.int().meta({ description: "Units, minor units or sales given so far, less what returns gave back." }),
      max: count.meta({ description: "What it may give, by the rules of the latest sale." }),
      used_up: z.boolean().meta({ description: "It gives no more, until a version with a larger budget is in force." }),
    }),
  ),
});

export const flag = z.strictObject({
  object: z.literal("flag"),
  id: wireId,
  rule: z.enum(FLAG_RULES),
  state: z.enum(FLAG_STATES),
  explanation: z.strictObject({ nl: z.string(), en: z.string() }),
  usual: z.int().nullable().meta({ description: "Up to how many are usual; null where one is too many." }),
  evidence: z.array(
    z.strictObject({
      type: z.enum(ACTIVITY_TYPES).nullable().meta({ description: "What kind of booking; null for a place only." }),
      member: wireId.nullable(),
      card: wireId.nullable().meta({ description: "The card that was shown; null when the member was named." }),
      sale: wireId.nullable(),
      redemption: wireId.nullable(),
      at: timestamp,
      location: wireId.nullable(),
      till: wireId.nullable(),
      staff: wireId.nullable(),
      receipt: z.string().nullable(),
      amount: z.int().nullable(),
    }),
  ),
  blocked_cards: z.array(wireId).meta({ description: "Cards that were blocked with the decision." }),
  opened_at: timestamp,
  resolved_at: timestamp.nullable(),
  resolved_by: z.string().nullable().meta({ description: "A person, or `system:withdrawn` when its cause is gone." }),
});
export const flagList = z.strictObject({ data: z.array(flag), next_cursor: z.string().nullable() });
export const flagChange = z.strictObject({ state: z.enum(FLAG_STATES) });

export const auditEntry = z.strictObject({
  object: z.literal("audit_entry"),
  at: timestamp,
  who: z.string(),
  role: z.string(),
  location: wireId.nullable(),
  action: z.string(),
  subject: z.string().nullable(),
});
export const auditList = z.strictObject({ data: z.array(auditEntry), next_cursor: z.string().nullable() });

export const insightsHealth = z.strictObject({
  object: z.literal("insights_health"),
  rebuilding: z.boolean(),
  rebuilt_at: timestamp.nullable(),
  repaired_at: timestamp.nullable(),
  repaired_bookings: count.meta({ description: "Bookings that repairs found missing." }),
  late_deliveries: count,
  failed_attempts: count,
  last_late_at: timestamp.nullable(),
  failed_steps: count,
  broken_chains: count,
});
