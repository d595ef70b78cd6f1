import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Where an event from Stripe stands. `ignored`: it concerns nobody here, or nothing that we act on. */
export const BILLING_EVENT_STATES = ["received", "done", "failed", "ignored"] as const;
export type BillingEventState = (typeof BILLING_EVENT_STATES)[number];

/** The inbox of Stripe's events, one row per event id, so that each is acted on once. Holds no content. */
export const billingEvent = sqliteTable(
  "billing_event",
  {
    id: text().primaryKey(),
    type: text().notNull(),
    state: text().$type<BillingEventState>().notNull(),
    attempts: integer().notNull(),
    /** A class such as `stripe_api_error`: never the words of an error. */
    last_error: text(),
    merchant: text(),
    created_at_ms: integer().notNull(),
    received_at_ms: integer().notNull(),
    settled_at_ms: integer(),
  },
  (table) => [index("billing_event_received").on(table.received_at_ms)],
);

export type BillingEventRow = typeof billingEvent.$inferSelect;
