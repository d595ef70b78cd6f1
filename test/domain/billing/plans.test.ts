import { describe, expect, test } from "vitest";
import { describeBilling } from "../../../src/domain/billing/describe.ts";
import { entitlements } from "../../../src/domain/billing/entitlements.ts";
import { DAY_MS, PHASES } from "../../../src/domain/billing/phase.ts";
import { catalog, INTERVALS, lookupKey, PLANS } from "../../../src/domain/billing/plans.ts";
import {
  changeMoment,
  itemsOf,
  limitsOf,
  priceOf,
  type Selection,
  selectionOf,
} from "../../../src/domain/billing/selection.ts";
import { NO_BILLING, NO_USAGE } from "../../../src/domain/billing/state.ts";
import { cancellationDate, freeUntil, refundDue } from "../../../src/domain/billing/terms.ts";
import { BILLING_TEXTS } from "../../../src/domain/billing/texts.ts";
import { alertsAt, judgeUsage, monthsAt } from "../../../src/domain/billing/usage.ts";

const NOW = Date.UTC(2026, 10, 21, 12);

function choose(changes: Partial<Selection> = {}): Selection {
  return { plan: "plus", interval: "month", extra_locations: 0, member_blocks: 0, ...changes };
}

describe("the table of plans", () => {
  test("has the prices, limits and lookup keys that the site promises", () => {
    expect(
      Object.values(PLANS).map(({ id, price, locations, active_members }) => [
        id,
        price?.month,
        price?.year,
        locations,
        active_members,
      ]),
    ).toEqual([
      ["start", undefined, undefined, 1, 100],
      ["shop", 1_900, 19_000, 1, 1_000],
      ["plus", 3_900, 39_000, 3, 5_000],
      ["pro", 8_900, 89_000, 10, 20_000],
    ]);
    const keys = catalog().flatMap(({ product }) => INTERVALS.map((interval) => lookupKey(product, interval)));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("a selection is its lines and back", () => {
    const chosen = choose({ extra_locations: 2, member_blocks: 3, interval: "year" });
    const items = itemsOf(chosen).map(({ product, quantity }) => ({ product, quantity, interval: chosen.interval }));
    expect(selectionOf(items)).toEqual(chosen);
    expect(selectionOf([{ product: "location", quantity: 1, interval: "month" }])).toBeNull();
    expect(priceOf(chosen)).toBe(39_000 + 2 * 9_000 + 3 * 5_000);
    expect(limitsOf(chosen)).toEqual({ locations: 5, active_members: 8_000 });
  });
});

describe("when a change counts", () => {
  const table: [from: Partial<Selection>, to: Partial<Selection>, when: string][] = [
    [{}, {}, "unchanged"],
    [{}, { plan: "pro" }, "now"],
    [{}, { plan: "shop" }, "period_end"],
    [{}, { interval: "year" }, "now"],
    [{ interval: "year" }, { interval: "month" }, "period_end"],
    [{ interval: "year" }, { plan: "pro", interval: "month" }, "period_end"],
    [{}, { extra_locations: 1 }, "now"],
    [{ extra_locations: 2 }, { extra_locations: 1 }, "period_end"],
    [{ plan: "shop", extra_locations: 2 }, { plan: "plus" }, "now"],
    [{ plan: "shop", extra_locations: 4 }, { plan: "plus" }, "period_end"],
    [{ member_blocks: 1 }, { plan: "pro" }, "now"],
  ];
  test.each(table)("%j to %j: %s", (from, to, when) => {
    expect(changeMoment(choose(from), choose(to))).toBe(when);
  });
});

describe("terms", () => {
  test("a trial is kept inside a subscription when two days are left, to the millisecond", () => {
    expect(freeUntil(NOW + 2 * DAY_MS, NOW)).toBe(NOW + 2 * DAY_MS);
    expect(freeUntil(NOW + 2 * DAY_MS - 1, NOW)).toBeNull();
    expect(freeUntil(null, NOW)).toBeNull();
  });

  test("a year ends a month after it was cancelled with notice, a month when it is over", () => {
    const period_end_ms = NOW + 200 * DAY_MS;
    expect(cancellationDate({ interval: "year", period_end_ms }, "notice", NOW)).toBe(Date.UTC(2026, 11, 21, 12));
    expect(cancellationDate({ interval: "year", period_end_ms: NOW + DAY_MS }, "notice", NOW)).toBe(NOW + DAY_MS);
    expect(cancellationDate({ interval: "month", period_end_ms }, "notice", NOW)).toBe(period_end_ms);
    expect(cancellationDate({ interval: "year", period_end_ms }, "period_end", NOW)).toBe(period_end_ms);
  });

  test("what is not used comes back, to the second and never more than was paid", () => {
    const paid = { amount_paid: 36_500, from_ms: NOW, to_ms: NOW + 365 * DAY_MS };
    expect(refundDue(paid, NOW + 65 * DAY_MS)).toBe(30_000);
    expect(refundDue(paid, NOW - DAY_MS)).toBe(36_500);
    expect(refundDue(paid, NOW + 400 * DAY_MS)).toBe(0);
    expect(refundDue({ ...paid, to_ms: NOW }, NOW)).toBe(0);
  });
});

describe("usage", () => {
  test("counts by the merchant's months", () => {
    const { current, last } = monthsAt(Date.UTC(2026, 10, 30, 23, 30), "Europe/Amsterdam");
    expect([current.label, last.label]).toEqual(["2026-12", "2026-11"]);
    expect(current.from_ms).toBe(Date.UTC(2026, 10, 30, 23));
    expect(last.to_ms).toBe(current.from_ms);
  });

  test("alerts at 80 and at 100 percent, and not a member sooner", () => {
    expect([79, 80, 99, 100, 5_000].map((count) => alertsAt(count, 100))).toEqual([
      [],
      [80],
      [80],
      [80, 100],
      [80, 100],
    ]);
  });

  test("the grace begins once, outlives the first of a month, and ends when two months fit", () => {
    const limits = { locations: 1, active_members: 100 };
    const count = (active_members: number, active_members_last_month: number) => ({
      locations: 1,
      active_members,
      active_members_last_month,
    });
    const began = judgeUsage(NO_USAGE, count(101, 0), limits, NOW);
    const nextMonth = judgeUsage(began, count(3, 140), limits, NOW + 9 * DAY_MS);
    const later = judgeUsage(nextMonth, count(60, 90), limits, NOW + 40 * DAY_MS);
    expect([began, nextMonth, later].map((usage) => usage.over_members_since_ms)).toEqual([NOW, NOW, null]);
    expect(judgeUsage(NO_USAGE, count(5, 500), limits, NOW).over_members_since_ms).toBeNull();
  });
});

describe("in words", () => {
  test("every phase has sentences in Dutch and in English", () => {
    for (const texts of Object.values(BILLING_TEXTS)) {
      for (const phase of PHASES) {
        const facts = { plan: "Plus", until: "1 mei 2027" };
        expect(texts.headline[phase](facts)).toMatch(/\.$/);
        expect(texts.detail[phase](facts)).toMatch(/\.$/);
      }
    }
  });

  test("a debt says what happens when, soonest first", () => {
    const demands = [{ id: "in_1", state: "failed", amount: 4_719, failed_at_ms: NOW, told: true } as const];
    const state = { ...NO_BILLING, demands };
    const story = describeBilling(state, entitlements(state, NO_USAGE, NOW), NOW, {
      locale: "en",
      timezone: "Europe/Amsterdam",
    });
    expect(story.headline).toBe("A payment has failed. Everything goes on until 5 December 2026.");
    expect(story.next.map(({ at_ms }) => (at_ms - NOW) / DAY_MS)).toEqual([14, 44]);
  });
});
