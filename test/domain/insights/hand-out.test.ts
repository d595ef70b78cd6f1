import { describe, expect, test } from "vitest";
import type { Command } from "../../../src/domain/ledger/command.ts";
import { activityOf } from "../../../src/domain/insights/activity.ts";
import { handOutMoves } from "../../../src/domain/insights/hand-out.ts";
import { tallyOf } from "../../../src/domain/insights/tally.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import { DAY_MS, MINUTE_MS } from "../support/clock.ts";
import { adjust, holdOf, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, reward } from "../support/program.ts";

const mug: Partial<Reward> = { effect: { kind: "product", sku: "MUG" }, cost_price: 380, valid_for: { days: 3 } };
const claim: Command = { type: "issue", origin: "claim", reward: "rew_coffee", expires_on: null, card_no: null };
const redeem: Command = { ...holdOf("rew_coffee"), ask: { issue: "3.0" } };
const terms = { kind: "product", cost_price: 380, sku: "MUG" };

/** An account with points for many rewards; what it does next is booking 3. */
function ledgerWith(changes: Partial<Reward> = mug): Ledger {
  const ledger = new Ledger(program({ earning: [], rewards: [reward(changes)] }));
  ledger.must(adjust(1000));
  return ledger;
}

/** What bookings from the third on do to what must be handed over, without what was promised. */
function moves(ledger: Ledger): object[] {
  return ledger.bodies.slice(2).flatMap((body) =>
    handOutMoves(body).map((move) => {
      if (move.move !== "open") return move;
      const { move: opened, index, hold, origin } = move;
      return { move: opened, index, hold, origin };
    }),
  );
}

describe("what must be handed over", () => {
  test("is open once it is paid for, held while it is fetched, and handed over", () => {
    const ledger = ledgerWith();
    const issued = ledger.must(claim);
    expect(handOutMoves(issued)).toEqual([
      {
        move: "open",
        index: 0,
        hold: null,
        reward: "rew_coffee",
        what: { nl: "Gratis koffie", en: "Free coffee" },
        origin: "claim",
        expires_on: "2026-06-19",
        terms,
      },
    ]);
    ledger.must(redeem);
    ledger.must({ type: "capture", hold: 4 });
    expect(moves(ledger).slice(1)).toEqual([
      { move: "held", issue: "3.0", hold: 4 },
      { move: "handed_over", hold: 4 },
    ]);
  });

  test("by a redemption at the counter is open until it is captured, cancelled or over", () => {
    const ledger = ledgerWith();
    const open = (hold: number) => ({ move: "open", index: 0, hold, origin: "redemption" });
    for (let times = 0; times < 3; times += 1) ledger.must(holdOf("rew_coffee"));
    ledger.must({ type: "cancel", hold: 3 });
    ledger.must(sale(100, { holds: [4] }));
    ledger.now_ms += 15 * MINUTE_MS;
    ledger.must(adjust(1));
    expect(moves(ledger)).toEqual([
      open(3),
      open(4),
      open(5),
      { move: "released", hold: 3, end: "cancelled" },
      { move: "handed_over", hold: 4 },
      { move: "released", hold: 5, end: "expired" },
    ]);
  });

  test.each([
    ["cancelled by hand", "cancelled", (ledger: Ledger) => ledger.must({ type: "cancel_issue", issue: "3.0" })],
    [
      "when its last day is over",
      "expired",
      (ledger: Ledger) => {
        ledger.now_ms += 4 * DAY_MS;
        ledger.must(adjust(1));
      },
    ],
  ])("is over %s", (_how, end, act) => {
    const ledger = ledgerWith();
    ledger.must(claim);
    act(ledger);
    expect(moves(ledger).slice(1)).toEqual([{ move: "over", issue: "3.0", end }]);
  });

  test("comes back with the sale, and is promised again when it was issued", () => {
    const ledger = ledgerWith();
    ledger.must(claim);
    ledger.must(redeem);
    ledger.must(sale(100, { holds: [4] }));
    ledger.must(refund(5, "all"));
    expect(moves(ledger).slice(2)).toEqual([
      { move: "handed_over", hold: 4 },
      { move: "back", hold: 4, origin: null },
      { move: "open", index: 0, hold: null, origin: "restored" },
    ]);
  });

  test("is nothing that only changes the basket, whatever it costs", () => {
    const ledger = ledgerWith({ cost_price: 60 });
    ledger.must(claim);
    ledger.must(holdOf("rew_coffee"));
    ledger.must({ type: "capture", hold: 4 });
    expect(moves(ledger)).toEqual([]);
  });
});

describe("what rewards cost", () => {
  test.each<[string, Partial<Reward>, number[]]>([
    ["with a cost price", mug, [380, -380]],
    ["without", { effect: { kind: "product" } }, [0, 0]],
  ])("is counted when it is handed over, and not when it came back: %s", (_what, changes, costs) => {
    const ledger = ledgerWith(changes);
    ledger.must(holdOf("rew_coffee"));
    const sold = ledger.must(sale(100, { holds: [3] }));
    const back = ledger.must(refund(4, "all"));
    expect([sold, back].map((body) => tallyOf(activityOf(body))?.reward_costs)).toEqual(costs);
  });

  test("is the price of the day on which it was asked for", () => {
    const ledger = ledgerWith();
    ledger.must(holdOf("rew_coffee"));
    ledger.publish(program({ earning: [], rewards: [reward({ ...mug, cost_price: 500 })] }, 2));
    const captured = ledger.must({ type: "capture", hold: 3 });
    expect(tallyOf(activityOf(captured))?.reward_costs).toBe(380);
  });
});
