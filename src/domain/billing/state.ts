import type { Selection } from "./selection.ts";

/** Stripe's own words for the state of a subscription. What each means here is in {@link phaseOf}. */
export const SUBSCRIPTION_STATUSES = [
  "trialing",
  "active",
  "past_due",
  "unpaid",
  "incomplete",
  "incomplete_expired",
  "paused",
  "canceled",
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** The subscription that counts, as Stripe had it when it was last asked. */
export interface SubscriptionState {
  readonly status: SubscriptionStatus;
  readonly selection: Selection;
  readonly period_start_ms: number;
  readonly period_end_ms: number;
  /** Until then nothing is charged. */
  readonly trial_ends_at_ms: number | null;
  /** It was cancelled and runs until then. */
  readonly ends_at_ms: number | null;
  readonly ended_at_ms: number | null;
  /** What it changes to, and when. */
  readonly next: { readonly selection: Selection; readonly at_ms: number } | null;
}

/** Where a demand for money stands that is not paid. */
export type DemandState = "processing" | "failed" | "action_required" | "disputed";

/** Money that is asked for and not there: an invoice that was tried, or a payment that was taken back. */
export interface Demand {
  /** Of the invoice or dispute. */
  readonly id: string;
  readonly state: DemandState;
  /** Minor units, VAT included. */
  readonly amount: number;
  /** When it first failed; null while a first try is on its way. */
  readonly failed_at_ms: number | null;
  /** Whether an event told when it failed. Until one does it is when it was first seen. */
  readonly told: boolean;
}

/** What is known of how a merchant pays. Facts only: what follows from them is computed, with the clock as an argument. */
export interface BillingState {
  /** Our own trial; null when the merchant had none. */
  readonly trial_ends_at_ms: number | null;
  readonly subscription: SubscriptionState | null;
  readonly demands: readonly Demand[];
}

export const NO_BILLING: BillingState = { trial_ends_at_ms: null, subscription: null, demands: [] };

/** How much of the plan is used, as far as the edge must know. */
export interface UsageState {
  /** Since when there are more active members than the plan has. */
  readonly over_members_since_ms: number | null;
  readonly over_locations_since_ms: number | null;
  /** The locations that the owner chose to freeze when there are too many, in that order. */
  readonly freeze: readonly string[];
}

export const NO_USAGE: UsageState = { over_members_since_ms: null, over_locations_since_ms: null, freeze: [] };

/** What the edge must know to tell what a merchant may do. Rides in the configuration of live mode. */
export interface BillingFacts {
  readonly state: BillingState;
  readonly usage: UsageState;
}
