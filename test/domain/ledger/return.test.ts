import { describe, expect, test } from "vitest";
import type { ReturnCommand, SaleCommand } from "../../../src/domain/ledger/command.ts";
import type { Refusal } from "../../../src/domain/ledger/refusal.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import {
  adjust,
  type Back,
  byLine,
  bySku,
  holdOf,
  line,
  receipt,
  refund,
  request,
  sale,
  units,
} from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import {
  categoryRule,
  itemRule,
  type ProgramInput,
  program,
  reward,
  spendRule,
  visitRule,
} from "../support/program.ts";

function ledgerOf(changes: Partial<ProgramInput> = {}): Ledger {
  return new Ledger(program({ rewards: [reward()], ...changes }));
}

/** The return's booking, which the types know to be one. */
function returned(ledger: Ledger, command: ReturnCommand) {
  const body = ledger.must(command);
  if (body.type !== "return") throw new Error("not a return");
  return body;
}

/** Two coffees on a line, a cake, another coffee of the same sku, a discount on all of it. */
const coffees = units("coffee", 2, 700);
const cake = line("cake", 450, { sku: "cake" });
const lastCoffee = line("coffee-2", 350, { sku: "coffee" });
const three = [coffees, cake, lastCoffee];

describe("what comes back, in money and in points", () => {
  const table: [what: string, lines: BasketLine[], back: Back, amount: number, points: number, full: boolean][] = [
    ["the whole sale", three, "all", 1500, 0, true],
    ["nothing, by amount", three, 0, 0, 15, false],
    ["one cent: a point, because the rest no longer makes fifteen", three, 1, 1, 14, false],
    ["exactly a euro", three, 100, 100, 14, false],
    ["the whole amount is the whole sale", three, 1500, 1500, 0, true],
    ["one line", three, [byLine("cake")], 450, 10, false],
    ["one of two units on a line", three, [byLine("coffee", 1)], 350, 11, false],
    ["half a unit", three, [byLine("coffee", 0.5)], 175, 13, false],
    ["two lines at once", three, [byLine("cake"), byLine("coffee-2")], 800, 7, false],
    ["every line is the whole sale", three, [byLine("cake"), byLine("coffee-2"), byLine("coffee")], 1500, 0, true],
    ["by sku one: the newest line", three, [bySku("coffee", 1)], 350, 11, false],
    ["by sku two: the newest line and one before it", three, [bySku("coffee", 2)], 700, 8, false],
    ["by sku without a quantity: all of it", three, [bySku("coffee")], 1050, 4, false],
    ["one line for less than it cost", three, [byLine("coffee", 1, 100)], 100, 14, false],
    ["one unit for more than its share", three, [byLine("coffee", 1, 500)], 500, 10, false],
    ["a price reduction on one line", three, [byLine("cake", null, 150)], 150, 13, false],
    ["a price reduction to nothing leaves the line bought", three, [byLine("cake", null, 450)], 450, 10, false],
    ["by sku for a price that spans two lines", three, [bySku("coffee", 2, 700)], 700, 8, false],
    ["by sku for less, over two lines", three, [bySku("coffee", 3, 1000)], 1000, 4, false],
    ["a price reduction by sku that spans two lines", three, [bySku("coffee", null, 500)], 500, 10, false],
    [
      "by sku the goods, and not a discount that has the sku too",
      [coffees, line("d", -100, { sku: "coffee", kind: "discount" })],
      [bySku("coffee", 2, 600)],
      600,
      8,
      false,
    ],
    ["a bare amount without lines", [], 500, 500, 10, false],
  ];
  test.each(table)("%s", (_what, lines, back, amount, points, full) => {
    const ledger = ledgerOf();
    ledger.must(sale(lines, { total: 1500 }));
    const body = returned(ledger, refund(2, back));
    expect({ amount: body.amount, points: ledger.available(), full: body.full }).toEqual({ amount, points, full });
  });
});

