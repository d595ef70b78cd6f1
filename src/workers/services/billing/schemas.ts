import { z } from "zod";
import { EXTRA_LOCATIONS_MAX, INTERVALS, MEMBER_BLOCKS_MAX, PAID_PLAN_IDS } from "../../../domain/billing/plans.ts";
import { country, email, id, line } from "../fields.ts";

export const selectionInput = z.strictObject({
  plan: z.enum(PAID_PLAN_IDS),
  interval: z.enum(INTERVALS),
  extra_locations: z.int().min(0).max(EXTRA_LOCATIONS_MAX).default(0),
  member_blocks: z.int().min(0).max(MEMBER_BLOCKS_MAX).default(0),
});

/** The locations to freeze when there are more than the plan has. */
export const freezeInput = z.array(id).max(100).default([]);

export const checkoutInput = selectionInput.extend({ freeze: freezeInput });

export const changeInput = selectionInput.extend({
  freeze: freezeInput,
  /** From the preview: the instant whose amounts were shown. */
  proration_at_ms: z.int().min(0),
});

export const cancelInput = z.strictObject({ when: z.enum(["period_end", "notice"]) });

const vatId = z
  .string()
  .trim()
  .toUpperCase()
  .transform((text) => text.replaceAll(/[\s.-]/g, ""))
  .pipe(z.string().regex(/^[A-Z]{2}[0-9A-Z+*]{2,12}$/, "must begin with the country, such as NL123456789B01"));

export const detailsInput = z.strictObject({
  legal_name: line(160).nullable().optional(),
  invoice_email: email.nullable().optional(),
  vat_id: vatId.nullable().optional(),
  business_number: line(40).nullable().optional(),
  address: z
    .strictObject({ line1: line(200), postal_code: line(20), city: line(100), country })
    .nullable()
    .optional(),
});

export const invoicesInput = z.strictObject({
  limit: z.int().min(1).max(100).default(20),
  after: z.string().max(100).optional(),
});
