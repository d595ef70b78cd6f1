import { type Phase, DAY_MS, phaseOf, planOf } from "./phase.ts";
import { type Feature, FEATURES, type PlanId, PLANS } from "./plans.ts";
import { type Limits, limitsOf } from "./selection.ts";
import type { BillingFacts, BillingState, UsageState } from "./state.ts";

/** More than the plan has is tolerated for so long. */
export const OVER_LIMIT_GRACE_DAYS = 14;

/**
 * What the tills may do. `full`: everything. `redeem_only`: members redeem and return, sales are booked and earn nothing.
 * `read_only`: redemptions wait too. A sale is accepted always: no till ever stops because of a bill.
 */
export type Access = "full" | "redeem_only" | "read_only";

/** What a merchant may do at an instant. */
export interface Entitlements {
  readonly phase: Phase;
  readonly access: Access;
  readonly plan: PlanId;
  readonly limits: Limits;
  readonly features: readonly Feature[];
  /** Whether somebody may become a member. */
  readonly new_members: boolean;
  /** From when nobody can while the number of active members stays; null when they fit. */
  readonly new_members_end_at_ms: number | null;
  /** From when too many locations are frozen without the owner's choice; null when they fit. */
  readonly locations_freeze_at_ms: number | null;
}

/** A merchant who is not billed at all: a demonstration, or one that an older configuration describes. */
export const UNLIMITED: Entitlements = {
  phase: "active",
  access: "full",
  plan: "pro",
  limits: { locations: Number.MAX_SAFE_INTEGER, active_members: Number.MAX_SAFE_INTEGER },
  features: FEATURES,
  new_members: true,
  new_members_end_at_ms: null,
  locations_freeze_at_ms: null,
};

/** The one place that says what follows from how a merchant pays: billing state, usage and clock in, entitlements out. */
export function entitlements(state: BillingState, usage: UsageState, now_ms: number): Entitlements {
  const phase = phaseOf(state, now_ms);
  const plan = planOf(state, phase);
  const access = accessIn(phase);
  const new_members_end_at_ms = graceEnd(usage.over_members_since_ms);
  return {
    phase,
    access,
    plan,
    limits: limitsIn(state, plan, phase),
    features: PLANS[plan].features,
    new_members: access === "full" && !isOver(new_members_end_at_ms, now_ms),
    new_members_end_at_ms,
    locations_freeze_at_ms: graceEnd(usage.over_locations_since_ms),
  };
}

/** The same for what rides in a configuration: null and absent are not billed. */
export function entitlementsOf(facts: BillingFacts | null | undefined, now_ms: number): Entitlements {
  return facts === null || facts === undefined ? UNLIMITED : entitlements(facts.state, facts.usage, now_ms);
}

function accessIn(phase: Phase): Access {
  return phase === "redeem_only" || phase === "read_only" ? phase : "full";
}

/** Add-ons count with the plan they were bought for. */
function limitsIn({ subscription }: BillingState, plan: PlanId, phase: Phase): Limits {
  if (phase !== "trial" && subscription !== null && subscription.selection.plan === plan) {
    return limitsOf(subscription.selection);
  }
  const { locations, active_members } = PLANS[plan];
  return { locations, active_members };
}

function graceEnd(since_ms: number | null): number | null {
  return since_ms === null ? null : since_ms + OVER_LIMIT_GRACE_DAYS * DAY_MS;
}

function isOver(end_at_ms: number | null, now_ms: number): boolean {
  return end_at_ms !== null && now_ms >= end_at_ms;
}

/**
 * The locations that are frozen: members redeem there and earn nothing. What the owner chose counts at once; when that is
 * not enough, the newest follow after the grace.
 *
 * @param active ids of the locations in use, oldest first
 */
export function frozenLocations(
  { limits, locations_freeze_at_ms }: Pick<Entitlements, "limits" | "locations_freeze_at_ms">,
  { freeze }: Pick<UsageState, "freeze">,
  active: readonly string[],
  now_ms: number,
): readonly string[] {
  const excess = active.length - limits.locations;
  if (excess <= 0) return [];
  const chosen = freeze.filter((id) => active.includes(id)).slice(0, excess);
  if (chosen.length === excess || !isOver(locations_freeze_at_ms, now_ms)) return chosen;
  const others = active.filter((id) => !chosen.includes(id));
  return [...chosen, ...others.slice(others.length - (excess - chosen.length))];
}

/** What a till at one location may do: as the merchant, less at a frozen one. */
export function accessAt(
  facts: BillingFacts | null | undefined,
  location: string,
  active: readonly string[],
  now_ms: number,
): Access {
  const entitled = entitlementsOf(facts, now_ms);
  if (entitled.access !== "full" || facts === null || facts === undefined) return entitled.access;
  return frozenLocations(entitled, facts.usage, active, now_ms).includes(location) ? "redeem_only" : "full";
}