describe("which line comes back by sku", () => {
  const table: [what: string, asks: Back[], lines: [line: string, milli: number][]][] = [
    ["the newest first", [[bySku("coffee", 1)]], [["coffee-2", 1000]]],
    ["then the one before, when the newest is gone", [[bySku("coffee", 1)], [bySku("coffee", 1)]], [["coffee", 1000]]],
    [
      "over two lines",
      [[bySku("coffee", 2)]],
      [
        ["coffee-2", 1000],
        ["coffee", 1000],
      ],
    ],
    ["the newest that is unreturned", [[byLine("coffee-2")], [bySku("coffee", 1)]], [["coffee", 1000]]],
    ["a part of a unit", [[bySku("coffee", 0.25)]], [["coffee-2", 250]]],
  ];
  test.each(table)("%s", (_what, asks, lines) => {
    const ledger = ledgerOf();
    ledger.must(sale(three));
    const bodies = asks.map((back, index) => returned(ledger, refund(2, back, `T${index}`)));
    expect(bodies.at(-1)?.lines.map((piece) => [piece.line, piece.quantity_milli])).toEqual(lines);
  });
});

describe("a return is refused", () => {
  const exceeds = (name: string | null, left: string): Refusal => ({ code: "return_exceeds_sale", line: name, left });
  const table: [what: string, before: Back[], back: Back, refusal: Refusal][] = [
    ["for a line that was not sold", [], [byLine("tea")], { code: "line_unknown", line: "tea" }],
    ["for a sku that was not sold", [], [bySku("tea")], { code: "line_unknown", line: "tea" }],
    ["for a cent more than was paid", [], 1501, exceeds(null, "1500")],
    ["for a cent more than is left", [1000], 501, exceeds(null, "500")],
    ["for more units than were sold", [], [byLine("coffee", 3)], exceeds("coffee", "2")],
    ["for more units than are left", [[byLine("coffee", 1)]], [byLine("coffee", 2)], exceeds("coffee", "1")],
    ["for more units of a sku than are left", [[byLine("cake")]], [bySku("coffee", 4)], exceeds("coffee", "3")],
    ["for a line that has come back", [[byLine("cake")]], [byLine("cake")], exceeds("cake", "0")],
    ["for the same line twice at once", [], [byLine("cake"), byLine("cake")], exceeds("cake", "0")],
    ["for more than the line cost", [], [byLine("cake", 1, 451)], exceeds("cake", "450")],
    ["for more than the lines of a sku cost", [], [bySku("coffee", null, 1051)], exceeds("coffee", "1050")],
    ["for a sale that has come back whole", ["all"], "all", { code: "already_returned" }],
    ["for a line of a sale that has come back by amount", [1500], [byLine("cake")], { code: "already_returned" }],
    ["for nothing of a sale that has come back whole", ["all"], 0, { code: "already_returned" }],
  ];
  test.each(table)("%s", (_what, before, back, refusal) => {
    const ledger = ledgerOf();
    ledger.must(sale(three));
    before.forEach((earlier, index) => ledger.must(refund(2, earlier, `B${index}`)));
    expect(ledger.refuses(refund(2, back))).toEqual(refusal);
  });

  test.each([
    ["that is not a sale", 1],
    ["that does not exist", 99],
  ])("of a booking %s", (_what, seq) => {
    expect(ledgerOf().refuses(refund(seq, "all"))).toEqual({ code: "sale_unknown" });
  });
});

describe("money never comes back beyond what was paid", () => {
  const discount = line("d", -500, { kind: "discount" });
  const table: [what: string, lines: BasketLine[], backs: Back[], amounts: number[]][] = [
    ["lines, one after the other", three, [[byLine("cake")], [byLine("coffee")], "all"], [450, 700, 350]],
    ["amounts, then the rest", three, [600, 600, "all"], [600, 600, 300]],
    ["an amount, then a line that costs more than is left", three, [1400, [byLine("coffee")], "all"], [1400, 100, 0]],
    ["lines under a discount on all", [...three, discount], [[byLine("coffee")], "all"], [700, 300]],
    [
      "each line under a discount on all",
      [...three, discount],
      [[byLine("coffee")], [byLine("cake")], [byLine("coffee-2")]],
      [700, 300, 0],
    ],
    [
      "a line, then its reduction is no longer possible in full",
      three,
      [[byLine("cake", null, 400)], [byLine("cake")]],
      [400, 50],
    ],
  ];
  test.each(table)("%s", (_what, lines, backs, amounts) => {
    const ledger = ledgerOf();
    ledger.must(sale(lines));
    const bodies = backs.map((back, index) => returned(ledger, refund(2, back, `T${index}`)));
    expect(bodies.map((body) => body.amount)).toEqual(amounts);
  });
});

