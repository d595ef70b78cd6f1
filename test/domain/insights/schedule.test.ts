import { describe, expect, test } from "vitest";
import { type AlarmFacts, alarmWanted, retryAt } from "../../../src/domain/insights/schedule.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

function facts(changes: Partial<AlarmFacts>): AlarmFacts {
  return { now_ms: NOW, set_ms: null, due_ms: null, undelivered: false, busy: false, retry_ms: null, ...changes };
}

describe("when the alarm must be set", () => {
  test.for<[string, Partial<AlarmFacts>, number | null]>([
    ["nothing due, nothing under way", {}, null],
    ["a deadline", { due_ms: NOW + MINUTE }, NOW + MINUTE],
    ["a deadline that is set", { due_ms: NOW + MINUTE, set_ms: NOW + MINUTE }, null],
    ["a deadline before the one that is set", { due_ms: NOW + MINUTE, set_ms: NOW + 2 * MINUTE }, NOW + MINUTE],
    ["a deadline after the one that is set", { due_ms: NOW + 2 * MINUTE, set_ms: NOW + MINUTE }, null],
    ["a booking under way", { undelivered: true }, NOW + 5_000],
    ["a booking under way, one of many", { undelivered: true, busy: true }, NOW + MINUTE],
    ["a booking under way and any alarm set", { undelivered: true, set_ms: NOW + 99 * MINUTE }, null],
    ["a booking under way and a deadline", { undelivered: true, due_ms: NOW + 15 * MINUTE }, NOW + 15 * MINUTE],
    ["a delivery that failed", { undelivered: true, retry_ms: NOW + 9 }, NOW + 9],
    [
      "a delivery that failed before a later alarm",
      { undelivered: true, retry_ms: NOW + 9, set_ms: NOW + 10 },
      NOW + 9,
    ],
    ["a delivery that failed and an alarm set sooner", { undelivered: true, retry_ms: NOW + 9, set_ms: NOW + 8 }, null],
  ])("%s", ([, changes, wanted]) => {
    expect(alarmWanted(facts(changes))).toBe(wanted);
  });
});

test("a retry waits about as long again as it has failed, between five seconds and a quarter of an hour", () => {
  const waits = (failing_ms: number) => [0, 0.5, 0.999].map((random) => retryAt(NOW, NOW - failing_ms, random) - NOW);

  expect(waits(0)).toEqual([3_750, 5_000, 6_248]);
  expect(waits(60_000)).toEqual([45_000, 60_000, 74_970]);
  expect(waits(86_400_000)).toEqual([675_000, 900_000, 1_124_550]);
});

test("an outage of a day costs an account about a hundred tries", () => {
  let now_ms = NOW;
  let tries = 0;
  while (now_ms < NOW + 86_400_000) {
    now_ms = retryAt(now_ms, NOW, 0.5);
    tries += 1;
  }

  expect(tries).toBeLessThan(110);
});
