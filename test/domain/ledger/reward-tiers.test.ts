import { describe, expect, test } from "vitest";
import { explainEntry } from "../../../src/domain/ledger/explain.ts";
import { rewardsOf } from "../../../src/domain/ledger/view.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import { adjust, holdOf, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, type ProgramInput, programInput, reward } from "../support/program.ts";

const tiers: ProgramInput["tiers"] = {
  basis: "spend",
  window: { kind: "rolling", months: 1 },
  grace_months: 0,
  levels: [
    { id: "tir_silver", name: { nl: "Zilver", en: "Silver" }, from: 5000 },
    { id: "tir_gold", name: { nl: "Goud", en: "Gold" }, from: 20_000 },
  ],
};
const dear: Partial<Reward> = {
  cost: { unit: "points", amount: 100 },
  tier_prices: [{ tier: "tir_gold", amount: 80 }],
};
const coffee = holdOf("rew_coffee");

/** An account that has spent so much this month and has so many points; what it does next is booking 4. */
function ledgerWith(spent: number, points: number, changes: Partial<Reward> = dear): Ledger {
  const ledger = new Ledger(program({ tiers, earning: [], rewards: [reward(changes)] }));
  ledger.must(sale(spent, { receipt: "before" }));
  ledger.must(adjust(points));
  return ledger;
}

const shown = (ledger: Ledger) => rewardsOf(ledger.state, firstProgram(ledger), ledger.now_ms)[0];

function firstProgram(ledger: Ledger) {
  const found = ledger.programs.get(1);
  if (found === undefined) throw new Error("no programme");
  return found;
}

describe("a level with a price of its own", () => {
  test.each([
    ["a cent below gold pays what everybody pays", 19_999, 100],
    ["exactly gold pays its own price", 20_000, 80],
    ["no level at all pays what everybody pays", 0, 100],
  ])("%s", (_who, spent, price) => {
    expect(shown(ledgerWith(spent, 100))).toMatchObject({ cost: { amount: price }, affordable: true, blocked: null });
    expect(ledgerWith(spent, price - 1).refuses(coffee)).toMatchObject({ needed: price });
    const ledger = ledgerWith(spent, price);
    ledger.must(coffee);
    expect(ledger.available()).toBe(0);
  });

  test("is explained, when it is held and when it is used", () => {
    const ledger = ledgerWith(20_000, 80);
    const held = ledger.must(coffee);
    const captured = ledger.must({ type: "capture", hold: 4 });
    const say = (locale: "nl" | "en", body: typeof held) =>
      body.entries.map((entry) =>
        explainEntry({ locale, currency: "EUR", unitName: () => ({ nl: "punten", en: "points" }) }, entry),
      )[0];
    expect(say("nl", held)).toBe("−80 punten: gereserveerd voor Gratis koffie, prijs voor Goud in plaats van 100");
    expect(say("en", captured)).toBe("−80 points: redeemed for Free coffee, the price for Gold instead of 100");
  });

  test("holds for what is paid now and collected later, and for what is issued by itself", () => {
    const issue = { type: "issue", origin: "claim", reward: "rew_coffee", expires_on: null, card_no: null } as const;
    const claimed = ledgerWith(20_000, 160);
    claimed.must(issue);
    expect(claimed.available()).toBe(80);
    const byItself = ledgerWith(20_000, 0, { ...dear, automatic: true });
    byItself.must(adjust(170));
    expect([byItself.available(), Object.keys(byItself.state.issued ?? {})]).toEqual([10, ["4.0", "4.1"]]);
  });

  test("was paid: a return gives back what was given, after the level is gone and under other prices", () => {
    const ledger = ledgerWith(20_000, 80);
    ledger.must(coffee);
    ledger.must(sale(1000, { receipt: "used", holds: [4] }));
    ledger.must(refund(2, "all", "level"));
    ledger.publish(program({ tiers, earning: [], rewards: [reward({ ...dear, tier_prices: [] })] }, 2));
    ledger.must(refund(5, "all", "used"));
    expect(ledger.available()).toBe(80);
    expect(ledger.refuses(coffee)).toMatchObject({ needed: 100, available: 80 });
  });

  test("is the price of the month: lost with the level on the first of the next, also for an open list", () => {
    const ledger = ledgerWith(20_000, 80);
    ledger.now_ms = Date.UTC(2026, 5, 30, 21, 59);
    expect(shown(ledger)).toMatchObject({ cost: { amount: 80 }, instead_of: 100 });
    ledger.now_ms = Date.UTC(2026, 5, 30, 22, 0);
    expect(shown(ledger)).toMatchObject({ cost: { amount: 100 }, missing: 20 });
    expect(ledger.refuses(coffee)).toMatchObject({ needed: 100 });
  });
});

describe("a reward for some levels", () => {
  const only: Partial<Reward> = { tiers: ["tir_gold"] };
  test.each([
    ["below the lowest level", 0, false],
    ["of another level", 5000, false],
    ["of the level, in its first minute", 20_000, true],
  ])("a member %s", (_who, spent, may) => {
    const ledger = ledgerWith(spent, 100, only);
    expect(shown(ledger)?.blocked).toBe(may ? null : "reward_not_for_tier");
    expect(shown(ledger)?.tiers).toEqual([{ id: "tir_gold", name: { nl: "Goud", en: "Gold" } }]);
    const planned = ledger.run(coffee);
    expect(planned.ok ? "ok" : planned.error).toEqual(
      may ? "ok" : { code: "reward_not_for_tier", reward: "rew_coffee", tiers: ["tir_gold"] },
    );
  });

  test("goes up with the very sale that reaches it", () => {
    const ledger = ledgerWith(19_999, 100, only);
    ledger.must(sale(1, { receipt: "reaches" }));
    expect(ledger.must(coffee).type).toBe("hold");
  });

  test("is not issued by itself to others, and was issued for good", () => {
    const ledger = ledgerWith(0, 0, { ...only, automatic: true });
    ledger.must(adjust(100));
    expect(ledger.state.issued).toBeUndefined();
    const gold = ledgerWith(20_000, 0, { ...only, automatic: true });
    gold.must(adjust(10));
    gold.now_ms = Date.UTC(2026, 6, 1);
    const redeem = { ...coffee, ask: { issue: "4.0" } };
    expect(gold.must(redeem)).toMatchObject({ reward: "rew_coffee", parts: [] });
  });
});

test.each<[string, Partial<Reward>, string]>([
  ["a level that there is not", { tiers: ["tir_none"] }, "there is no level tir_none"],
  ["a price for a level that there is not", { tier_prices: [{ tier: "tir_none", amount: 1 }] }, "there is no level"],
  [
    "two prices for one level",
    {
      tier_prices: [
        { tier: "tir_gold", amount: 1 },
        { tier: "tir_gold", amount: 2 },
      ],
    },
    "has two prices",
  ],
  [
    "a price for a level it is not for",
    { tiers: ["tir_silver"], tier_prices: [{ tier: "tir_gold", amount: 1 }] },
    "is not for the level tir_gold",
  ],
])("a document with %s is refused", (_what, changes, message) => {
  const parsed = parseProgramDocument(programInput({ tiers, rewards: [reward(changes)] }));
  expect(parsed.ok ? "" : parsed.error.map((issue) => issue.message).join()).toContain(message);
});