describe("the kept basket earns by the sale's own rules", () => {
  const table: [what: string, earning: ProgramInput["earning"], lines: BasketLine[], back: Back, points: number][] = [
    ["a visit is kept while something is kept", [visitRule({ give: 5 })], three, [byLine("cake")], 5],
    ["a visit is lost below its minimum", [visitRule({ minimum_spend: 1100 })], three, [byLine("cake")], 0],
    ["a visit is kept at its minimum", [visitRule({ minimum_spend: 1050 })], three, [byLine("cake")], 1],
    ["each item loses its own", [itemRule({ skus: ["coffee"] })], three, [bySku("coffee", 1)], 2],
    ["another item loses nothing", [itemRule({ skus: ["coffee"] })], three, [byLine("cake")], 3],
    ["an amount takes no item away", [itemRule({ skus: ["coffee"] })], three, 1400, 3],
    [
      "the next best rule takes over",
      [spendRule(), itemRule({ skus: ["coffee"], give: 4 })],
      three,
      [byLine("cake"), byLine("coffee", 1)],
      8,
    ],
    [
      "what never earned takes nothing",
      [spendRule()],
      [line("a", 1000), line("tip", 500, { kind: "tip" })],
      [byLine("tip")],
      10,
    ],
    [
      "a discount on all weighs on what is kept",
      [spendRule()],
      [line("a", 1000), line("b", 1000), line("d", -500, { kind: "discount" })],
      [byLine("b")],
      5,
    ],
    [
      "giving a discount back earns nothing more",
      [spendRule()],
      [line("a", 1050), line("d", -100, { kind: "discount" })],
      [byLine("d")],
      9,
    ],
    ["a category", [categoryRule()], [units("a", 3, 900, { category: "coffee" })], [byLine("a", 1)], 2],
  ];
  test.each(table)("%s", (_what, earning, lines, back, points) => {
    const ledger = ledgerOf({ earning });
    ledger.must(sale(lines));
    ledger.must(refund(2, back));
    expect(ledger.available()).toBe(points);
  });

  test("giving a discount back adds nothing to the fraction that carries over either", () => {
    const ledger = ledgerOf();
    ledger.must(sale([line("a", 1090), line("d", -80, { kind: "discount" })]));
    ledger.must(refund(2, [byLine("d")]));
    expect([ledger.available(), ledger.remainder()]).toEqual([10, 10]);
  });

  test("of the version that sold, even when the rate has changed since", () => {
    const ledger = ledgerOf();
    ledger.must(sale(1000));
    ledger.publish(program({ earning: [spendRule({ give: 2 })] }, 2));
    ledger.must(refund(2, 500));
    expect(ledger.available()).toBe(5);
  });

  test("a version that is not at hand is asked for, and nothing is written", () => {
    const ledger = ledgerOf();
    ledger.must(sale(1000));
    ledger.publish(program({}, 2));
    ledger.programs.delete(1);
    expect(ledger.refuses(refund(2, 500))).toEqual({ code: "need_program", version: 1 });
    expect(ledger.rows).toHaveLength(2);
  });

  test("the fraction of the sale goes with it, below zero when a later sale has used it", () => {
    const ledger = ledgerOf();
    ledger.must(sale(150, { receipt: "R1" }));
    ledger.must(sale(50, { receipt: "R2" }));
    ledger.must(refund(2, "all"));
    expect([ledger.available(), ledger.remainder()]).toEqual([1, -50]);
    ledger.must(sale(149, { receipt: "R3" }));
    expect([ledger.available(), ledger.remainder()]).toEqual([1, 99]);
  });

  test("many small returns leave the same fraction as one large one after the rate has changed", () => {
    const fractions = [[30], [10, 10, 10], [7, 7, 7, 9]].map((amounts) => {
      const ledger = ledgerOf();
      ledger.must(sale(50, { receipt: "R1" }));
      ledger.publish(program({ earning: [spendRule({ per: 155 })] }, 2));
      ledger.must(sale(1, { receipt: "R2" }));
      amounts.forEach((amount, index) => ledger.must(refund(2, amount, `T${index}`)));
      return ledger.remainder();
    });
    expect(fractions).toEqual([fractions[0], fractions[0], fractions[0]]);
  });
});

