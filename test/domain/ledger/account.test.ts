import { describe, expect, test } from "vitest";
import type { AdjustmentCommand } from "../../../src/domain/ledger/command.ts";
import { foldBookings } from "../../../src/domain/ledger/fold.ts";
import { brokenInvariants } from "../../../src/domain/ledger/invariants.ts";
import { addToLots, bySpendOrder, type Lot, PLAIN_LOT, takeFrom } from "../../../src/domain/ledger/lot.ts";
import type { Refusal } from "../../../src/domain/ledger/refusal.ts";
import type { AccountState } from "../../../src/domain/ledger/state.ts";
import { rewardsOf, walletOf } from "../../../src/domain/ledger/view.ts";
import { NOW_MS } from "../support/clock.ts";
import { adjust, holdOf, line, receipt, refund, sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, program, reward, stampCard } from "../support/program.ts";

const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
const withStamps = program({ stamp_cards: [coffee.card], rewards: [coffee.full, reward({ id: "rew_points" })] });

describe("an adjustment", () => {
  const short = (needed: number, available: number): Refusal => ({
    code: "insufficient_balance",
    unit: "points",
    needed,
    available,
  });
  const table: [what: string, command: AdjustmentCommand, points: number, refusal: Refusal | null][] = [
    ["of one more", adjust(1), 11, null],
    ["of nothing", adjust(0), 10, null],
    ["of one less", adjust(-1), 9, null],
    ["down to zero", adjust(-10), 0, null],
    ["below zero", adjust(-11), 10, short(11, 10)],
    ["of the most there is", adjust(1_000_000_000), 1_000_000_010, null],
    ["as an opening balance", adjust(5, { type: "opening" }), 15, null],
    [
      "of a unit that does not exist",
      adjust(1, { unit: "stamps:stc_x" }),
      10,
      { code: "unit_unknown", unit: "stamps:stc_x" },
    ],
    ["with a card it never had", adjust(1, { card_no: 9 }), 10, { code: "card_unknown", card_no: 9 }],
  ];
  test.each(table)("%s", (_what, command, points, refusal) => {
    const ledger = new Ledger(program());
    ledger.must(adjust(10));
    const run = ledger.run(command);
    expect(run.ok ? null : run.error).toEqual(refusal);
    expect(ledger.available()).toBe(points);
  });

  test("cannot take what is held", () => {
    const ledger = new Ledger(program({ rewards: [reward()] }));
    ledger.must(adjust(15));
    ledger.must(holdOf("rew_coffee"));
    expect(ledger.refuses(adjust(-6))).toEqual(short(6, 5));
  });

  test("of stamps leaves points alone", () => {
    const ledger = new Ledger(withStamps);
    ledger.must(adjust(3, { unit: "stamps:stc_coffee" }));
    expect(ledger.balances()).toEqual({ "stamps:stc_coffee": 3 });
  });
});

describe("cards", () => {
  const plastic = { type: "issue_card", card_kind: "plastic", replaces: null } as const;

  test("an account is born with one; others follow in number", () => {
    const ledger = new Ledger(program());
    expect(ledger.must(plastic)).toMatchObject({ type: "card_issued", card_no: 2, card_kind: "plastic" });
    expect(ledger.must({ ...plastic, card_kind: "digital" })).toMatchObject({ card_no: 3 });
    expect(Object.values(ledger.state.cards)).toEqual([
      { card_no: 1, kind: "digital", state: "active", issued_at_ms: NOW_MS, booking: 1 },
      { card_no: 2, kind: "plastic", state: "active", issued_at_ms: NOW_MS, booking: 2 },
      { card_no: 3, kind: "digital", state: "active", issued_at_ms: NOW_MS, booking: 3 },
    ]);
  });

  test("an account that is not a member's is born without", () => {
    const ledger = new Ledger(program(), "bearer");
    expect(ledger.state).toMatchObject({ account_kind: "bearer", cards: {} });
    expect(ledger.must(plastic)).toMatchObject({ card_no: 1 });
  });

  test("a replaced card is blocked, the balance stays, and the new card works", () => {
    const ledger = new Ledger(program());
    ledger.must(sale(500, { card_no: 1 }));
    ledger.must({ ...plastic, replaces: 1 });
    expect(ledger.refuses(sale(500, { receipt: "R2", card_no: 1 }))).toEqual({ code: "card_blocked", card_no: 1 });
    ledger.must(sale(500, { receipt: "R3", card_no: 2 }));
    expect(ledger.available()).toBe(10);
  });

  test("a blocked card may be replaced, and blocking it again changes nothing", () => {
    const ledger = new Ledger(program());
    ledger.must({ type: "block_card", card_no: 1 });
    ledger.must({ type: "block_card", card_no: 1 });
    ledger.must({ ...plastic, replaces: 1 });
    expect(Object.values(ledger.state.cards).map(({ state }) => state)).toEqual(["blocked", "active"]);
  });

  test.each([
    ["blocking", { type: "block_card", card_no: 9 }],
    ["replacing", { type: "issue_card", card_kind: "digital", replaces: 9 }],
  ] as const)("%s a card it never had is refused", (_what, command) => {
    expect(new Ledger(program()).refuses(command)).toEqual({ code: "card_unknown", card_no: 9 });
  });

  test("the hundredth card is the last", () => {
    const ledger = new Ledger(program());
    for (let count = 1; count < 100; count += 1) ledger.must(plastic);
    expect(ledger.refuses(plastic)).toEqual({ code: "too_many_cards", max: 100 });
  });

  test("a blocked card holds and adjusts nothing, but a hold of before can still be cancelled", () => {
    const ledger = new Ledger(program({ rewards: [reward()] }));
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_coffee"));
    ledger.must({ type: "block_card", card_no: 1 });
    expect(ledger.refuses(holdOf("rew_coffee", { card_no: 1 })).code).toBe("card_blocked");
    expect(ledger.refuses(adjust(1, { card_no: 1 })).code).toBe("card_blocked");
    ledger.must({ type: "cancel", hold: 3 });
    expect(ledger.available()).toBe(10);
  });
});

