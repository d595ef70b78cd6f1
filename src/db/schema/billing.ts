import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Demand, SubscriptionState, UsageState } from "../../domain/billing/state.ts";
import { merchant } from "./merchant.ts";

/** What stands on the merchant's invoices besides the legal name, as the owner gave it. */
export interface BillingDetails {
  /** Where invoices go too, usually the bookkeeper. */
  readonly invoice_email: string | null;
  /** VAT number with its country, "NL123456789B01". */
  readonly vat_id: string | null;
  /** Of the trade register. */
  readonly business_number: string | null;
  readonly address: BillingAddress | null;
}

export interface BillingAddress {
  readonly line1: string;
  readonly postal_code: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** What was counted last. */
export interface UsageCount {
  /** "2026-11" in the merchant's zone. */
  readonly month: string;
  readonly active_members: number;
  readonly active_members_last_month: number;
  readonly counted_at_ms: number;
}

/** A payment that was taken back, and the invoice by which it is asked for again. */
export interface KnownDispute {
  readonly id: string;
  /** Null until it could be made. */
  readonly invoice: string | null;
  /** Won, or paid again. Kept, so that a late event about it opens nothing anew. */
  readonly settled: boolean;
}

/** How a merchant pays. A merchant without a row is not billed. Stripe's ids stand here and nowhere else. */
export const billing = sqliteTable(
  "billing",
  {
    merchant: text()
      .primaryKey()
      .references(() => merchant.locator),
    trial_ends_at_ms: integer(),
    stripe_customer: text(),
    /** Grows when a new customer must be made because the old one was deleted at Stripe. */
    customer_no: integer().notNull(),
    stripe_subscription: text(),
    subscription: text({ mode: "json" }).$type<SubscriptionState>(),
    demands: text({ mode: "json" }).$type<readonly Demand[]>().notNull(),
    disputes: text({ mode: "json" }).$type<readonly KnownDispute[]>().notNull(),
    usage: text({ mode: "json" }).$type<UsageState>().notNull(),
    counts: text({ mode: "json" }).$type<UsageCount>(),
    details: text({ mode: "json" }).$type<BillingDetails>().notNull(),
    /** When Stripe was last asked for everything; null before there was anything to ask. */
    synced_at_ms: integer(),
    created_at_ms: integer().notNull(),
  },
  (table) => [uniqueIndex("billing_customer").on(table.stripe_customer)],
);

export type BillingRow = typeof billing.$inferSelect;
