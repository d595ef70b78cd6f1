import { describe, expect, test } from "vitest";
import type { OfflineRedemptionCommand } from "../../../src/domain/ledger/command.ts";
import { unitState } from "../../../src/domain/ledger/state.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import { DAY_MS, NOW_MS } from "../support/clock.ts";
import { adjust, line, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, type ProgramInput, reward } from "../support/program.ts";

/** €10 a day; the reward takes €3 off for 10 points. */
function rules(changes: Partial<ProgramInput> = {}, offered: Partial<Reward> = {}) {
  return program({ rewards: [reward(offered)], limits: { offline_redemption: { amount: 1000 } }, ...changes });
}

function ledgerWith(points: number, compiled = rules()): Ledger {
  const ledger = new Ledger(compiled);
  if (points > 0) ledger.must(adjust(points));
  return ledger;
}

/** A coffee handed out against a snapshot that showed so many points. */
function handedOut(changes: Partial<OfflineRedemptionCommand> = {}, seen = 10): OfflineRedemptionCommand {
  return {
    type: "offline_redemption",
    ask: { reward: "rew_coffee" },
    lines: null,
    sale_total: null,
    card_no: null,
    handed_out_at_ms: NOW_MS,
    snapshot: { seq: 2, issued_at_ms: NOW_MS - DAY_MS, balances: { points: seen } },
    ...changes,
  };
}

describe("a reward that was handed out without a connection", () => {
  test("is spent once and for good, and counts for the reward's limit", () => {
    const ledger = ledgerWith(12, rules({}, { limit: { total: 1 } }));
    const body = ledger.must(handedOut());
    expect(body).toMatchObject({ cost: 10, shortfall: 0, shortfall_is: null, value: 300, taken_on: "2026-06-16" });
    expect([ledger.available(), ledger.state.holds]).toEqual([2, {}]);
    expect(ledger.state.redeemed?.["rew_coffee"]?.total).toBe(1);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test.each([
    ["clamp", 4, "written_off", 0],
    ["pending_only", 0, "written_off", 0],
    ["debt", 4, "debt", -6],
  ] as const)("when the points have gone meanwhile, under %s", (spent_points, left, shortfall_is, available) => {
    const ledger = ledgerWith(left, rules({ returns: { spent_points } }));
    expect(ledger.must(handedOut())).toMatchObject({ shortfall: 10 - left, shortfall_is });
    expect(ledger.available()).toBe(available);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test("is the one that issued itself with the same points meanwhile", () => {
    const ledger = ledgerWith(12, rules({}, { automatic: true }));
    expect(Object.keys(ledger.state.issued ?? {})).toHaveLength(1);
    const body = ledger.must(handedOut());
    expect(body).toMatchObject({
      shortfall: 0,
      entries: [{ delta: 10, why: { reason: "handed_out" } }, { delta: -10 }],
    });
    expect([ledger.state.issued, ledger.available()]).toEqual([{}, 2]);
  });

  test("what is owed is paid by the sale that comes after it, however late that arrives", () => {
    const ledger = ledgerWith(0, rules({ returns: { spent_points: "debt" } }));
    ledger.must(handedOut());
    ledger.must(sale(1500, { occurred_at_ms: NOW_MS - DAY_MS }));
    expect(unitState(ledger.state, "points").lots).toMatchObject([{ class: "earned", amount: 5 }]);
  });

  test.each([
    ["not of a programme that is silent", rules({ limits: {} }), handedOut(), "offline_redemption_off"],
    ["not when the snapshot was one point short", rules(), handedOut({}, 9), "snapshot_too_low"],
    [
      "not a reward of no known worth",
      rules({}, { effect: { kind: "product" } }),
      handedOut(),
      "offline_value_unknown",
    ],
    ["not what the programme does not have", rules(), handedOut({ ask: { reward: "rew_x" } }), "reward_unknown"],
    ["not by a card that is not known", rules(), handedOut({ card_no: 9 }), "card_unknown"],
  ])("%s", (_when, compiled, command, code) => {
    expect(ledgerWith(50, compiled).refuses(command).code).toBe(code);
  });

  test.each<[string, Partial<Reward>, Partial<OfflineRedemptionCommand>, number]>([
    ["what comes off the lines", { effect: { kind: "free_item" } }, { lines: [line("latte", 350)] }, 350],
    ["never more than the basket", {}, { lines: [line("tea", 200)] }, 200],
    ["the cost price of what is handed over", { effect: { kind: "product" }, cost_price: 180 }, {}, 180],
  ])("counts by %s", (_how, offered, changes, value) => {
    expect(ledgerWith(10, rules({}, offered)).must(handedOut(changes))).toMatchObject({ value });
  });
});

describe("the allowance of a day", () => {
  test("takes what fits to the cent, and not one cent more", () => {
    const exactly = { effect: { kind: "amount_off", amount: 500 } } as const;
    const ledger = ledgerWith(50, rules({}, exactly));
    ledger.must(handedOut());
    ledger.must(handedOut({ handed_out_at_ms: NOW_MS + 1 }));
    expect(ledger.refuses(handedOut({ handed_out_at_ms: NOW_MS + 2 }))).toEqual({
      code: "offline_allowance_exceeded",
      max: 1000,
      used: 1000,
      value: 500,
    });
    expect(ledger.available()).toBe(30);
  });

  test.each([
    ["the last minute of the day, in Amsterdam", Date.UTC(2026, 5, 16, 21, 59), false],
    ["the first minute of the next", Date.UTC(2026, 5, 16, 22, 0), true],
    ["the day before, which arrives late", Date.UTC(2026, 5, 13, 22, 0), true],
  ])("begins anew with a day: %s", (_when, handed_out_at_ms, fits) => {
    const ledger = ledgerWith(50, rules({ limits: { offline_redemption: { amount: 300 } } }));
    ledger.must(handedOut());
    expect(ledger.run(handedOut({ handed_out_at_ms })).ok).toBe(fits);
  });
});
