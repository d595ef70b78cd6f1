import { describe, expect, test } from "vitest";
import type { SaleWarning } from "../../../src/domain/ledger/booking.ts";
import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import { NOW_MS, TODAY } from "../support/clock.ts";
import { adjust, holdOf, line, sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, type ProgramInput, program, reward, spendRule, stampCard } from "../support/program.ts";

function ledgerOf(changes: Partial<ProgramInput> = {}): Ledger {
  return new Ledger(program(changes));
}

/** The sale's booking, which the types know to be one. */
function sold(ledger: Ledger, command: SaleCommand) {
  const body = ledger.must(command);
  if (body.type !== "sale") throw new Error("not a sale");
  return body;
}

test("a sale is one booking that says everything the state and a later return need", () => {
  const ledger = ledgerOf();
  const body = sold(ledger, sale([line("a", 1250)], { tender: [{ kind: "card", amount: 1250 }], card_no: 1 }));
  const why = { code: "earned_spend", eligible: 1250, per: 100, give: 1, carried_in: 0, carried_out: 50 };
  const remainder = { before: { value: 0, rate: 100 }, after: { value: 50, rate: 100 } };
  expect(body).toEqual({
    v: 1,
    seq: 2,
    at_ms: NOW_MS,
    by: { kind: "till", till: "till_1", location: "loc_1", key: "key_1", staff: "stf_1" },
    request_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    program: 1,
    entries: [
      {
        unit: "points",
        lot: { bucket: "available", class: "earned", expires_on: null, opens_on: null },
        delta: 12,
        after: 12,
        why,
      },
    ],
    type: "sale",
    sale: {
      receipt: "R1",
      register: null,
      business_date: TODAY,
      occurred_at_ms: NOW_MS,
      currency: "EUR",
      total: 1250,
      lines: [line("a", 1250)],
      tender: [{ kind: "card", amount: 1250 }],
      card_no: 1,
      backfilled: false,
      gross_up: 0,
    },
    frozen: { program: 1, remainders: {} },
    outcomes: [{ unit: "points", rule: "ear_spend", amount: 12, remainder, fact: why }],
    remainders: [{ rule: "ear_spend", ...remainder }],
    captures: [],
    warnings: [],
  });
});

describe("what a sale earns and warns of", () => {
  const table: [what: string, command: SaleCommand, points: number, warnings: SaleWarning[]][] = [
    ["nothing paid", sale(0), 0, []],
    ["without lines: the total", sale(1250), 12, []],
    ["lines that add up", sale([line("a", 1250)]), 12, []],
    [
      "a total above its lines",
      sale([line("a", 1000)], { total: 1250 }),
      12,
      [{ code: "total_differs", difference: 250 }],
    ],
    [
      "a total below its lines",
      sale([line("a", 1250)], { total: 1000 }),
      10,
      [{ code: "total_differs", difference: -250 }],
    ],
    ["a negative total", sale([line("a", 500), line("d", -800, { kind: "discount" })]), 0, []],
    [
      "a foreign currency is kept and earns nothing",
      sale(1250, { currency: "USD" }),
      0,
      [{ code: "foreign_currency", currency: "USD" }],
    ],
    ["a time that was clamped", sale(1250, { clamped: true }), 12, [{ code: "occurred_at_clamped" }]],
    [
      "everything at once",
      sale([line("a", 1)], { total: 2, currency: "USD", clamped: true }),
      0,
      [
        { code: "occurred_at_clamped" },
        { code: "foreign_currency", currency: "USD" },
        { code: "total_differs", difference: 1 },
      ],
    ],
  ];
  test.each(table)("%s", (_what, command, points, warnings) => {
    const ledger = ledgerOf();
    expect(sold(ledger, command).warnings).toEqual(warnings);
    expect(ledger.available()).toBe(points);
  });
});

test("a sale in a foreign currency leaves every remainder alone", () => {
  const ledger = ledgerOf();
  ledger.must(sale(150));
  expect(sold(ledger, sale(250, { receipt: "R2", currency: "USD" }))).toMatchObject({ outcomes: [], remainders: [] });
  expect(ledger.remainder()).toBe(50);
});

test("two sales of half a point make one", () => {
  const ledger = ledgerOf();
  ledger.must(sale(50, { receipt: "R1" }));
  ledger.must(sale(50, { receipt: "R2" }));
  expect([ledger.available(), ledger.remainder()]).toEqual([1, 0]);
});

test("a fraction carries over into a version with another rate", () => {
  const ledger = ledgerOf();
  ledger.must(sale(50, { receipt: "R1" }));
  ledger.publish(program({ earning: [spendRule({ per: 200 })] }, 2));
  ledger.must(sale(100, { receipt: "R2" }));
  expect([ledger.available(), ledger.remainder()]).toEqual([1, 0]);
});

test("a late sale is judged by the version in force when it occurred", () => {
  const ledger = ledgerOf();
  ledger.publish(program({ earning: [spendRule({ give: 5 })] }, 2));
  ledger.must(sale(100, { receipt: "R1" }), { version: 1 });
  expect(ledger.available()).toBe(1);
  ledger.must(sale(100, { receipt: "R2" }), { version: 2 });
  expect(ledger.available()).toBe(6);
});

