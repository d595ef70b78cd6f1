import { z } from "zod";
import type { MerchantRow, MerchantStatus } from "../../../db/schema/merchant.ts";
import { type Goal, GOALS } from "../../../domain/program/templates.ts";
import { AGREEMENTS } from "../../../domain/tenancy/agreements.ts";
import { SCOPES } from "../../../domain/tenancy/api-key.ts";
import type { MerchantFacts } from "../../../domain/tenancy/config.ts";
import { type Jurisdiction, MODES } from "../../../domain/tenancy/merchant.ts";
import { color, country, currency, email, id, line, locale, name, timezone } from "../fields.ts";
import { createItemInput } from "../item/schemas.ts";
import { openingHours } from "../location/schemas.ts";

const usual = z.int().min(0).max(1_000).nullable().optional();
const watchInput = z.strictObject({
  card_uses_max: usual,
  lone_redemptions_max: usual,
  own_card_uses_max: usual,
  outside_hours_minutes: z.int().min(0).max(720).nullable().optional(),
});

export const createMerchantInput = z.strictObject({
  name,
  legal_name: line(160).nullable().default(null),
  country,
  currency: currency.describe("Fixed for good."),
  timezone,
  locale,
  jurisdiction: z.enum(["eu", "us"]).default("eu").describe("Where the data live; fixed for good."),
  claims: z.boolean().default(true),
  strict_receipts: z.boolean().default(false),
  color: color.nullable().default(null).describe("Of the member's pages and mails."),
  location: z.strictObject({ name, opening_hours: openingHours.default([]) }),
  till: z.strictObject({ name }),
  owner: z
    .strictObject({ name, email, user: id.nullable().default(null).describe("Who signs in as this person.") })
    .optional()
    .describe("The person who signed up; owner at the first location."),
  program_json: z.string().optional().describe("The first programme; it takes effect at once."),
  goal: z.enum(GOALS).nullable().default(null),
  template: line(40).nullable().default(null).describe("What the first programme was made from."),
  items: z.array(createItemInput).max(100).default([]),
  keys: z
    .array(z.strictObject({ name, mode: z.enum(MODES), scopes: z.array(z.enum(SCOPES)).min(1) }))
    .max(10)
    .default([])
    .describe("Keys of the first till."),
  agreements: z
    .array(z.strictObject({ agreement: z.enum(AGREEMENTS), version: line(20) }))
    .max(10)
    .default([])
    .describe("What the owner accepts now."),
});

export const updateMerchantInput = z.strictObject({
  name: name.optional(),
  legal_name: line(160).nullable().optional(),
  timezone: timezone.optional(),
  locale: locale.optional(),
  claims: z.boolean().optional(),
  strict_receipts: z.boolean().optional(),
  color: color.nullable().optional(),
  goal: z.enum(GOALS).nullable().optional(),
  watch: watchInput.nullable().optional().describe("Null brings the defaults back."),
});

/** A merchant as its own people see it. */
export interface Merchant extends MerchantFacts {
  readonly legal_name: string | null;
  readonly jurisdiction: Jurisdiction;
  readonly status: MerchantStatus;
  readonly goal: Goal | null;
  readonly template: string | null;
  readonly created_at_ms: number;
}

export function toMerchant(row: MerchantRow): Merchant {
  return {
    locator: row.locator,
    name: row.name,
    legal_name: row.legal_name,
    country: row.country,
    currency: row.currency,
    timezone: row.timezone,
    locale: row.locale,
    jurisdiction: row.jurisdiction,
    claims: row.claims,
    strict_receipts: row.strict_receipts,
    color: row.color,
    watch: row.watch,
    status: row.status,
    goal: row.goal,
    template: row.template,
    created_at_ms: row.created_at_ms,
  };
}
