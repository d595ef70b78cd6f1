import { describe, expect, test } from "vitest";
import type { Command } from "../../../src/domain/ledger/command.ts";
import { rewardsOf } from "../../../src/domain/ledger/view.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import { DAY_MS, MINUTE_MS, NOW_MS } from "../support/clock.ts";
import { adjust, holdOf, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, reward } from "../support/program.ts";

/** An account with points; its first hold will be booking 3. */
function ledgerWith(conditions: Partial<Reward>, at_ms = NOW_MS): Ledger {
  const ledger = new Ledger(program({ rewards: [reward(conditions)] }));
  ledger.must(adjust(1000));
  ledger.now_ms = at_ms;
  return ledger;
}

/** Local time in Amsterdam: two hours ahead of UTC in summer, one in winter. */
const summer = (day: number, hour: number, minute = 0, month = 6) => Date.UTC(2026, month - 1, day, hour - 2, minute);
const winter = (month: number, day: number, hour: number, minute = 0) =>
  Date.UTC(2027, month - 1, day, hour - 1, minute);

const coffee = holdOf("rew_coffee");

/** What becomes of a command: `ok`, or the code of its refusal. */
function outcome(ledger: Ledger, command: Command = coffee): string {
  const planned = ledger.run(command);
  return planned.ok ? "ok" : planned.error.code;
}

describe("a reward with dates", () => {
  const june = { valid_from: "2026-06-16", valid_until: "2026-06-30" };
  test.each([
    ["the minute before its first day", summer(15, 23, 59), false],
    ["the first minute of its first day", summer(16, 0), true],
    ["the last minute of its last day", summer(30, 23, 59), true],
    ["the first minute after its last day", summer(1, 0, 0, 7), false],
  ])("at %s", (_when, at_ms, open) => {
    const ledger = ledgerWith(june, at_ms);
    expect(outcome(ledger)).toBe(open ? "ok" : "reward_closed");
  });

  test("of 29 February is closed on 1 March", () => {
    const leap = { valid_until: "2028-02-29" };
    expect(ledgerWith(leap, Date.UTC(2028, 1, 29, 22, 59)).must(coffee).type).toBe("hold");
    expect(ledgerWith(leap, Date.UTC(2028, 1, 29, 23, 0)).refuses(coffee)).toMatchObject({ from: null });
  });

  test("that closes while it is held can still be handed over", () => {
    const ledger = ledgerWith(june, summer(30, 23, 59));
    ledger.must(coffee);
    ledger.now_ms += 5 * MINUTE_MS;
    expect(ledger.must({ type: "capture", hold: 3 }).type).toBe("hold_captured");
  });
});

describe("a reward with hours", () => {
  const quiet = { hours: [{ weekdays: [2, 3], from: "14:00", until: "16:00" }] };
  const nights = {
    hours: [
      { from: "22:00", until: "24:00" },
      { from: "00:00", until: "02:00" },
    ],
  };
  test.each([
    ["the minute before they begin", quiet, summer(16, 13, 59), false],
    ["their first minute", quiet, summer(16, 14), true],
    ["their last minute", quiet, summer(16, 15, 59), true],
    ["the minute they end", quiet, summer(16, 16), false],
    ["that time on another weekday", quiet, summer(18, 15), false],
    ["midnight inside a night", nights, summer(16, 0), true],
    ["the last minute of a day inside a night", nights, summer(16, 23, 59), true],
    ["the hour that summer time skips", { hours: [{ from: "02:00", until: "03:00" }] }, winter(3, 28, 3, 0), false],
    [
      "the first of the two hours when winter time begins",
      { hours: [{ from: "02:00", until: "03:00" }] },
      Date.UTC(2026, 9, 25, 0, 30),
      true,
    ],
    [
      "the second of the two hours when winter time begins",
      { hours: [{ from: "02:00", until: "03:00" }] },
      Date.UTC(2026, 9, 25, 1, 30),
      true,
    ],
  ])("at %s", (_when, conditions, at_ms, open) => {
    const ledger = ledgerWith(conditions, at_ms);
    expect(outcome(ledger)).toBe(open ? "ok" : "reward_outside_hours");
  });
});

