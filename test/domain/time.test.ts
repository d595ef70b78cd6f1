import { describe, expect, test } from "vitest";
import { clampOccurredAt, OCCURRED_AHEAD_MAX_MS, OCCURRED_BACK_MAX_MS } from "../../src/domain/time/clock-window.ts";
import { localDate } from "../../src/domain/time/local-date.ts";
import { NOW_MS } from "./support/clock.ts";

describe("the time of a sale", () => {
  const back = NOW_MS - OCCURRED_BACK_MAX_MS;
  const ahead = NOW_MS + OCCURRED_AHEAD_MAX_MS;
  const table: [what: string, given: number | null, backfill: boolean, occurred: number, clamped: boolean][] = [
    ["not given: now", null, false, NOW_MS, false],
    ["exactly now", NOW_MS, false, NOW_MS, false],
    ["seven days back to the millisecond counts", back, false, back, false],
    ["a millisecond earlier does not", back - 1, false, NOW_MS, true],
    ["five minutes ahead to the millisecond counts", ahead, false, ahead, false],
    ["a millisecond later does not", ahead + 1, false, NOW_MS, true],
    ["backfill keeps any past", 0, true, 0, false],
    ["backfill does not keep the future", ahead + 1, true, NOW_MS, true],
  ];
  test.each(table)("%s", (_what, given, backfill, occurred_at_ms, clamped) => {
    expect(clampOccurredAt(given, NOW_MS, backfill)).toEqual({ occurred_at_ms, clamped });
  });
});

describe("the local date", () => {
  const table: [instant: string, zone: string, date: string][] = [
    ["2026-06-16T21:59:59.999Z", "Europe/Amsterdam", "2026-06-16"],
    ["2026-06-16T22:00:00.000Z", "Europe/Amsterdam", "2026-06-17"],
    ["0001-01-01T12:00:00.000Z", "Europe/Amsterdam", "0001-01-01"],
    ["2026-01-16T22:59:59.999Z", "Europe/Amsterdam", "2026-01-16"],
    ["2026-01-16T23:00:00.000Z", "Europe/Amsterdam", "2026-01-17"],
    ["2026-03-29T01:00:00.000Z", "Europe/Amsterdam", "2026-03-29"],
    ["2026-12-31T23:59:59.999Z", "UTC", "2026-12-31"],
    ["2027-01-01T00:00:00.000Z", "UTC", "2027-01-01"],
    ["2027-01-01T00:00:00.000Z", "America/Los_Angeles", "2026-12-31"],
    ["2028-02-29T12:00:00.000Z", "Pacific/Kiritimati", "2028-03-01"],
  ];
  test.each(table)("%s in %s is %s", (instant, zone, date) => {
    expect(localDate(Date.parse(instant), zone)).toBe(date);
  });

  test("does not stick when instants of one minute, of other zones and of the past are mixed", () => {
    // In Liberia a day began in the middle of a minute until 1972.
    const asked: [instant: string, zone: string, date: string][] = [
      ["2026-06-16T21:59:30.000Z", "Europe/Amsterdam", "2026-06-16"],
      ["2026-06-16T21:59:30.000Z", "Asia/Tokyo", "2026-06-17"],
      ["2026-06-16T21:59:59.999Z", "Europe/Amsterdam", "2026-06-16"],
      ["2026-06-16T22:00:00.000Z", "Europe/Amsterdam", "2026-06-17"],
      ["2026-06-16T21:59:59.999Z", "Europe/Amsterdam", "2026-06-16"],
      ["1971-06-16T00:44:29.000Z", "Africa/Monrovia", "1971-06-15"],
      ["1971-06-16T00:44:31.000Z", "Africa/Monrovia", "1971-06-16"],
    ];
    for (const [instant, zone, date] of asked) expect(localDate(Date.parse(instant), zone)).toBe(date);
  });
});