describe("points that are already spent", () => {
  test("are written off, and the balance stays at zero", () => {
    const ledger = ledgerOf();
    ledger.must(sale(1500));
    ledger.must(adjust(-12));
    const body = returned(ledger, refund(2, "all"));
    expect(body.written_off).toEqual([{ unit: "points", amount: 12 }]);
    expect(body.entries.map(({ delta }) => delta)).toEqual([-3]);
    expect(ledger.available()).toBe(0);
  });

  test("all of them: the return has no entries", () => {
    const ledger = ledgerOf();
    ledger.must(sale(1500));
    ledger.must(adjust(-15));
    expect(returned(ledger, refund(2, "all"))).toMatchObject({ entries: [], full: true });
  });

  test("a later part is not written off again", () => {
    const ledger = ledgerOf();
    ledger.must(sale(1500));
    ledger.must(adjust(-15));
    ledger.must(refund(2, 500, "T1"));
    ledger.must(adjust(100));
    expect(returned(ledger, refund(2, 500, "T2"))).toMatchObject({ written_off: [] });
    expect(ledger.available()).toBe(95);
  });

  /** Seven points, of which `left` are not spent; without the tobacco the discount weighs on the coffee alone: five. */
  function discounted(left: number, backs: readonly Back[]): Ledger {
    const ledger = ledgerOf({ exclude: { categories: ["tobacco"] } });
    const tobacco = line("b", 1000, { category: "tobacco" });
    ledger.must(sale([line("a", 1000), tobacco, line("d", -500, { kind: "discount" })]));
    ledger.must(adjust(left - 7));
    backs.forEach((back, index) => ledger.must(refund(2, back, `T${index}`)));
    return ledger;
  }
  const [withoutTobacco, withoutDiscount] = [[byLine("b")], [byLine("d")]];

  test.each<[left: number, backs: Back[], points: number, writtenOff: number[]]>([
    [1, [[...withoutTobacco, ...withoutDiscount]], 1, [0]],
    [1, [withoutTobacco, withoutDiscount], 1, [1, -1]],
    [0, [withoutTobacco, withoutDiscount], 0, [2, -2]],
    [2, [withoutTobacco, withoutDiscount], 2, [0, 0]],
    [7, [withoutTobacco, withoutDiscount], 7, [0, 0]],
    [1, [withoutTobacco, withoutDiscount, [byLine("a", 0.5)]], 0, [1, -1, 1]],
    [1, [withoutTobacco, withoutDiscount, "all"], 0, [1, -1, 6]],
  ])(
    "with %i left, a smaller basket that earns again what a larger one lost gives back what was taken, %#",
    (...row) => {
      const [left, backs, points, writtenOff] = row;
      const ledger = discounted(left, backs);
      const lost = ledger.bodies.flatMap((body) =>
        body.type === "return" ? [body.written_off.reduce((sum, { amount }) => sum + amount, 0)] : [],
      );
      expect([ledger.available(), lost]).toEqual([points, writtenOff]);
    },
  );

  test("what is written off is asked again of the reward that comes back, and of nothing else", () => {
    const inParts = [[byLine("cake")], "all"] as const;
    const left = [["all"] as const, inParts].map((backs) => {
      const ledger = ledgerOf();
      ledger.must(adjust(10));
      ledger.must(holdOf("rew_coffee"));
      ledger.must(sale(three, { holds: [3] }));
      ledger.must(adjust(-14));
      backs.forEach((back, index) => ledger.must(refund(4, back, `T${index}`)));
      return ledger.available();
    });
    expect(left).toEqual([0, 0]);
  });

  test("points that are held are not free, and stay with the hold", () => {
    const ledger = ledgerOf();
    ledger.must(sale(1500));
    ledger.must(holdOf("rew_coffee"));
    expect(returned(ledger, refund(2, "all")).written_off).toEqual([{ unit: "points", amount: 10 }]);
    expect([ledger.available(), ledger.held()]).toEqual([0, 10]);
  });
});

