import type { Locale } from "../tenancy/config.ts";
import { formatDate } from "../time/format-date.ts";
import { localDate } from "../time/local-date.ts";
import type { Entitlements } from "./entitlements.ts";
import { debtClock, type Phase } from "./phase.ts";
import { PLANS } from "./plans.ts";
import { type Selection } from "./selection.ts";
import type { BillingState, DemandState } from "./state.ts";
import { BILLING_TEXTS, type BillingTexts } from "./texts.ts";

/** Something that will happen, unless somebody does something. */
export interface ComingChange {
  readonly at_ms: number;
  readonly text: string;
}

/** Where a merchant stands in plain words. */
export interface BillingStory {
  readonly headline: string;
  readonly detail: string;
  /** What happens when, soonest first. */
  readonly next: readonly ComingChange[];
}

export interface StoryReader {
  readonly locale: Locale;
  /** The merchant's zone: dates are read there. */
  readonly timezone: string;
}

/** Tells in the reader's language what holds now and what comes. */
export function describeBilling(
  state: BillingState,
  entitled: Entitlements,
  now_ms: number,
  { locale, timezone }: StoryReader,
): BillingStory {
  const texts = BILLING_TEXTS[locale];
  const day = (at_ms: number) => formatDate(localDate(at_ms, timezone), locale);
  const facts = { plan: PLANS[entitled.plan].name, until: day(untilOf(state, entitled.phase, now_ms)) };
  const coming = [...subscriptionChanges(state, texts), ...debtChanges(state, texts), ...limitChanges(entitled, texts)];
  return {
    headline: texts.headline[entitled.phase](facts),
    detail: detailOf(state, entitled.phase, texts)(facts),
    next: coming.filter(({ at_ms }) => at_ms > now_ms).toSorted((left, right) => left.at_ms - right.at_ms),
  };
}

/** The date that a phase is about. */
function untilOf(state: BillingState, phase: Phase, now_ms: number): number {
  const { subscription } = state;
  const debt = debtClock(state);
  switch (phase) {
    case "trial":
      return state.trial_ends_at_ms ?? now_ms;
    case "trialing":
      return subscription?.trial_ends_at_ms ?? now_ms;
    case "active":
    case "processing":
      return subscription?.period_end_ms ?? now_ms;
    case "ending":
      return subscription?.ends_at_ms ?? now_ms;
    case "past_due":
      return debt?.redeem_only_at_ms ?? now_ms;
    case "redeem_only":
      return debt?.read_only_at_ms ?? now_ms;
    case "start":
    case "incomplete":
    case "read_only":
    case "paused":
      return now_ms;
  }
}

/** The most telling sentence: what is wrong with a demand before what the subscription's status means. */
function detailOf(state: BillingState, phase: Phase, texts: BillingTexts) {
  const worst = worstDemand(state);
  if (worst !== null && worst !== "processing") return texts.demand[worst];
  const status = state.subscription?.status;
  if (phase === "start" && status !== undefined && status in texts.ended) {
    if (status === "canceled" || status === "incomplete_expired") return texts.ended[status];
  }
  return texts.detail[phase];
}

const BY_WEIGHT: readonly DemandState[] = ["disputed", "action_required", "failed", "processing"];

function worstDemand({ demands }: BillingState): DemandState | null {
  return BY_WEIGHT.find((state) => demands.some((demand) => demand.state === state)) ?? null;
}

function subscriptionChanges({ trial_ends_at_ms, subscription }: BillingState, texts: BillingTexts): ComingChange[] {
  if (subscription === null || subscription.status === "canceled" || subscription.status === "incomplete_expired") {
    return trial_ends_at_ms === null ? [] : [{ at_ms: trial_ends_at_ms, text: texts.next.trial_ends }];
  }
  const { ends_at_ms, next, period_end_ms, status } = subscription;
  if (ends_at_ms !== null) return [{ at_ms: ends_at_ms, text: texts.next.ends }];
  if (status === "incomplete" || status === "paused") return [];
  const renews = { at_ms: period_end_ms, text: status === "trialing" ? texts.next.first_charge : texts.next.renews };
  return next === null
    ? [renews]
    : [renews, { at_ms: next.at_ms, text: texts.next.changes(selectionText(next.selection)) }];
}

function selectionText({ plan }: Selection): string {
  return PLANS[plan].name;
}

function debtChanges(state: BillingState, texts: BillingTexts): ComingChange[] {
  const debt = debtClock(state);
  if (debt === null) return [];
  return [
    { at_ms: debt.redeem_only_at_ms, text: texts.next.redeem_only },
    { at_ms: debt.read_only_at_ms, text: texts.next.read_only },
  ];
}

function limitChanges(entitled: Entitlements, texts: BillingTexts): ComingChange[] {
  const { new_members_end_at_ms, locations_freeze_at_ms } = entitled;
  return [
    ...(new_members_end_at_ms === null ? [] : [{ at_ms: new_members_end_at_ms, text: texts.next.no_new_members }]),
    ...(locations_freeze_at_ms === null ? [] : [{ at_ms: locations_freeze_at_ms, text: texts.next.locations_freeze }]),
  ];
}
