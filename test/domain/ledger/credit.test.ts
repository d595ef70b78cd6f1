import { describe, expect, test } from "vitest";
import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import { explainEntry, explainOutcome, explainWarning } from "../../../src/domain/ledger/explain.ts";
import { settle } from "../../../src/domain/ledger/due.ts";
import { walletOf } from "../../../src/domain/ledger/view.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import { DAY_MS } from "../support/clock.ts";
import { adjust, byLine, holdOf, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import {
  itemRule,
  program,
  type ProgramInput,
  programInput,
  reward,
  spendRule,
  stampCard,
} from "../support/program.ts";

const EUR = "credit:EUR";

type CreditInput = NonNullable<ProgramInput["credit"]>;

/** A programme with points and credit; nothing of the credit expires unless said otherwise. */
function account(credit: CreditInput = {}, changes: Partial<ProgramInput> = {}): Ledger {
  return new Ledger(program({ credit, ...changes }));
}

const topUp = (amount: number) => line("top", amount, { kind: "top_up" });

function credited(credit: CreditInput, amount: number, changes: Partial<ProgramInput> = {}): Ledger {
  const ledger = account(credit, changes);
  ledger.must(sale([topUp(amount)], { receipt: "T0" }));
  return ledger;
}

/** Holds credit and pays a sale with it; gives the sale's booking. */
function payWith(ledger: Ledger, amount: number, command: SaleCommand) {
  const hold = ledger.must(holdOf("", { ask: { unit: EUR, amount } }));
  const body = ledger.must({ ...command, holds: [...command.holds, hold.seq] });
  if (body.type !== "sale") throw new Error("not a sale");
  return body;
}

function credit(ledger: Ledger) {
  const { state } = settle(ledger.state, ledger.now_ms);
  const balance = walletOf(state, programOf(ledger), ledger.now_ms).balances.find(({ unit }) => unit === EUR);
  return [balance?.paid, balance?.granted, balance?.available, balance?.pending, balance?.held];
}

function programOf(ledger: Ledger) {
  const newest = ledger.programs.get(ledger.programs.size);
  if (newest === undefined) throw new Error("no programme");
  return newest;
}

describe("topping up", () => {
  test("gives paid credit and earns nothing, beside goods that do", () => {
    const ledger = account();
    const body = ledger.must(sale([line("l1", 400), topUp(5000)]));
    expect(credit(ledger)).toEqual([5000, 0, 5000, 0, 0]);
    expect(ledger.available()).toBe(4);
    expect(body).toMatchObject({ topped_up: { unit: EUR, paid: 5000, granted: 0 }, warnings: [] });
  });

  test.each([
    [2499, 0],
    [2500, 250],
    [4999, 499],
    [5000, 1000],
  ])("a bonus of 10%% from € 25 and 20%% from € 50: %i gives %i on top", (amount, bonus) => {
    const steps = [
      { from: 5000, percent: 20 },
      { from: 2500, percent: 10 },
    ];
    expect(credit(credited({ top_up_bonus: steps }, amount)).slice(0, 2)).toEqual([amount, bonus]);
  });

  test.each([
    ["of nobody", "no_member", () => new Ledger(program({ credit: {} }), "receipt"), {}],
    ["in dollars", "foreign_currency", () => account(), { currency: "USD" }],
    ["without credit in the programme", "no_credit", () => new Ledger(program()), {}],
  ] as const)("a top-up %s is booked, gives nothing and says so", (_what, reason, make, changes) => {
    const ledger = make();
    const body = ledger.must(sale([topUp(5000)], changes));
    expect(ledger.totals()).toEqual({});
    expect(body).toMatchObject({ warnings: expect.arrayContaining([{ code: "top_up_not_credited", reason }]) });
  });

  test("while the merchant pays nothing it is credited all the same, without bonus", () => {
    const ledger = account({ top_up_bonus: [{ from: 1, percent: 10 }] });
    ledger.must(sale([topUp(5000)], { earning_paused: true }));
    expect(credit(ledger).slice(0, 2)).toEqual([5000, 0]);
  });

  test("paid credit expires two years on at the earliest, to the day; 29 February becomes 28", () => {
    const ledger = account({ paid: { expiry: { kind: "rolling", after: { months: 24 } } } });
    const leap = Date.UTC(2028, 1, 29, 12);
    ledger.now_ms = leap;
    ledger.must(sale([topUp(100)], { occurred_at_ms: leap }));
    expect(ledger.state.units[EUR]?.lots).toMatchObject([{ class: "paid", expires_on: "2030-02-28" }]);
  });

  test.each([
    [
      { kind: "rolling", after: { months: 23 } },
      "credit.paid.expiry.after.months: what was paid for lasts at least 24 months",
    ],
    [{ kind: "sliding", after: { months: 24 } }, "credit.paid.expiry.kind"],
  ])("the programme refuses %j for paid credit", (expiry, issue) => {
    const document = { ...programInput(), credit: { paid: { expiry } } };
    const parsed = parseProgramDocument(document);
    expect(parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`)[0]).toContain(issue);
  });
});

describe("returning a top-up", () => {
  const bonus = { top_up_bonus: [{ from: 2000, percent: 10 }] };
  const off = line("off", -500, { kind: "discount" });

  test("and then a discount by itself never leaves more than was topped up", () => {
    const ledger = account(bonus);
    ledger.must(sale([topUp(2500), off]));
    expect(credit(ledger).slice(0, 2)).toEqual([2000, 200]);
    ledger.must(refund(2, [byLine("off")], "T1"));
    expect(credit(ledger).slice(0, 2)).toEqual([2000, 200]);
    expect(ledger.must(refund(2, "all", "T2"))).toMatchObject({ full: true, written_off: [] });
    expect(ledger.totals()).toEqual({});
  });

  test("leaves more of it again when the discount comes back after a part", () => {
    const ledger = account(bonus);
    ledger.must(sale([topUp(3000), off]));
    ledger.must(refund(2, 1000, "T1"));
    expect(credit(ledger).slice(0, 2)).toEqual([1500, 0]);
    ledger.must(refund(2, [byLine("off")], "T2"));
    expect(credit(ledger).slice(0, 2)).toEqual([2000, 200]);
    ledger.must(refund(2, "all", "T3"));
    expect(ledger.totals()).toEqual({});
  });

  test("that was spent writes off less again when the discount comes back after a part", () => {
    const ledger = account();
    ledger.must(sale([topUp(3000), off]));
    payWith(ledger, 2500, sale(2500, { receipt: "T9" }));
    const written = (body: ReturnType<Ledger["must"]>) => (body.type === "return" ? body.written_off : null);
    expect(written(ledger.must(refund(2, 1000, "T1")))).toEqual([{ unit: EUR, amount: 1000 }]);
    expect(written(ledger.must(refund(2, [byLine("off")], "T2")))).toEqual([{ unit: EUR, amount: -500 }]);
    expect(written(ledger.must(refund(2, "all", "T3")))).toEqual([{ unit: EUR, amount: 2000 }]);
    expect(ledger.totals()).toEqual({});
  });

  test("takes back what was paid and the bonus on it", () => {
    const ledger = credited(bonus, 5000);
    ledger.must(refund(2, "all"));
    expect(ledger.totals()).toEqual({});
  });

  test("takes back a part, and the bonus of the step that is kept", () => {
    const ledger = credited(bonus, 5000);
    ledger.must(refund(2, 2000));
    expect(credit(ledger).slice(0, 2)).toEqual([3000, 300]);
    ledger.must(refund(2, 1500, "T2"));
    expect(credit(ledger).slice(0, 2)).toEqual([1500, 0]);
  });

  test.each([
    ["clamp", [0, 0, 0, 0, 0], [{ unit: EUR, amount: 1000 }]],
    ["pending_only", [0, 500, 500, 0, 0], [{ unit: EUR, amount: 1500 }]],
    ["debt", [0, 0, -1000, 0, 0], []],
  ] as const)("of which 1500 was spent, with 500 given since, under %s", (spent_points, left, written_off) => {
    const ledger = credited({}, 2000, { returns: { spent_points } });
    payWith(ledger, 1500, sale(1500, { receipt: "R2" }));
    ledger.must({ type: "gift", unit: EUR, amount: 500, card_no: null });
    const body = ledger.must(refund(2, "all"));
    expect(credit(ledger)).toEqual(left);
    expect(body).toMatchObject({ written_off });
  });

  test("goods that come back first leave the top-up alone", () => {
    const ledger = account();
    ledger.must(sale([line("l1", 1000), topUp(5000)]));
    ledger.must(refund(2, 1000));
    expect(credit(ledger)[0]).toBe(5000);
    ledger.must(refund(2, 500, "T2"));
    expect(credit(ledger)[0]).toBe(4500);
  });
});

describe("cashback", () => {
  test("is granted credit, with fractions that carry over, and expires by its own rule", () => {
    const rules = {
      earning: [spendRule({ id: "ear_back", give: 5, per: 100 })],
      granted: { expiry: { kind: "rolling" as const, after: { days: 30 } } },
    };
    const ledger = account(rules);
    ledger.must(sale(1010, { receipt: "R1" }));
    ledger.must(sale(1010, { receipt: "R2" }));
    expect(credit(ledger).slice(0, 2)).toEqual([0, 101]);
    ledger.now_ms += 31 * DAY_MS;
    expect(credit(ledger).slice(0, 2)).toEqual([0, 0]);
  });

  test("a return takes it from granted credit, never from what was paid", () => {
    const ledger = account({ earning: [spendRule({ id: "ear_back", give: 50, per: 100 })] });
    ledger.must(sale(1000, { receipt: "R1" }));
    payWith(ledger, 500, sale(500, { receipt: "R2" }));
    ledger.must(sale([topUp(2000)], { receipt: "R3" }));
    const body = ledger.must(refund(2, "all"));
    expect(credit(ledger).slice(0, 3)).toEqual([2000, 0, 2000]);
    expect(body).toMatchObject({ written_off: [{ unit: EUR, amount: 500 }] });
  });

  test("gifts, corrections and actions give granted credit; an opening balance may be paid", () => {
    const actions = [{ id: "act_survey", kind: "survey" as const, name: { en: "survey" }, unit: EUR, give: 50 }];
    const ledger = account({}, { actions });
    ledger.must({ type: "gift", unit: EUR, amount: 100, card_no: null });
    ledger.must(adjust(10, { unit: EUR }));
    ledger.must({ type: "action", action: "act_survey", subject: null, card_no: null });
    ledger.must(adjust(1, { unit: EUR, type: "opening" }));
    ledger.must(adjust(2000, { unit: EUR, type: "opening", origin: "paid" }));
    expect(credit(ledger).slice(0, 2)).toEqual([2000, 161]);
  });

  test("a correction takes no paid credit", () => {
    const ledger = credited({}, 1000);
    ledger.must({ type: "gift", unit: EUR, amount: 5, card_no: null });
    expect(ledger.refuses(adjust(-6, { unit: EUR }))).toMatchObject({ code: "insufficient_balance", available: 5 });
    ledger.must(adjust(-5, { unit: EUR }));
    expect(credit(ledger).slice(0, 2)).toEqual([1000, 0]);
  });
});

describe("paying with credit", () => {
  test("takes granted credit first, soonest expiry first, then paid", () => {
    const ledger = credited({ granted: { expiry: { kind: "rolling", after: { days: 10 } } } }, 1000);
    ledger.must({ type: "gift", unit: EUR, amount: 30, card_no: null });
    ledger.now_ms += DAY_MS;
    ledger.must({ type: "gift", unit: EUR, amount: 40, card_no: null });
    payWith(ledger, 50, sale(50, { receipt: "R2" }));
    expect(ledger.state.units[EUR]?.lots).toMatchObject([
      { class: "granted", amount: 20 },
      { class: "paid", amount: 1000 },
    ]);
    payWith(ledger, 100, sale(100, { receipt: "R3" }));
    expect(credit(ledger).slice(0, 2)).toEqual([920, 0]);
  });

  test("is a means of payment: nothing comes off, and what it pays earns nothing", () => {
    const ledger = credited({}, 5000);
    const body = payWith(ledger, 1000, sale(2500, { receipt: "R2" }));
    expect(body.captures).toMatchObject([{ effect: { kind: "payment", discount: 0, pays: 1000, final: true } }]);
    expect(body.sale).toMatchObject({ total: 2500, paid_with_credit: 1000 });
    expect(ledger.available()).toBe(15);
  });

  test.each([["net_paid"], ["gross"]] as const)("a sale paid with it alone earns nothing, on %s too", (earn_on) => {
    const { card, full } = stampCard("latte", itemRule({ id: "ear_stamp" }));
    const ledger = credited({}, 5000, { earn_on, stamp_cards: [card], rewards: [full] });
    payWith(ledger, 900, sale([line("l1", 900, { sku: "latte" })], { receipt: "R2" }));
    expect(ledger.balances()).toEqual({ [EUR]: 4100 });
  });

  test("what is held and not needed is the member's again", () => {
    const ledger = credited({}, 5000);
    const body = payWith(ledger, 3000, sale(2500, { receipt: "R2" }));
    expect(body.sale.paid_with_credit).toBe(2500);
    expect(credit(ledger)).toEqual([2500, 0, 2500, 0, 0]);
  });

  test("two redemptions pay one sale, the second only what the first left open", () => {
    const ledger = credited({}, 5000);
    const first = ledger.must(holdOf("", { ask: { unit: EUR, amount: 700 } }));
    const body = payWith(ledger, 500, sale(1000, { receipt: "R2", holds: [first.seq] }));
    expect(body.captures.map(({ effect }) => effect.pays)).toEqual([700, 300]);
    expect(credit(ledger)[0]).toBe(4000);
  });

  test("together with a reward it pays what the reward left", () => {
    const ledger = credited({}, 5000, { rewards: [reward()] });
    ledger.must(adjust(10));
    const coffee = ledger.must(holdOf("rew_coffee", { sale_total: 1000 }));
    const body = payWith(ledger, 5000, sale(700, { receipt: "R2", holds: [coffee.seq] }));
    expect(body.captures.map(({ effect }) => [effect.discount, effect.pays])).toEqual([
      [300, undefined],
      [0, 700],
    ]);
    expect(ledger.balances()).toEqual({ [EUR]: 4300 });
  });

  test("does not buy stored value: what was given would become what was paid", () => {
    const ledger = credited({}, 5000);
    const lines = [line("l1", 300), topUp(1000), line("g", 500, { kind: "gift_card" })];
    const body = payWith(ledger, 5000, sale(lines, { receipt: "R2" }));
    expect(body.sale.paid_with_credit).toBe(300);
    expect(credit(ledger)[0]).toBe(5700);
  });

  test("pays nothing of a sale in another currency", () => {
    const ledger = credited({}, 5000);
    payWith(ledger, 1000, sale(1000, { receipt: "R2", currency: "USD" }));
    expect(credit(ledger)[0]).toBe(5000);
  });

  test("a hold says what it pays when the basket is known, is renewed, cancelled, expires, and is captured by itself", () => {
    const ledger = credited({}, 5000);
    const ask = { unit: EUR, amount: 1000 };
    const hold = ledger.must(holdOf("", { ask, lines: [line("l1", 600), topUp(900)] }));
    expect(hold).toMatchObject({ effect: { pays: 600, final: false, amount: 1000 } });
    ledger.must({ type: "renew", hold: hold.seq });
    ledger.must({ type: "cancel", hold: hold.seq });
    expect(credit(ledger)).toEqual([5000, 0, 5000, 0, 0]);
    ledger.must(holdOf("", { ask }));
    ledger.now_ms += 15 * 60_000;
    expect(credit(ledger)).toEqual([5000, 0, 5000, 0, 0]);
    ledger.must({ type: "capture", hold: ledger.must(holdOf("", { ask })).seq });
    expect(credit(ledger)).toEqual([4000, 0, 4000, 0, 0]);
  });

  test("more than there is is refused; so is credit that nobody ever had", () => {
    expect(credited({}, 100).refuses(holdOf("", { ask: { unit: EUR, amount: 101 } }))).toMatchObject({
      code: "insufficient_balance",
      needed: 101,
      available: 100,
    });
    const without = new Ledger(program());
    expect(without.refuses(holdOf("", { ask: { unit: EUR, amount: 1 } }))).toEqual({ code: "unit_unknown", unit: EUR });
  });

  test("what members have can be spent after the programme gave credit up", () => {
    const ledger = credited({}, 500);
    ledger.publish({ ...program({}, 2) });
    payWith(ledger, 500, sale(500, { receipt: "R2" }));
    expect(ledger.totals()).toEqual({});
    // Then it is unknown, as it is to an account that never had any.
    expect(ledger.refuses(holdOf("", { ask: { unit: EUR, amount: 1 } }))).toEqual({ code: "unit_unknown", unit: EUR });
  });

  test("spending counts for a level once: when it is paid in", () => {
    const tiers = {
      basis: "spend" as const,
      window: { kind: "calendar_year" as const },
      levels: [{ id: "tir_a", name: { en: "A" }, from: 5000 }],
    };
    const ledger = credited({}, 5000, { tiers });
    payWith(ledger, 5000, sale(5000, { receipt: "R2" }));
    expect(ledger.state.meters?.["tier:spend"]).toEqual({ "2026-06": 5000 });
  });
});

describe("returning what was paid with credit", () => {
  test("gives it back whole, to its lots and dates", () => {
    const ledger = credited({ paid: { expiry: { kind: "rolling", after: { months: 24 } } } }, 1000);
    ledger.must({ type: "gift", unit: EUR, amount: 300, card_no: null });
    const before = ledger.state.units[EUR]?.lots;
    const body = payWith(ledger, 1200, sale(2000, { receipt: "R2" }));
    ledger.must(refund(body.seq, "all"));
    expect(ledger.state.units[EUR]?.lots).toEqual(before);
    expect(ledger.balances()).toEqual({ [EUR]: 1300 });
  });

  test("gives a part back in proportion, what was paid for first", () => {
    const ledger = credited({}, 1000);
    ledger.must({ type: "gift", unit: EUR, amount: 300, card_no: null });
    const lines = [line("l1", 500), line("l2", 1500)];
    const body = payWith(ledger, 1200, sale(lines, { receipt: "R2" }));
    expect(ledger.available()).toBe(8);
    ledger.must(refund(body.seq, [byLine("l1")]));
    expect(credit(ledger).slice(0, 2)).toEqual([400, 0]);
    expect(ledger.available()).toBe(6);
    ledger.must(refund(body.seq, [byLine("l2")], "T2"));
    expect(credit(ledger).slice(0, 2)).toEqual([1000, 300]);
    expect(ledger.available()).toBe(0);
  });

  test("what expired meanwhile can be spent for a week", () => {
    const ledger = account({ granted: { expiry: { kind: "rolling", after: { days: 3 } } } });
    ledger.must({ type: "gift", unit: EUR, amount: 300, card_no: null });
    const body = payWith(ledger, 300, sale(300));
    ledger.now_ms += 10 * DAY_MS;
    ledger.must(refund(body.seq, "all"));
    expect(ledger.available(EUR)).toBe(300);
    ledger.now_ms += 7 * DAY_MS;
    expect(ledger.available(EUR)).toBe(300);
    ledger.now_ms += DAY_MS;
    expect(ledger.available(EUR)).toBe(0);
  });
});

test("paid credit never goes to another member by transfer", () => {
  const ledger = credited({}, 500, { transfers: { points: true } });
  const command = { type: "transfer", to: "m000000000000001", unit: EUR, amount: 1, card_no: null } as const;
  expect(ledger.refuses(command)).toEqual({ code: "transfers_off" });
});

describe("a gift card", () => {
  const load = (changes: object = {}) => ({
    type: "load" as const,
    amount: 2500,
    origin: "paid" as const,
    expires_on: null,
    ...changes,
  });
  const bearer = (rules: CreditInput = {}) => new Ledger(program({ credit: rules }), "bearer");

  test.each([
    ["paid", "2028-06-15", false],
    ["paid", "2028-06-16", true],
    ["paid", "2029-06-17", false],
    ["granted", "2026-06-15", false],
    ["granted", "2026-06-16", true],
    ["granted", "2026-07-17", false],
  ] as const)("%s, may it end on %s? %s", (origin, expires_on, may) => {
    const ledger = bearer({
      paid: { expiry: { kind: "rolling", after: { months: 36 } } },
      granted: { expiry: { kind: "rolling", after: { days: 30 } } },
    });
    const run = ledger.run(load({ origin, expires_on }));
    expect(run.ok || run.error.code).toBe(may || "expiry_not_allowed");
    const lots = (ledger.state.units[EUR]?.lots ?? []).map((lot) => [lot.class, lot.amount, lot.expires_on]);
    expect(lots).toEqual(may ? [[origin, 2500, expires_on]] : []);
  });

  test("what is given with a code can be spent at once", () => {
    const ledger = bearer({ granted: { pending_days: 14 } });
    ledger.must(load({ origin: "granted" }));
    expect(ledger.available(EUR)).toBe(2500);
  });

  test("a sale on it is nobody's and earns nothing, not even on what it did not pay", () => {
    const ledger = bearer({ earning: [spendRule({ id: "ear_back" })] });
    ledger.must(load({ amount: 500 }));
    const body = payWith(ledger, 500, sale(2000));
    expect(ledger.totals()).toEqual({});
    ledger.must(refund(body.seq, "all"));
    expect(ledger.totals()).toEqual({ [EUR]: 500 });
  });
});

describe("in words", () => {
  const words = (locale: "nl" | "en") => ({
    locale,
    currency: "EUR",
    unitName: () => ({ nl: "tegoed", en: "credit" }),
  });
  const entries = (ledger: Ledger, locale: "nl" | "en") =>
    ledger.bodies.flatMap((body) => body.entries.map((entry) => explainEntry(words(locale), entry)));

  test("amounts are money", () => {
    const rules = { top_up_bonus: [{ from: 1, percent: 10 }], earning: [spendRule({ id: "ear_back", give: 5 })] };
    const ledger = account(rules, { units: {}, earning: [] });
    ledger.must(sale([topUp(2000)], { receipt: "T0" }));
    const body = payWith(ledger, 3000 - 800, sale(1010, { receipt: "R2" }));
    ledger.must(refund(2, "all", "T2"));
    expect(entries(ledger, "nl")).toEqual([
      "+€ 20,00 tegoed: opwaarderen",
      "+€ 2,00 tegoed: 10% extra bij opwaarderen",
      "−€ 2,00 tegoed: gereserveerd voor betalen met tegoed",
      "+€ 2,00 tegoed: gereserveerd voor betalen met tegoed",
      "−€ 20,00 tegoed: gereserveerd voor betalen met tegoed",
      "+€ 20,00 tegoed: gereserveerd voor betalen met tegoed",
      "−€ 2,00 tegoed: verzilverd voor betalen met tegoed",
      "−€ 8,10 tegoed: verzilverd voor betalen met tegoed",
      "−€ 11,90 tegoed: betalen met tegoed: niet alles was nodig",
      "+€ 11,90 tegoed: betalen met tegoed: niet alles was nodig",
      "−€ 11,90 tegoed: opwaarderen geretourneerd",
    ]);
    expect(entries(ledger, "en").at(-1)).toBe("−€11.90 credit: top-up was returned");
    expect(body.outcomes.map((outcome) => explainOutcome(words("nl"), outcome))).toEqual([
      "€ 0,00 tegoed: niets op deze bon telt mee",
    ]);
  });

  test.each(["no_member", "foreign_currency", "no_credit"] as const)("a top-up that gave nothing: %s", (reason) => {
    const said = (["nl", "en"] as const).map((locale) =>
      explainWarning(words(locale), { code: "top_up_not_credited", reason }),
    );
    expect(new Set(said).size).toBe(2);
  });
});