describe("a sale that was paid with a reward", () => {
  function soldWithReward(): Ledger {
    const ledger = ledgerOf();
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_coffee"));
    ledger.must(sale(three, { holds: [3] }));
    return ledger;
  }

  test("gives the reward's points back when all of it comes back", () => {
    const ledger = soldWithReward();
    expect(ledger.available()).toBe(15);
    const body = returned(ledger, refund(4, "all"));
    expect(body.restored).toMatchObject([{ hold: 3, reward: "rew_coffee", parts: [{ amount: 10 }] }]);
    expect(ledger.available()).toBe(10);
  });

  test("gives them back with the last part, not before", () => {
    const ledger = soldWithReward();
    expect(returned(ledger, refund(4, [byLine("cake")], "T1")).restored).toEqual([]);
    expect(returned(ledger, refund(4, [byLine("coffee")], "T2")).restored).toEqual([]);
    expect(returned(ledger, refund(4, [byLine("coffee-2")], "T3")).restored).toHaveLength(1);
    expect(ledger.available()).toBe(10);
  });

  test("takes spent points from those that come back, before anything is written off", () => {
    const ledger = soldWithReward();
    ledger.must(adjust(-15));
    expect(returned(ledger, refund(4, "all")).written_off).toEqual([{ unit: "points", amount: 5 }]);
    expect(ledger.available()).toBe(0);
  });

  test("does not resolve the hold a second time", () => {
    const ledger = soldWithReward();
    ledger.must(refund(4, "all"));
    expect(ledger.refuses({ type: "cancel", hold: 3 })).toEqual({ code: "hold_captured", hold: 3 });
  });

  test("keeps its share of the gross price in what is kept", () => {
    const ledger = ledgerOf({ earn_on: "gross" });
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_coffee"));
    ledger.must(sale([line("a", 600), line("b", 600)], { holds: [3] }));
    expect(ledger.available()).toBe(15);
    ledger.must(refund(4, [byLine("b")]));
    expect(ledger.available()).toBe(7);
  });

  test.each([
    ["by what they cost", [line("a", 200), line("b", 100), line("off", -300, { kind: "discount" })]],
    ["alike where nothing cost anything", [line("a", 0, { quantity_milli: 2000 }), line("b", 0)]],
  ])("of a sale that a reward paid whole, lines keep their share of the gross price %s", (_what, lines) => {
    const ledger = ledgerOf({ earn_on: "gross" });
    ledger.must(adjust(10));
    ledger.must(holdOf("rew_coffee", { sale_total: 300 }));
    ledger.must(sale(lines, { holds: [3] }));
    expect(ledger.available()).toBe(3);
    ledger.must(refund(4, [byLine("b")], "T1"));
    expect(ledger.available()).toBe(2);
    ledger.must(refund(4, [byLine("a")], "T2"));
    expect(ledger.available()).toBe(10);
  });
});

test("a sale in a foreign currency comes back and moves nothing", () => {
  const ledger = ledgerOf();
  ledger.must(sale(1500, { currency: "USD" }));
  expect(returned(ledger, refund(2, "all"))).toMatchObject({ entries: [], outcomes: [], full: true, amount: 1500 });
});

describe("a sale is found by its receipt", () => {
  function twoDays(): Ledger {
    const ledger = ledgerOf();
    ledger.must(sale(100, { business_date: "2026-06-15" }));
    ledger.must(sale(200, { business_date: "2026-06-16" }), { till: "till_2" });
    return ledger;
  }
  const table: [what: string, wanted: Parameters<typeof receipt>[1], seq: number | null][] = [
    ["the newest when several fit", {}, 3],
    ["by day", { business_date: "2026-06-15" }, 2],
    ["by till", { tills: ["till_1"] }, 2],
    ["by any of some tills", { tills: ["till_1", "till_2"] }, 3],
    ["by no till", { tills: [] }, null],
    ["by another day", { business_date: "2026-06-14" }, null],
    ["by a register it does not have", { register: "1" }, null],
  ];
  test.each(table)("%s", (_what, wanted, seq) => {
    const body = twoDays().must(refund(receipt("R1", wanted), "all"));
    expect(body.type === "return" ? body.sale : null).toBe(seq);
    expect(body.type).toBe(seq === null ? "return_parked" : "return");
  });

  test("a full return frees the receipt, and the sale that takes it is the one that is meant", () => {
    const ledger = ledgerOf();
    ledger.must(sale(100));
    ledger.must(refund(2, "all"));
    ledger.must(sale(300));
    expect(returned(ledger, refund(receipt("R1"), "all", "T2")).sale).toBe(4);
    expect(ledger.available()).toBe(0);
  });

  test("a partial return does not free it", () => {
    const ledger = ledgerOf();
    ledger.must(sale(100));
    ledger.must(refund(2, 50));
    expect(() => ledger.run(sale(300))).toThrow("is taken");
  });
});

