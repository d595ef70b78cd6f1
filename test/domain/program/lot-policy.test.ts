import { describe, expect, test } from "vitest";
import type { ExpiryRule } from "../../../src/domain/program/lot-rules.ts";
import { lastDay, lotOn } from "../../../src/domain/program/lot-policy.ts";
import { addSpan, endOfMonth, nextYearlyDate, startOfDay } from "../../../src/domain/time/calendar.ts";

describe("the last day on which units can be spent", () => {
  const months = (count: number, to: "day" | "month" = "day"): ExpiryRule => ({
    kind: "rolling",
    after: { months: count },
    to,
  });
  const days = (count: number): ExpiryRule => ({ kind: "rolling", after: { days: count }, to: "day" });
  const fixed = (at_least_days: number, ...dates: string[]): ExpiryRule => ({ kind: "fixed", dates, at_least_days });
  const table: [what: string, rule: ExpiryRule, from: string, last: string | null][] = [
    ["never", { kind: "none" }, "2026-03-14", null],
    ["a year on", months(12), "2026-03-14", "2027-03-14"],
    ["a year on, to the end of that month", months(12, "month"), "2026-07-06", "2027-07-31"],
    ["a month after 31 January", months(1), "2026-01-31", "2026-02-28"],
    ["a month after 31 January in a leap year", months(1), "2028-01-31", "2028-02-29"],
    ["a year after 29 February", months(12), "2028-02-29", "2029-02-28"],
    ["to the end of February in a leap year", months(1, "month"), "2028-01-15", "2028-02-29"],
    ["one day on, over the new year", days(1), "2026-12-31", "2027-01-01"],
    ["one day on, when the clocks go forward", days(1), "2026-03-28", "2026-03-29"],
    ["the next fixed date", fixed(0, "06-30", "12-31"), "2026-03-14", "2026-06-30"],
    ["the fixed date itself", fixed(0, "06-30", "12-31"), "2026-06-30", "2026-06-30"],
    ["the day after the last fixed date", fixed(0, "06-30"), "2026-07-01", "2027-06-30"],
    ["a fixed date that is too near", fixed(30, "06-30", "12-31"), "2026-06-15", "2026-12-31"],
    ["29 February in a common year", fixed(0, "02-29"), "2027-01-01", "2027-02-28"],
    ["29 February in a leap year", fixed(0, "02-29"), "2028-01-01", "2028-02-29"],
    ["sliding", { kind: "sliding", after: { months: 6 } }, "2026-08-31", "2027-02-28"],
  ];
  test.each(table)("%s", (_what, rule, from, last) => {
    expect(lastDay(rule, from)).toBe(last);
  });

  test("counts from the day on which pending units open", () => {
    const policy = { expiry: days(10), pending_days: 14 };
    expect(lotOn(policy, "2026-03-01")).toEqual({
      bucket: "pending",
      class: "earned",
      opens_on: "2026-03-15",
      expires_on: "2026-03-25",
    });
  });
});

describe("the calendar", () => {
  test("a day begins at local midnight, in summer and in winter", () => {
    expect(new Date(startOfDay("2026-03-29", "Europe/Amsterdam")).toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(new Date(startOfDay("2026-03-30", "Europe/Amsterdam")).toISOString()).toBe("2026-03-29T22:00:00.000Z");
  });

  test("a day without midnight begins when the clocks have gone forward", () => {
    expect(new Date(startOfDay("2018-11-04", "America/Sao_Paulo")).toISOString()).toBe("2018-11-04T03:00:00.000Z");
  });

  test("months are added before days, and ends of months are ends", () => {
    expect(addSpan("2026-01-31", { months: 1, days: 1 })).toBe("2026-03-01");
    expect(endOfMonth("2026-02-01")).toBe("2026-02-28");
    expect(nextYearlyDate("2026-12-31", ["12-30", "01-01"])).toBe("2027-01-01");
  });
});
