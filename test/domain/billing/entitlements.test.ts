import { describe, expect, test } from "vitest";
import { accessAt, entitlements, entitlementsOf, frozenLocations } from "../../../src/domain/billing/entitlements.ts";
import { DAY_MS, phaseOf } from "../../../src/domain/billing/phase.ts";
import {
  type BillingState,
  type Demand,
  NO_BILLING,
  NO_USAGE,
  type SubscriptionState,
  type SubscriptionStatus,
  type UsageState,
} from "../../../src/domain/billing/state.ts";

const NOW = Date.UTC(2026, 10, 21);
const days = (count: number) => NOW + count * DAY_MS;

function subscription(status: SubscriptionStatus, changes: Partial<SubscriptionState> = {}): SubscriptionState {
  return {
    status,
    selection: { plan: "shop", interval: "month", extra_locations: 1, member_blocks: 2 },
    period_start_ms: days(-10),
    period_end_ms: days(20),
    trial_ends_at_ms: null,
    ends_at_ms: null,
    ended_at_ms: null,
    next: null,
    ...changes,
  };
}

function demand(changes: Partial<Demand> = {}): Demand {
  return { id: "in_1", state: "failed", amount: 2_299, failed_at_ms: NOW, told: true, ...changes };
}

function state(changes: Partial<BillingState>): BillingState {
  return { ...NO_BILLING, ...changes };
}

const at = (billing: BillingState, now_ms: number, usage: UsageState = NO_USAGE) =>
  entitlements(billing, usage, now_ms);

describe("every status of Stripe's has a meaning", () => {
  const table: [status: SubscriptionStatus, demands: Demand[], phase: string, plan: string][] = [
    ["trialing", [], "trialing", "shop"],
    ["active", [], "active", "shop"],
    ["active", [demand({ state: "processing", failed_at_ms: null })], "processing", "shop"],
    ["past_due", [demand()], "past_due", "shop"],
    ["past_due", [demand({ state: "processing" })], "processing", "shop"],
    ["past_due", [], "active", "shop"],
    ["unpaid", [demand()], "past_due", "shop"],
    ["active", [demand({ state: "action_required" })], "past_due", "shop"],
    ["active", [demand({ state: "disputed" })], "past_due", "shop"],
    ["incomplete", [], "incomplete", "start"],
    ["incomplete", [demand({ failed_at_ms: null })], "incomplete", "start"],
    ["incomplete", [demand({ state: "processing", failed_at_ms: null })], "processing", "shop"],
    ["incomplete_expired", [], "start", "start"],
    ["paused", [], "paused", "start"],
    ["canceled", [], "start", "start"],
    ["canceled", [demand()], "past_due", "start"],
  ];
  test.each(table)("%s with %j is %s on %s", (status, demands, phase, plan) => {
    expect(at(state({ subscription: subscription(status), demands }), NOW)).toMatchObject({ phase, plan });
  });

  test.each(["incomplete", "incomplete_expired", "paused", "canceled"] as const)(
    "%s inside the trial is the trial",
    (status) => {
      const billing = state({ trial_ends_at_ms: days(1), subscription: subscription(status) });
      expect(phaseOf(billing, NOW)).toBe("trial");
      expect(phaseOf(billing, days(1))).not.toBe("trial");
    },
  );
});

describe("a debt", () => {
  const billing = state({ subscription: subscription("past_due"), demands: [demand()] });
  const table: [when: string, now_ms: number, phase: string, access: string, members: boolean][] = [
    ["at once", NOW, "past_due", "full", true],
    ["a moment before fourteen days", days(14) - 1, "past_due", "full", true],
    ["after fourteen days", days(14), "redeem_only", "redeem_only", false],
    ["a moment before thirty more", days(44) - 1, "redeem_only", "redeem_only", false],
    ["after thirty more", days(44), "read_only", "read_only", false],
  ];
  test.each(table)("%s", (_when, now_ms, phase, access, new_members) => {
    expect(at(billing, now_ms)).toMatchObject({ phase, access, new_members, plan: "shop" });
  });

  test("counts from the one that failed first, and not while a payment of it is under way", () => {
    const later = demand({ id: "in_2", failed_at_ms: days(5) });
    expect(at(state({ demands: [later, demand()] }), days(14)).access).toBe("redeem_only");
    expect(at(state({ demands: [later] }), days(14)).access).toBe("full");
    expect(at(state({ demands: [demand({ state: "processing" })] }), days(60)).access).toBe("full");
  });
});

describe("limits", () => {
  test("are those of the plan and what was added to it", () => {
    expect(at(state({ subscription: subscription("active") }), NOW).limits).toEqual({
      locations: 2,
      active_members: 3_000,
    });
    expect(at(state({ trial_ends_at_ms: days(1) }), NOW).limits).toEqual({ locations: 3, active_members: 5_000 });
    expect(at(NO_BILLING, NOW).limits).toEqual({ locations: 1, active_members: 100 });
  });

  test("exceeded by members: fourteen days go on, then nobody new, and redeeming and selling as ever", () => {
    const usage = { ...NO_USAGE, over_members_since_ms: NOW };
    expect(at(NO_BILLING, days(14) - 1, usage)).toMatchObject({ new_members: true, access: "full" });
    expect(at(NO_BILLING, days(14), usage)).toMatchObject({ new_members: false, access: "full" });
  });

  test("who is not billed has none", () => {
    expect(entitlementsOf(null, NOW)).toMatchObject({ access: "full", new_members: true });
    expect(entitlementsOf(undefined, NOW).features).toContain("experiments");
  });
});

describe("frozen locations", () => {
  const open = ["a", "b", "c", "d"];
  const start = { limits: { locations: 2, active_members: 100 }, locations_freeze_at_ms: NOW };
  const table: [what: string, freeze: string[], now_ms: number, frozen: string[]][] = [
    ["nothing was chosen: none within the grace", [], NOW - 1, []],
    ["nothing was chosen: the newest after it", [], NOW, ["c", "d"]],
    ["chosen ones at once", ["a", "c"], NOW - 1, ["a", "c"]],
    ["more chosen than are too many: the first of them", ["a", "c", "d"], NOW, ["a", "c"]],
    ["too few chosen: those, and the newest after the grace", ["a"], NOW, ["a", "d"]],
    ["closed ones do not count", ["gone", "b"], NOW - 1, ["b"]],
  ];
  test.each(table)("%s", (_what, freeze, now_ms, frozen) => {
    expect(frozenLocations(start, { freeze }, open, now_ms)).toEqual(frozen);
  });

  test("none when all fit, whatever was chosen before", () => {
    expect(
      frozenLocations({ ...start, limits: { locations: 4, active_members: 1 } }, { freeze: ["a"] }, open, NOW),
    ).toEqual([]);
  });

  test("earn nothing and redeem, while the others go on", () => {
    const facts = { state: NO_BILLING, usage: { ...NO_USAGE, freeze: ["b"] } };
    expect(["a", "b"].map((location) => accessAt(facts, location, ["a", "b"], NOW))).toEqual(["full", "redeem_only"]);
  });
});
