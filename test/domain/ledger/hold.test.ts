import { describe, expect, test } from "vitest";
import type { HoldCommand } from "../../../src/domain/ledger/command.ts";
import { nextDueAt } from "../../../src/domain/ledger/due.ts";
import type { Refusal } from "../../../src/domain/ledger/refusal.ts";
import { MINUTE_MS, NOW_MS } from "../support/clock.ts";
import { adjust, holdOf, line, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { type ProgramInput, program, reward } from "../support/program.ts";

/** An account with points; its hold will be booking 3. */
function ledgerWith(points: number, changes: Partial<ProgramInput> = {}): Ledger {
  const ledger = new Ledger(program({ rewards: [reward()], ...changes }));
  ledger.must(adjust(points));
  return ledger;
}

const cancel = { type: "cancel", hold: 3 } as const;
const capture = { type: "capture", hold: 3 } as const;
const renew = { type: "renew", hold: 3 } as const;

describe("checking in at an event", () => {
  const tasting = (give: number, automatic = false) =>
    new Ledger(
      program({
        earning: [],
        rewards: [
          reward({ id: "rew_event", effect: { kind: "event", check_in: { unit: "points", give } } }),
          reward({ id: "rew_own", cost: { unit: "points", amount: 15 }, automatic }),
        ],
      }),
    );

  test("gives its points once, when it is captured by itself", () => {
    const ledger = tasting(7);
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_event"));
    const body = ledger.must({ type: "capture", hold: 3 });
    expect(body.entries.map(({ delta, why }) => [delta, why.code])).toEqual([
      [-10, "redeemed"],
      [7, "action"],
    ]);
    expect(ledger.refuses({ type: "capture", hold: 3 }).code).toBe("hold_captured");
    expect([ledger.available(), ledger.refolded()]).toEqual([7, ledger.state]);
  });

  test.each(["cancel", "sale"])("gives nothing by a %s", (how) => {
    const ledger = tasting(7);
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_event"));
    ledger.must(how === "cancel" ? { type: "cancel", hold: 3 } : sale(100, { holds: [3] }));
    expect(ledger.available()).toBe(how === "cancel" ? 10 : 0);
  });

  test("may issue what it made affordable", () => {
    const ledger = tasting(15, true);
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_event"));
    ledger.must({ type: "capture", hold: 3 });
    expect([ledger.available(), Object.keys(ledger.state.issued ?? {})]).toEqual([0, ["4.0"]]);
  });
});

describe("a hold", () => {
  test("moves its cost from available to held, for fifteen minutes", () => {
    const ledger = ledgerWith(25);
    const body = ledger.must(holdOf("rew_coffee"));
    expect(body).toMatchObject({
      type: "hold",
      reward: "rew_coffee",
      unit: "points",
      parts: [{ from: { bucket: "available" }, amount: 10 }],
      effect: { kind: "amount_off", discount: null, final: false, amount: 300 },
      expires_at_ms: NOW_MS + 15 * MINUTE_MS,
    });
    expect(body.entries.map(({ delta, after, lot }) => [delta, after, lot.bucket])).toEqual([
      [-10, 15, "available"],
      [10, 10, "held"],
    ]);
    expect([ledger.available(), ledger.held()]).toEqual([15, 10]);
  });

  test("of exactly the balance leaves nothing free", () => {
    const ledger = ledgerWith(10);
    ledger.must(holdOf("rew_coffee"));
    expect([ledger.available(), ledger.held()]).toEqual([0, 10]);
  });

  test("lasts as long as the programme says", () => {
    const ledger = ledgerWith(10, { holds: { minutes: 1 } });
    expect(ledger.must(holdOf("rew_coffee"))).toMatchObject({ expires_at_ms: NOW_MS + MINUTE_MS });
  });

  test("keeps the most that a percentage takes off when the programme has dropped the reward before the sale", () => {
    const half = reward({ effect: { kind: "percent_off", percent: 50, max_discount: 100 } });
    const ledger = new Ledger(program({ rewards: [half] }));
    ledger.must(adjust(10));
    const held = ledger.must(holdOf("rew_coffee"));
    ledger.publish(program({ rewards: [] }, 2));
    const sold = ledger.must(sale([line("a", 1990)], { holds: [held.seq] }));
    expect(sold).toMatchObject({ captures: [{ hold: held.seq, effect: { discount: 100, final: true } }] });
  });

  test("computes its effect per line and tax rate when the lines are given", () => {
    const ledger = ledgerWith(10);
    const lines = [line("a", 100, { tax_rate: "9" }), line("b", 500, { tax_rate: "21" })];
    expect(ledger.must(holdOf("rew_coffee", { lines }))).toMatchObject({
      effect: {
        final: true,
        discount: 300,
        lines: [
          { line: "a", discount: 50 },
          { line: "b", discount: 250 },
        ],
        by_tax_rate: [
          { tax_rate: "9", discount: 50 },
          { tax_rate: "21", discount: 250 },
        ],
      },
    });
  });

  const minimum = { rewards: [reward({ minimum_spend: 1000 })] };
  const refusals: [what: string, points: number, command: HoldCommand, refusal: Refusal, changes?: object][] = [
    [
      "one point short",
      9,
      holdOf("rew_coffee"),
      { code: "insufficient_balance", unit: "points", needed: 10, available: 9 },
    ],
    ["an unknown reward", 99, holdOf("rew_none"), { code: "reward_unknown", reward: "rew_none" }],
    ["a card it never had", 99, holdOf("rew_coffee", { card_no: 7 }), { code: "card_unknown", card_no: 7 }],
    [
      "a sale one cent below the minimum",
      99,
      holdOf("rew_coffee", { sale_total: 999 }),
      { code: "minimum_spend_not_met", minimum: 1000, spend: 999 },
      minimum,
    ],
    [
      "lines one cent below the minimum",
      99,
      holdOf("rew_coffee", { lines: [line("a", 999)] }),
      { code: "minimum_spend_not_met", minimum: 1000, spend: 999 },
      minimum,
    ],
    [
      "nothing on the receipt that the reward fits",
      99,
      holdOf("rew_coffee", { lines: [line("a", 500, { kind: "tip" })] }),
      { code: "no_eligible_item", reward: "rew_coffee" },
    ],
    ["payment with points when that is off", 99, holdOf(10), { code: "pay_with_points_off" }],
    [
      "payment in a unit that does not exist",
      99,
      holdOf(10, { ask: { unit: "stamps:stc_x", amount: 1 } }),
      { code: "unit_unknown", unit: "stamps:stc_x" },
    ],
  ];
  test.each(refusals)("is refused: %s", (_what, points, command, refusal, changes) => {
    const ledger = ledgerWith(points, changes ?? {});
    expect(ledger.refuses(command)).toEqual(refusal);
  });

  test.each([
    ["exactly the minimum", 1000],
    ["an unknown total", null],
  ])("is accepted at %s", (_what, sale_total) => {
    expect(ledgerWith(10, minimum).must(holdOf("rew_coffee", { sale_total }))).toMatchObject({ type: "hold" });
  });

  test("is refused when twenty are open, and not when one of them has ended", () => {
    const ledger = ledgerWith(1000);
    for (let count = 0; count < 20; count += 1) ledger.must(holdOf("rew_coffee"));
    expect(ledger.refuses(holdOf("rew_coffee"))).toEqual({ code: "too_many_holds", max: 20 });
    ledger.must(cancel);
    ledger.must(holdOf("rew_coffee"));
  });
});

describe("payment with points", () => {
  const rate = { pay_with_points: { points: 100, amount: 50 } };
  test("holds the points asked for and takes off what they are worth, floored", () => {
    const ledger = ledgerWith(250, rate);
    expect(ledger.must(holdOf(101, { sale_total: 1000 }))).toMatchObject({
      reward: null,
      effect: { discount: 50 },
      parts: [{ amount: 101 }],
    });
    expect([ledger.available(), ledger.held()]).toEqual([149, 101]);
  });

  test("of points worth less than a cent is refused; of the least that is worth one it is not", () => {
    const ledger = ledgerWith(250, rate);
    expect(ledger.refuses(holdOf(1)).code).toBe("insufficient_balance");
    expect(ledger.must(holdOf(2, { sale_total: 1000 }))).toMatchObject({ effect: { discount: 1 } });
  });

  test("above the balance is refused", () => {
    expect(ledgerWith(99, rate).refuses(holdOf(100))).toEqual({
      code: "insufficient_balance",
      unit: "points",
      needed: 100,
      available: 99,
    });
  });
});

describe("a hold ends once", () => {
  const ends = [
    ["captured", capture, 15, 0],
    ["cancelled", cancel, 25, 0],
    ["renewed", renew, 15, 10],
  ] as const;
  test.each(ends)("%s", (_what, command, available, held) => {
    const ledger = ledgerWith(25);
    ledger.must(holdOf("rew_coffee"));
    ledger.must(command);
    expect([ledger.available(), ledger.held()]).toEqual([available, held]);
  });

  const after = [
    ["captured, then captured again", capture, capture, "hold_captured"],
    ["captured, then cancelled", capture, cancel, "hold_captured"],
    ["captured, then renewed", capture, renew, "hold_captured"],
    ["cancelled, then captured", cancel, capture, "hold_cancelled"],
    ["cancelled, then cancelled again", cancel, cancel, "hold_cancelled"],
    ["captured in a sale, then cancelled", sale(500, { holds: [3] }), cancel, "hold_captured"],
    ["captured, then named in a sale", capture, sale(500, { holds: [3] }), "hold_captured"],
    ["cancelled, then named in a sale", cancel, sale(500, { holds: [3] }), "hold_cancelled"],
  ] as const;
  test.each(after)("%s", (_what, first, second, code) => {
    const ledger = ledgerWith(25);
    ledger.must(holdOf("rew_coffee"));
    ledger.must(first);
    expect(ledger.refuses(second)).toEqual({ code, hold: 3 });
  });

  test.each([
    ["of another booking", 2],
    ["that never was", 99],
  ])("a hold %s is unknown", (_what, hold) => {
    const ledger = ledgerWith(25);
    expect(ledger.refuses({ type: "capture", hold })).toEqual({ code: "hold_unknown", hold });
    expect(ledger.refuses(sale(500, { holds: [hold] }))).toEqual({ code: "hold_unknown", hold });
  });
});

describe("time", () => {
  const deadline = NOW_MS + 15 * MINUTE_MS;
  function heldUntil(now_ms: number): Ledger {
    const ledger = ledgerWith(25);
    ledger.must(holdOf("rew_coffee"));
    ledger.now_ms = now_ms;
    return ledger;
  }

  test.each([
    ["captured", capture],
    ["cancelled", cancel],
    ["renewed", renew],
    ["named in a sale", sale(500, { holds: [3] })],
  ])("at the last millisecond a hold can be %s", (_what, command) => {
    const ledger = heldUntil(deadline - 1);
    ledger.must(command);
    expect(ledger.bodies.at(-1)).not.toHaveProperty("expired_holds");
  });

  test.each([
    ["captured", capture],
    ["cancelled", cancel],
    ["renewed", renew],
    ["named in a sale", sale(500, { holds: [3] })],
  ])("a millisecond later it has expired and cannot be %s", (_what, command) => {
    const ledger = heldUntil(deadline);
    expect(ledger.refuses(command)).toEqual({ code: "hold_expired", hold: 3 });
    expect(ledger.bodies.at(-1)).toMatchObject({ type: "refused", expired_holds: [3] });
    expect([ledger.available(), ledger.held()]).toEqual([25, 0]);
  });

  test("a read shows the points free again before anything is booked", () => {
    const ledger = heldUntil(deadline);
    expect(ledger.rows).toHaveLength(3);
    expect([ledger.available(), ledger.held()]).toEqual([25, 0]);
  });

  test("the next write books the expiry first, and may spend what came back", () => {
    const ledger = ledgerWith(10);
    ledger.must(holdOf("rew_coffee"));
    ledger.now_ms = deadline;
    const body = ledger.must(holdOf("rew_coffee"));
    expect(body).toMatchObject({ type: "hold", expired_holds: [3] });
    expect(body.entries.map(({ delta, lot, why }) => [delta, lot.bucket, why.code])).toEqual([
      [-10, "held", "released"],
      [10, "available", "released"],
      [-10, "available", "reserved"],
      [10, "held", "reserved"],
    ]);
  });

  test("the alarm books what is due by itself, once", () => {
    const ledger = heldUntil(deadline);
    ledger.alarm();
    ledger.alarm();
    expect(ledger.bodies.slice(3)).toMatchObject([
      { type: "due", expired_holds: [3], by: { kind: "system", job: "alarm" } },
    ]);
    expect(ledger.refuses(capture)).toEqual({ code: "hold_expired", hold: 3 });
  });

  test("renewing counts from now, and the alarm follows", () => {
    const ledger = heldUntil(deadline - 1);
    expect(nextDueAt(ledger.state)).toBe(deadline);
    ledger.must(renew);
    expect(nextDueAt(ledger.state)).toBe(deadline - 1 + 15 * MINUTE_MS);
    ledger.must(capture);
    expect(nextDueAt(ledger.state)).toBeNull();
  });

  test("only what is due expires", () => {
    const ledger = ledgerWith(25);
    ledger.must(holdOf("rew_coffee"));
    ledger.now_ms += MINUTE_MS;
    ledger.must(holdOf("rew_coffee"));
    ledger.now_ms = deadline;
    expect([ledger.available(), ledger.held()]).toEqual([15, 10]);
    expect(nextDueAt(ledger.state)).toBe(deadline);
  });

  test("a clock that steps back does not bring an expired hold back", () => {
    const ledger = heldUntil(deadline);
    ledger.alarm();
    ledger.now_ms = NOW_MS;
    expect(ledger.refuses(capture)).toEqual({ code: "hold_expired", hold: 3 });
    expect(ledger.bodies.at(-1)?.at_ms).toBe(deadline);
  });
});
