import { describe, expect, test } from "vitest";
import { brokenInvariants } from "../../../src/domain/ledger/invariants.ts";
import { DAY_MS } from "../support/clock.ts";
import { adjust, holdOf, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, reward } from "../support/program.ts";

const waiting = (pending_days: number) => (pending_days === 0 ? {} : { pending_days });

type Policy = "clamp" | "pending_only" | "debt";

/** Earns 20 points, spends 10 of them, and gives everything back. */
function spentAndReturned(spent_points: Policy, pending_days = 0): Ledger {
  const points = { name: { en: "points" }, ...waiting(pending_days) };
  const ledger = new Ledger(program({ units: { points }, rewards: [reward()], returns: { spent_points } }));
  const { seq } = ledger.must(sale(2000));
  if (pending_days === 0) {
    ledger.must(holdOf("rew_coffee"));
    ledger.must({ type: "capture", hold: ledger.state.seq });
  }
  ledger.must(refund(seq, "all", "R1"));
  return ledger;
}

describe("a return after its points were spent", () => {
  test.each<[Policy, number, number]>([
    ["clamp", 0, 10],
    ["pending_only", 10, 20],
    ["debt", -10, 0],
  ])("%s: leaves %i and writes off %i", (policy, left, writtenOff) => {
    const ledger = spentAndReturned(policy);
    expect(ledger.available()).toBe(left);
    const body = ledger.bodies.at(-1);
    const lost = body?.type === "return" ? body.written_off.reduce((sum, { amount }) => sum + amount, 0) : null;
    expect(lost).toBe(writtenOff);
    expect(brokenInvariants(ledger.state)).toEqual([]);
  });

  test.each<[Policy]>([["clamp"], ["pending_only"], ["debt"]])("%s: takes points that still wait", (policy) => {
    const ledger = spentAndReturned(policy, 14);
    expect(ledger.totals()).toEqual({});
  });
});

describe("what is owed", () => {
  test("is paid by the next sale first, and says so", () => {
    const ledger = spentAndReturned("debt");
    const { entries } = ledger.must(sale(600));
    expect(entries.map(({ delta, why }) => [delta, why.code])).toEqual([
      [6, "earned_spend"],
      [-6, "debt_paid"],
      [6, "debt_paid"],
    ]);
    expect(ledger.available()).toBe(-4);
    ledger.must(sale(1400, { receipt: "R2" }));
    expect(ledger.available()).toBe(10);
    expect(ledger.state.units["points"]?.lots.map((lot) => lot.class)).toEqual(["earned"]);
  });

  test("exactly paid leaves nothing, and one point less leaves one owed", () => {
    const [exact, short] = [spentAndReturned("debt"), spentAndReturned("debt")];
    exact.must(sale(1000));
    expect(exact.totals()).toEqual({});
    short.must(sale(900));
    expect(short.available()).toBe(-1);
  });

  test("keeps the member from redeeming until it is paid", () => {
    const ledger = spentAndReturned("debt");
    expect(ledger.refuses(holdOf("rew_coffee"))).toMatchObject({ code: "insufficient_balance", available: -10 });
    ledger.must(adjust(20));
    expect(ledger.available()).toBe(10);
    ledger.must(holdOf("rew_coffee"));
    expect(ledger.available()).toBe(0);
  });

  test.each([["the alarm rings every day"], ["nobody looks until the end"]])(
    "is paid by points on the day they open, before they expire, when %s",
    (when) => {
      const expiry = { kind: "rolling", after: { days: 3 }, to: "day" } as const;
      const rules = (pending_days: number) =>
        program({
          units: { points: { name: { en: "points" }, ...waiting(pending_days), expiry } },
          rewards: [reward()],
          returns: { spent_points: "debt" },
        });
      const ledger = new Ledger(rules(0));
      const { seq } = ledger.must(sale(2000));
      ledger.must(holdOf("rew_coffee"));
      ledger.must({ type: "capture", hold: ledger.state.seq });
      ledger.must(refund(seq, "all", "R1"));
      ledger.publish({ ...rules(5), version: 2 });
      const start = ledger.now_ms;
      ledger.must(sale(1500));
      expect(ledger.available()).toBe(-10);
      for (let day = 1; day <= 30; day += 1) {
        ledger.now_ms = start + day * DAY_MS;
        if (when === "the alarm rings every day") ledger.alarm();
      }
      ledger.alarm();
      // Ten of the fifteen have paid; the other five expired on their own day.
      expect(ledger.totals()).toEqual({});
      expect(brokenInvariants(ledger.state)).toEqual([]);
    },
  );

  test("small returns owe what one large one owes", () => {
    const both = [["all"], [500, 700, "all"]].map((parts) => {
      const ledger = new Ledger(program({ rewards: [reward()], returns: { spent_points: "debt" } }));
      const { seq } = ledger.must(sale(2000));
      ledger.must(adjust(-15));
      parts.forEach((part, index) => ledger.must(refund(seq, part === "all" ? "all" : Number(part), `R${index}`)));
      return ledger.available();
    });
    expect(both).toEqual([-15, -15]);
  });
});