describe("a reward with a limit", () => {
  test("in all: one more than it says is refused, and an open hold counts", () => {
    const ledger = ledgerWith({ limit: { total: 2 } });
    ledger.must(coffee);
    ledger.must({ type: "capture", hold: 3 });
    ledger.must(coffee);
    expect(ledger.refuses(coffee)).toEqual({
      code: "reward_limit_reached",
      reward: "rew_coffee",
      max: 2,
      period: "total",
    });
  });

  test.each(["cancel", "expire"])("gives room again when a hold comes to nothing: %s", (how) => {
    const ledger = ledgerWith({ limit: { total: 1 } });
    ledger.must(coffee);
    if (how === "cancel") ledger.must({ type: "cancel", hold: 3 });
    else ledger.now_ms += 15 * MINUTE_MS;
    expect(ledger.must(coffee).type).toBe("hold");
  });

  test.each([
    ["a day: its last minute", { per_day: 1 }, summer(16, 23, 59), false],
    ["a day: the next midnight", { per_day: 1 }, summer(17, 0), true],
    ["a week: Sunday night", { per_week: 1 }, summer(21, 23, 59), false],
    ["a week: Monday", { per_week: 1 }, summer(22, 0), true],
    ["a month: its last minute", { per_month: 1 }, summer(30, 23, 59), false],
    ["a month: the first", { per_month: 1 }, summer(1, 0, 0, 7), true],
  ])("per %s", (_when, limit, at_ms, free) => {
    const ledger = ledgerWith({ limit });
    ledger.must(coffee);
    ledger.must({ type: "capture", hold: 3 });
    ledger.now_ms = at_ms;
    expect(outcome(ledger)).toBe(free ? "ok" : "reward_limit_reached");
  });

  test("is counted in a sale too, and a full return of it gives the reward back", () => {
    const ledger = ledgerWith({ limit: { total: 1 } });
    ledger.must(coffee);
    ledger.must(sale(1000, { holds: [3] }));
    expect(ledger.refuses(coffee).code).toBe("reward_limit_reached");
    ledger.must(refund(4, "all"));
    expect(ledger.must(coffee).type).toBe("hold");
  });

  test("keeps its counts over hundreds of days without growing", () => {
    const ledger = ledgerWith({ limit: { per_month: 40 }, cost: { unit: "points", amount: 1 } });
    for (let day = 0; day < 120; day += 1) {
      const { seq } = ledger.must(coffee);
      ledger.must({ type: "capture", hold: seq });
      ledger.now_ms += DAY_MS;
    }
    expect(ledger.state.redeemed?.["rew_coffee"]?.total).toBe(120);
    expect(Object.keys(ledger.state.redeemed?.["rew_coffee"]?.days ?? {})).toHaveLength(40);
    expect(ledger.refolded()).toEqual(ledger.state);
  });
});

describe("a reward with a minimum spend", () => {
  const minimum = { minimum_spend: 1000 };
  test.each([
    ["exactly the minimum, what the reward took off included", 700, true],
    ["a cent less", 699, false],
  ])("is checked again in the sale: %s", (_what, total, accepted) => {
    const ledger = ledgerWith(minimum);
    ledger.must(holdOf("rew_coffee", { sale_total: 1000 }));
    expect(outcome(ledger, sale(total, { holds: [3] }))).toBe(accepted ? "ok" : "minimum_spend_not_met");
  });

  test("held without a basket is not captured without a sale, and stays held", () => {
    const ledger = ledgerWith(minimum);
    ledger.must(coffee);
    expect(ledger.refuses({ type: "capture", hold: 3 })).toEqual({ code: "sale_required", minimum: 1000 });
    expect(ledger.held()).toBe(10);
  });

  test("held with a large enough basket is captured by itself", () => {
    const ledger = ledgerWith(minimum);
    ledger.must(holdOf("rew_coffee", { sale_total: 1000 }));
    expect(ledger.must({ type: "capture", hold: 3 }).type).toBe("hold_captured");
  });
});

test("the member's view names what keeps a reward away", () => {
  const at = (conditions: Partial<Reward>, at_ms = NOW_MS) => {
    const { state, programs } = ledgerWith(conditions);
    const [compiled] = programs.values();
    return compiled === undefined
      ? []
      : rewardsOf(state, compiled, at_ms).map(({ affordable, blocked }) => [affordable, blocked]);
  };
  expect(at({})).toEqual([[true, null]]);
  expect(at({ valid_until: "2026-06-15" })).toEqual([[true, "reward_closed"]]);
  expect(at({ hours: [{ from: "09:00", until: "10:00" }] })).toEqual([[true, "reward_outside_hours"]]);
});
