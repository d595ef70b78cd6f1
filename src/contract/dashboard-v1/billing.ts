import { z } from "zod";
import { FEATURES, INTERVALS, PAID_PLAN_IDS, PLAN_IDS } from "../../domain/billing/plans.ts";
import { PHASES } from "../../domain/billing/phase.ts";
import { money, timestamp } from "../pos-v1/common.ts";

// Shapes of billing. Cross-checks of inputs stand with the services, which check everything again.

const count = z.int().min(0);
const wireId = z.string().min(1).max(64);
const vatFree = money.meta({ description: "Excluding VAT." });

export const plan = z.strictObject({
  object: z.literal("plan"),
  id: z.enum(PLAN_IDS),
  name: z.string(),
  month: vatFree.nullable().meta({ description: "Per month, excluding VAT; null: free." }),
  year: vatFree.nullable().meta({ description: "Per year, excluding VAT; null: free." }),
  locations: count,
  active_members: count.meta({ description: "Per calendar month." }),
  features: z.array(z.enum(FEATURES)),
});

export const planList = z.strictObject({
  data: z.array(plan),
  extra_location: z.strictObject({ month: vatFree, year: vatFree }),
  member_block: z.strictObject({ members: count, month: vatFree, year: vatFree }),
});

const selection = {
  plan: z.enum(PAID_PLAN_IDS),
  interval: z.enum(INTERVALS),
  extra_locations: count.max(90).default(0).meta({ description: "Beyond those that the plan includes." }),
  member_blocks: count.max(100).default(0).meta({ description: "Blocks of 1,000 active members a month." }),
};
const freeze = z.array(wireId).max(100).default([]).meta({
  description: "Locations to freeze when more are open than the plan has; members go on redeeming there.",
});

export const planChoice = z.strictObject(selection);
export const checkoutRequest = z.strictObject({ ...selection, freeze });
export const planChange = z.strictObject({
  ...selection,
  freeze,
  proration_at: timestamp.meta({ description: "From the preview, at most 15 minutes old." }),
});
export const cancellation = z.strictObject({
  when: z.enum(["period_end", "notice"]).meta({
    description: "`notice`: a yearly plan ends in a month, and the rest of what was paid comes back.",
  }),
});

const chosen = z.strictObject({
  plan: z.enum(PAID_PLAN_IDS),
  interval: z.enum(INTERVALS),
  extra_locations: count,
  member_blocks: count,
});

const address = z.strictObject({
  line1: z.string().max(200),
  postal_code: z.string().max(20),
  city: z.string().max(100),
  country: z.string().length(2),
});

const details = z.strictObject({
  legal_name: z.string().nullable(),
  invoice_email: z.string().nullable().meta({ description: "Where invoices go, usually the bookkeeper." }),
  vat_id: z.string().nullable(),
  business_number: z.string().nullable(),
  address: address.nullable(),
});

export const detailsChange = z.strictObject({
  legal_name: z.string().max(160).nullable().optional(),
  invoice_email: z.string().max(254).nullable().optional(),
  vat_id: z.string().max(40).nullable().optional(),
  business_number: z.string().max(40).nullable().optional(),
  address: address.nullable().optional(),
});

const usage = z.strictObject({
  month: z.string().meta({ example: "2026-11" }),
  active_members: count,
  active_members_max: count,
  locations: count,
  locations_max: count,
  alerts: z.array(z.union([z.literal(80), z.literal(100)])).meta({
    description: "The shares of the month's active members, in percent, that have been reached.",
  }),
});

export const billing = z.strictObject({
  object: z.literal("billing"),
  phase: z.enum(PHASES).meta({ description: "Where the merchant stands. More may be added." }),
  headline: z.string().meta({ example: "Je hebt Plus, betaald tot 14 maart 2027." }),
  detail: z.string(),
  next: z.array(z.strictObject({ at: timestamp, text: z.string() })).meta({ description: "What happens when." }),
  plan: z.enum(PLAN_IDS).meta({ description: "Whose limits and features count now." }),
  features: z.array(z.enum(FEATURES)),
  access: z
    .enum(["full", "redeem_only", "read_only"])
    .meta({ description: "What the tills may do. Sales always go on." }),
  new_members: z.boolean(),
  trial_ends_at: timestamp.nullable(),
  subscription: z
    .strictObject({
      selection: chosen,
      period_ends_at: timestamp,
      ends_at: timestamp.nullable(),
      next: z.strictObject({ selection: chosen, at: timestamp }).nullable(),
    })
    .nullable(),
  usage,
  frozen_locations: z.array(wireId),
  open_payments: z.array(
    z.strictObject({
      state: z.enum(["processing", "failed", "action_required", "disputed"]),
      amount: money,
      failed_at: timestamp.nullable(),
    }),
  ),
  details,
});

export const link = z.strictObject({ url: z.string() });
export const checkout = z.strictObject({
  url: z.string().meta({ description: "The page to pay on." }),
  expires_at: timestamp,
  free_until: timestamp
    .nullable()
    .meta({ description: "Nothing is charged before; null: the first payment is at once." }),
});

export const changePreview = z.strictObject({
  object: z.literal("plan_change_preview"),
  when: z.enum(["now", "period_end"]),
  effective_at: timestamp,
  lines: z.array(z.strictObject({ description: z.string(), amount: vatFree })),
  due_now: money.meta({ description: "Charged at once, including VAT." }),
  tax_now: money,
  each_period: vatFree.meta({ description: "Every later period, excluding VAT." }),
  freeze_count: count.meta({ description: "So many locations must be named in `freeze`." }),
  proration_at: timestamp,
});

export const invoice = z.strictObject({
  object: z.literal("invoice"),
  id: z.string(),
  number: z.string().nullable(),
  status: z.string().meta({ example: "paid" }),
  created_at: timestamp,
  total: money.meta({ description: "Including VAT." }),
  tax: money,
  credited: money,
  url: z.string().nullable(),
  pdf_url: z.string().nullable(),
});
export const invoiceList = z.strictObject({ data: z.array(invoice), next_cursor: z.string().nullable() });