describe("erasing", () => {
  test("leaves a tombstone, and the sums stay", () => {
    const ledger = new Ledger(program());
    ledger.must(sale(500));
    expect(ledger.must({ type: "erase" })).toMatchObject({ type: "erased", entries: [] });
    expect(ledger.state.tombstone).toEqual({ kind: "erased" });
    expect(ledger.available()).toBe(5);
  });
});

describe("the wallet and the rewards", () => {
  test("show every unit of the programme, then what earlier versions left", () => {
    const ledger = new Ledger(withStamps);
    ledger.must(sale([units("latte", 2, 700)]));
    ledger.publish(program({}, 2));
    const balance = { pending: 0, held: 0, expiring: [] };
    expect(walletOf(ledger.state, withStamps, 0).balances).toEqual([
      { unit: "points", kind: "points", name: { nl: "punten", en: "points" }, available: 7, of: null, ...balance },
      {
        unit: "stamps:stc_coffee",
        kind: "stamps",
        name: { nl: "coffeekaart", en: "coffee card" },
        available: 2,
        of: 10,
        ...balance,
      },
    ]);
    expect(walletOf(ledger.state, program({}, 2), 0).balances.map(({ unit, kind, of }) => [unit, kind, of])).toEqual([
      ["points", "points", null],
      ["stamps:stc_coffee", "stamps", null],
    ]);
  });

  test("an empty account has its units at zero and no others", () => {
    const { state } = new Ledger(withStamps);
    expect(walletOf(state, program({}, 2), 0).balances).toMatchObject([{ unit: "points", available: 0 }]);
  });

  test("rewards: what can be had, dearest first; then what is nearest", () => {
    const costs: [id: string, amount: number][] = [
      ["rew_a", 5],
      ["rew_b", 10],
      ["rew_c", 11],
      ["rew_d", 100],
      ["rew_e", 20],
    ];
    const offered = program({
      rewards: costs.map(([id, amount]) => reward({ id, cost: { unit: "points", amount } })),
    });
    const ledger = new Ledger(offered);
    ledger.must(adjust(10));
    expect(
      rewardsOf(ledger.state, offered, NOW_MS).map(({ id, affordable, missing }) => [id, affordable, missing]),
    ).toEqual([
      ["rew_b", true, 0],
      ["rew_a", true, 0],
      ["rew_c", false, 1],
      ["rew_e", false, 10],
      ["rew_d", false, 90],
    ]);
  });
});

describe("lots", () => {
  const lot = (amount: number, changes: Partial<Lot> = {}): Lot => ({ ...PLAIN_LOT, amount, ...changes });
  const early = { expires_on: "2026-07-01" };
  const late = { expires_on: "2026-08-01" };

  test("are spent soonest expiry first, then granted before earned, those without expiry last; paid ones after all others", () => {
    const lots = [
      lot(1, { class: "paid" }),
      lot(2),
      lot(3, { class: "granted" }),
      lot(4, late),
      lot(5, { ...early, class: "paid" }),
      lot(6, { ...early, class: "granted" }),
    ];
    expect(lots.toSorted(bySpendOrder).map(({ amount }) => amount)).toEqual([6, 4, 3, 2, 5, 1]);
  });

  test.each([
    ["nothing", 0, []],
    ["a part of the first", 2, [2]],
    ["exactly the first", 3, [3]],
    ["the first and a part of the next", 5, [3, 2]],
    ["all", 10, [3, 7]],
    ["more than there is", 11, [3, 7]],
  ])("%s is taken", (_what, amount, parts) => {
    expect(takeFrom([lot(3, early), lot(7)], amount).map((part) => part.amount)).toEqual(parts);
  });

  test("with equal keys are one lot, and one that reaches zero is gone", () => {
    const one = addToLots(addToLots([], PLAIN_LOT, 3), PLAIN_LOT, 4);
    expect(one).toEqual([lot(7)]);
    expect(addToLots(one, PLAIN_LOT, -7)).toEqual([]);
  });

  test.each([
    ["an earned lot below zero", lot(0), -1],
    ["a debt above zero", lot(0, { class: "debt" }), 1],
    ["an amount that is no longer exact", lot(0), 2 ** 53],
  ])("%s is a bug", (_what, key, delta) => {
    expect(() => addToLots([], key, delta)).toThrow(/cannot hold|not a safe integer/);
  });
});

