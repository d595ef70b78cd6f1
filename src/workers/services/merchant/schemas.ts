import { z } from "zod";
import type { MerchantRow, MerchantStatus } from "../../../db/schema/merchant.ts";
import type { MerchantFacts } from "../../../domain/tenancy/config.ts";
import type { Jurisdiction } from "../../../domain/tenancy/merchant.ts";
import { country, currency, email, line, locale, name, timezone } from "../fields.ts";
import { openingHours } from "../location/schemas.ts";

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
  location: z.strictObject({ name, opening_hours: openingHours.default([]) }),
  till: z.strictObject({ name }),
  owner: z.strictObject({ name, email }).optional().describe("The person who signed up; owner at the first location."),
  program_json: z.string().optional().describe("The first programme; it takes effect at once."),
});

export const updateMerchantInput = z.strictObject({
  name: name.optional(),
  legal_name: line(160).nullable().optional(),
  timezone: timezone.optional(),
  locale: locale.optional(),
  claims: z.boolean().optional(),
  strict_receipts: z.boolean().optional(),
});

/** A merchant as its own people see it. */
export interface Merchant extends MerchantFacts {
  readonly legal_name: string | null;
  readonly jurisdiction: Jurisdiction;
  readonly status: MerchantStatus;
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
    status: row.status,
    created_at_ms: row.created_at_ms,
  };
}