describe("a return before its sale", () => {
  const early = refund(receipt("R1"), 500);

  test("waits, changes nothing, and leaves its key for the real answer", () => {
    const ledger = ledgerOf();
    expect(ledger.must(early, { idem: "early" })).toMatchObject({
      type: "return_parked",
      entries: [],
      parked: { idem: "early", request: { total: 500 } },
    });
    ledger.must(sale(1500));
    expect(ledger.rows.map(({ idem, body }) => [idem, body.type]).slice(1)).toEqual([
      [null, "return_parked"],
      ["key 2", "sale"],
      ["early", "return"],
    ]);
  });

  test("is carried out when the sale arrives, in its name, after the sale's own answer", () => {
    const ledger = ledgerOf();
    const parked = ledger.must(early);
    const planned = ledger.run(sale(1500));
    expect(planned).toMatchObject({ ok: true, value: { answer: 0 } });
    expect(ledger.bodies.at(-1)).toMatchObject({
      type: "return",
      sale: 3,
      parked: 2,
      amount: 500,
      by: { kind: "system", job: "parked_return" },
      request_hash: parked.request_hash,
    });
    expect(ledger.available()).toBe(10);
    expect(ledger.state.parked).toEqual({});
  });

  test("waits on when another sale arrives", () => {
    const ledger = ledgerOf();
    ledger.must(early);
    ledger.must(sale(1500, { receipt: "R2" }));
    expect(ledger.available()).toBe(15);
    expect(Object.keys(ledger.state.parked)).toEqual(["2"]);
  });

  test("happens once, even when the receipt is used again", () => {
    const ledger = ledgerOf();
    ledger.must(early);
    ledger.must(sale(1500, { business_date: "2026-06-15" }));
    ledger.must(sale(1500));
    expect(ledger.available()).toBe(25);
  });

  test("several are carried out in order, each on what is left", () => {
    const ledger = ledgerOf();
    ledger.must(refund(receipt("R1"), 500, "T1"));
    ledger.must(refund(receipt("R1"), 500, "T2"));
    ledger.must(sale(1500));
    expect(ledger.available()).toBe(5);
    expect(ledger.state.parked).toEqual({});
  });

  test("under the same return id twice, because the sale was named in two ways, is carried out once", () => {
    const ledger = ledgerOf();
    ledger.must(early, { idem: "one" });
    ledger.must(refund(receipt("R1", { register: null, business_date: "2026-06-16" }), 500), { idem: "two" });
    ledger.must(sale(1500));
    expect(ledger.rows.slice(-2)).toMatchObject([
      { idem: "one", body: { type: "return" } },
      { idem: "two", body: { type: "refused", refusal: { code: "return_id_reused" } } },
    ]);
    expect([ledger.available(), ledger.state.parked]).toEqual([10, {}]);
  });

  test("that turns out impossible is refused under its own key, and waits no more", () => {
    const ledger = ledgerOf();
    ledger.must(refund(receipt("R1"), 2000), { idem: "early" });
    ledger.must(sale(1500));
    expect(ledger.rows.at(-1)).toMatchObject({
      idem: "early",
      body: { type: "refused", refusal: { code: "return_exceeds_sale", left: "1500" }, parked: 2 },
    });
    expect([ledger.available(), ledger.state.parked]).toEqual([15, {}]);
  });
});

describe("an exchange", () => {
  function exchange(back: Back, changes: Partial<SaleCommand> = {}, of = 2): SaleCommand {
    return sale(800, { receipt: "R2", exchange: [{ sale: of, request: request(back, "X1") }], ...changes });
  }

  test("books the return first, then the sale, which is the answer", () => {
    const ledger = ledgerOf();
    ledger.must(sale(three));
    const planned = ledger.run(exchange([byLine("cake")]));
    expect(planned.ok && planned.value.bookings.map(({ body }) => body.type)).toEqual(["return", "sale"]);
    expect(planned).toMatchObject({ value: { answer: 1 } });
    expect([ledger.available(), ledger.remainder()]).toEqual([18, 50]);
  });

  test("takes two parts of one sale", () => {
    const ledger = ledgerOf();
    ledger.must(sale(three));
    const two = [byLine("cake"), byLine("coffee")].map((back, at) => ({ sale: 2, request: request([back], `X${at}`) }));
    ledger.must(exchange("all", { exchange: two }));
    expect(ledger.available()).toBe(11);
  });

  test.each<[what: string, back: Back, of: number, changes: Partial<SaleCommand>, code: Refusal["code"]]>([
    ["of an unknown line", [byLine("tea")], 2, {}, "line_unknown"],
    ["of an unknown sale", "all", 1, {}, "sale_unknown"],
    ["of a good line with an unknown hold", [byLine("cake")], 2, { holds: [9] }, "hold_unknown"],
  ])("%s is refused whole", (_what, back, of, changes, code) => {
    const ledger = ledgerOf();
    ledger.must(sale(three));
    expect(ledger.refuses(exchange(back, changes, of)).code).toBe(code);
    expect(ledger.available()).toBe(15);
  });
});