describe("a broken ledger is noticed on read", () => {
  function rows() {
    const ledger = new Ledger(program({ rewards: [reward()] }));
    ledger.must(adjust(20));
    ledger.must(holdOf("rew_coffee"));
    ledger.must({ type: "capture", hold: 3 });
    return ledger.bodies;
  }
  test("unharmed it folds", () => {
    expect(foldBookings(null, rows())?.seq).toBe(4);
  });

  const table: [what: string, bodies: () => ReturnType<typeof rows>, message: string][] = [
    ["a booking is missing", () => rows().filter(({ seq }) => seq !== 2), "booking 3 does not follow 1"],
    ["the first is missing", () => rows().slice(1), "booking 2 does not follow 0"],
    ["a booking stands twice", () => rows().flatMap((body) => [body, body]), "booking 1 does not follow 1"],
    [
      "it does not begin with its opening",
      () =>
        rows()
          .slice(1)
          .map((body, index) => ({ ...body, seq: index + 1 })),
      "begins with one opened booking",
    ],
    ["time runs backwards", () => rows().map((body) => ({ ...body, at_ms: NOW_MS - body.seq })), "go back in time"],
    [
      "an amount was changed",
      () =>
        rows().map((body) => ({
          ...body,
          entries: body.entries.map((entry) => ({ ...entry, delta: entry.delta * 2 })),
        })),
      "remain, the lots say otherwise",
    ],
    [
      "an entry moves nothing",
      () => rows().map((body) => ({ ...body, entries: body.entries.map((entry) => ({ ...entry, delta: 0 })) })),
      "an entry moves something",
    ],
    [
      "a hold is resolved twice",
      () => [
        ...rows(),
        ...rows()
          .slice(3)
          .map((body) => ({ ...body, seq: 5, entries: [] })),
      ],
      "hold 3 is resolved twice",
    ],
  ];
  test.each(table)("%s", (_what, bodies, message) => {
    expect(() => foldBookings(null, bodies())).toThrow(message);
  });

  test("a state that contradicts itself says how", () => {
    const ledger = new Ledger(program({ rewards: [reward()] }));
    ledger.must(adjust(20));
    ledger.must(holdOf("rew_coffee"));
    const lot = { ...PLAIN_LOT, amount: 0 };
    const lifetime = { added: 0, spent: 0, returned: 0, expired: 0 };
    const empty: AccountState = { ...ledger.state, holds: {} };
    expect(brokenInvariants(ledger.state)).toEqual([]);
    expect(brokenInvariants(empty)).toEqual(["points holds 10, its open holds 0"]);
    const doubled = { lots: [lot, lot], lifetime };
    expect(brokenInvariants({ ...empty, units: { points: doubled } })).toEqual([
      "points has a lot of 0",
      "points has a lot of 0",
      "points has a lot twice",
    ]);
    const unordered = {
      lots: [
        { ...lot, amount: 1 },
        { ...lot, amount: 1, expires_on: "2026-07-01" },
      ],
      lifetime,
    };
    expect(brokenInvariants({ ...empty, units: { points: unordered } })).toEqual(["points has lots out of order"]);
  });
});

test("sums over life keep what was added, spent and taken back apart", () => {
  const ledger = new Ledger(program({ rewards: [reward()] }));
  ledger.must(adjust(20));
  ledger.must(sale([line("a", 500), line("b", 700)], { receipt: "R1" }));
  ledger.must(holdOf("rew_coffee"));
  ledger.must({ type: "cancel", hold: 4 });
  ledger.must(holdOf("rew_coffee"));
  ledger.must(sale(100, { receipt: "R2", holds: [6] }));
  ledger.must(refund(receipt("R1"), 700));
  expect(ledger.state.units["points"]?.lifetime).toEqual({ added: 33, spent: 10, returned: 7, expired: 0 });
  ledger.must(refund(receipt("R2"), "all", "T2"));
  expect(ledger.state.units["points"]?.lifetime).toEqual({ added: 33, spent: 0, returned: 8, expired: 0 });
});