test("points and stamps stand in one booking", () => {
  const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
  const ledger = ledgerOf({ stamp_cards: [coffee.card], rewards: [coffee.full] });
  const body = sold(ledger, sale([units("latte", 2, 700)]));
  expect(body.entries.map(({ unit, delta }) => [unit, delta])).toEqual([
    ["points", 7],
    ["stamps:stc_coffee", 2],
  ]);
});

describe("the card that is shown", () => {
  test.each([
    ["its own", 1, null],
    ["none", null, null],
    ["one it never had", 2, { code: "card_unknown", card_no: 2 }],
  ])("%s", (_what, card_no, refusal) => {
    const run = ledgerOf().run(sale(100, { card_no }));
    expect(run.ok ? null : run.error).toEqual(refusal);
  });

  test("a blocked one is refused, and the refusal is kept", () => {
    const ledger = ledgerOf();
    ledger.must({ type: "block_card", card_no: 1 });
    expect(ledger.refuses(sale(100, { card_no: 1 }))).toEqual({ code: "card_blocked", card_no: 1 });
    expect(ledger.bodies.at(-1)).toMatchObject({ type: "refused", refusal: { code: "card_blocked" }, entries: [] });
    ledger.must(sale(100));
  });
});

describe("a natural key", () => {
  test("differs by receipt, day, till and register", () => {
    const ledger = ledgerOf();
    ledger.must(sale(100));
    ledger.must(sale(100, { receipt: "R2" }));
    ledger.must(sale(100, { business_date: "2026-06-17" }));
    ledger.must(sale(100, { register: "2" }));
    ledger.must(sale(100), { till: "till_2" });
    expect(() => ledger.run(sale(100))).toThrow("natural key sale|R1|2026-06-16|till_1| is taken");
    expect(ledger.available()).toBe(5);
  });

  test("is not taken by a refusal", () => {
    const ledger = ledgerOf();
    ledger.must({ type: "block_card", card_no: 1 });
    ledger.refuses(sale(100, { card_no: 1 }));
    ledger.must(sale(100));
    expect(ledger.available()).toBe(1);
  });
});

describe("holds in a sale", () => {
  function held(changes: Partial<ProgramInput> = {}): Ledger {
    const ledger = ledgerOf({ rewards: [reward()], ...changes });
    ledger.must(adjust(25));
    ledger.must(holdOf("rew_coffee"));
    return ledger;
  }

  test("are captured in the same booking, and the sale earns on what was paid", () => {
    const ledger = held();
    const body = sold(ledger, sale(1000, { holds: [3] }));
    expect(body.entries.map(({ delta, lot, why }) => [delta, lot.bucket, why.code])).toEqual([
      [-10, "held", "redeemed"],
      [10, "available", "earned_spend"],
    ]);
    expect(body.captures).toMatchObject([{ hold: 3, reward: "rew_coffee", effect: { discount: 300, final: true } }]);
    expect([ledger.available(), ledger.held()]).toEqual([25, 0]);
  });

  test("named twice are captured once", () => {
    const ledger = held();
    expect(sold(ledger, sale(1000, { holds: [3, 3] })).captures).toHaveLength(1);
  });

  test("several are captured together", () => {
    const ledger = held();
    ledger.must(holdOf("rew_coffee"));
    ledger.must(sale(1000, { holds: [3, 4] }));
    expect([ledger.available(), ledger.held()]).toEqual([15, 0]);
  });

  test("that fit no line are redeemed all the same, with a warning", () => {
    const ledger = held();
    const body = sold(ledger, sale([line("tip", 500, { kind: "tip" })], { holds: [3] }));
    expect(body.warnings).toEqual([{ code: "effect_not_in_basket", hold: 3 }]);
    expect(ledger.held()).toBe(0);
  });

  test("that knew their basket keep the effect they were promised", () => {
    const ledger = held();
    ledger.must(holdOf("rew_coffee", { lines: [line("a", 200)] }));
    expect(sold(ledger, sale(1000, { holds: [4] })).captures).toMatchObject([{ effect: { discount: 200 } }]);
  });

  test("earn on the price before the reward when the programme says gross", () => {
    const ledger = held({ earn_on: "gross" });
    const body = sold(ledger, sale([line("a", 700)], { holds: [3] }));
    expect(body.sale.gross_up).toBe(300);
    expect(ledger.available()).toBe(15 + 10);
  });

  test("earn on what was paid when it says net_paid", () => {
    const ledger = held({ earn_on: "net_paid" });
    expect(sold(ledger, sale([line("a", 700)], { holds: [3] })).sale.gross_up).toBe(0);
    expect(ledger.available()).toBe(15 + 7);
  });

  test("whose reward is gone from the programme still give the amount they named", () => {
    const ledger = held();
    ledger.publish(program({}, 2));
    expect(sold(ledger, sale(200, { holds: [3] })).captures).toMatchObject([
      { effect: { discount: 200, final: true } },
    ]);
  });
});
