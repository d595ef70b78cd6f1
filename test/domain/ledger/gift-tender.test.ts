import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BookingBody } from "../../../src/domain/ledger/booking.ts";
import type { SaleBooking, SaleCommand } from "../../../src/domain/ledger/command.ts";
import { explainEntry } from "../../../src/domain/ledger/explain.ts";
import { explainReturnedTenders, explainTenders } from "../../../src/domain/ledger/explain-tender.ts";
import { returnedTenders } from "../../../src/domain/ledger/decide/tender.ts";
import type { SaleTender } from "../../../src/domain/ledger/tender.ts";
import { byLine, holdOf, line, refund, sale } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, program, type ProgramInput, reward, spendRule, stampCard } from "../support/program.ts";

const EUR = "credit:EUR";
const what = { nl: "betalen met tegoed", en: "payment with credit" };

function account(changes: Partial<ProgramInput> = {}): Ledger {
  return new Ledger(program({ credit: {}, ...changes }));
}

/** A sale that names holds of gift cards, one of as much each. */
function paidWith(held: readonly number[], command: SaleCommand): SaleCommand {
  const tenders = held.map((amount, at) => ({ account: `b${at}`, hold: 3, claim: 4, what, unit: EUR, held: amount }));
  return { ...command, tenders };
}

function soldIn(body: BookingBody): SaleBooking {
  if (body.type !== "sale") throw new Error(`a ${body.type}`);
  return body;
}

const pending = (ledger: Ledger) =>
  ledger.bodies.flatMap((body) =>
    body.type === "tender_pending" ? [[body.move, body.account, body.before, body.after]] : [],
  );

describe("a sale that gift cards pay", () => {
  const table: [
    title: string,
    held: readonly number[],
    command: SaleCommand,
    pays: readonly number[],
    points: number,
  ][] = [
    ["a part: the rest earns", [400], sale(1000), [400], 6],
    ["all of it, to the cent: nothing earns", [1000], sale(1000), [1000], 0],
    ["more than it is: the rest of the hold is free", [5000], sale(1000), [1000], 0],
    ["with two: the second what the first left open", [700, 700], sale(1000), [700, 300], 0],
    ["with two, of which one was enough", [1000, 700], sale(1000), [1000, 0], 0],
    ["of nothing", [400], sale(0), [0], 0],
    ["in another currency: it pays nothing", [400], sale(1000, { currency: "USD" }), [0], 0],
    [
      "beside a top-up, which it does not buy",
      [5000],
      sale([line("l", 400), line("t", 600, { kind: "top_up" })]),
      [400],
      0,
    ],
    ["beside a new gift card, which it does not buy", [900], sale([line("g", 900, { kind: "gift_card" })]), [0], 0],
  ];

  test.each(table)("%s", (_title, held, command, pays, points) => {
    const ledger = account();
    const body = soldIn(ledger.must(paidWith(held, command)));
    expect(body.tenders?.map((tender) => tender.pays)).toEqual(pays);
    expect(body.sale.paid_with_credit ?? 0).toBe(pays.reduce((sum, amount) => sum + amount, 0));
    expect(ledger.available()).toBe(points);
    expect(pending(ledger)).toEqual(pays.map((amount, at) => ["capture", `b${at}`, 0, amount]));
    expect(Object.values(ledger.state.outbox).map(({ to, tender }) => [to, tender])).toEqual(
      held.map((_, at) => [`b${at}`, true]),
    );
  });

  test("earns on the rest alone on the gross price too, and spends for levels no more than that", () => {
    const two = reward({
      id: "rew_two",
      cost: { unit: "points", amount: 1 },
      effect: { kind: "amount_off", amount: 200 },
    });
    const ledger = account({ earn_on: "gross", rewards: [two] });
    ledger.must(sale(100, { receipt: "R0" }));
    const hold = ledger.must(holdOf("rew_two"));
    const before = ledger.available();
    ledger.must(paidWith([800], sale(800, { holds: [hold.seq] })));
    expect(ledger.available() - before).toBe(0);
  });

  test("the member's own credit pays first", () => {
    const ledger = account();
    ledger.must(sale([line("t", 300, { kind: "top_up" })], { receipt: "R0" }));
    const hold = ledger.must(holdOf("", { ask: { unit: EUR, amount: 300 } }));
    const body = soldIn(ledger.must(paidWith([5000], sale(1000, { holds: [hold.seq] }))));
    expect([body.sale.paid_with_credit, body.tenders?.[0]?.pays]).toEqual([1000, 700]);
    const back = ledger.must(refund(body.seq, 800));
    // 200 stay paid with credit: all of the gift card's share is back, and 100 of the member's.
    expect(back).toMatchObject({ tenders: [{ before: 700, after: 0 }], paid_with_credit: 200 });
    expect(ledger.available(EUR)).toBe(100);
  });

  test.each([
    ["less than its tender says", { tender: [{ kind: "gift_card", amount: 401 }] }, "tender_not_covered"],
    [
      "a hold that the gift card refused",
      { tenders: [{ refused: { code: "hold_expired", hold: 3 } as const }] },
      "hold_expired",
    ],
  ])("is refused: %s", (_title, changes, code) => {
    expect(account().refuses({ ...paidWith([400], sale(1000)), ...changes })).toMatchObject({ code });
  });

  test.each([
    [
      "as much as the tender says",
      [400],
      [
        { kind: "gift_card", amount: 400 },
        { kind: "pin", amount: 600 },
      ],
    ],
    ["a tender under another name", [400], [{ kind: "cadeaukaart", amount: 900 }]],
    ["a tender without any redemption of a gift card", [], [{ kind: "gift_card", amount: 900 }]],
  ])("is booked: %s", (_title, held, tender) => {
    const command = held.length === 0 ? sale(1000, { tender }) : paidWith(held, sale(1000, { tender }));
    expect(account().must(command).type).toBe("sale");
  });
});

describe("a return of it", () => {
  test("small returns give what one whole return gives, and never more than was paid", () => {
    const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
    const rules = program({ credit: {}, earning: [spendRule()], stamp_cards: [coffee.card], rewards: [coffee.full] });
    const some = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }), some, (total, held, parts) => {
        const ledger = new Ledger(rules);
        const { seq } = ledger.must(paidWith([held], sale(total)));
        parts.forEach((part, at) => ledger.run(refund(seq, part, `T${at}`)));
        ledger.run(refund(seq, "all", "last"));
        const moves = pending(ledger);
        const back = moves.slice(1).reduce((sum, [, , before, after]) => sum + Number(before) - Number(after), 0);
        expect(moves[0]).toEqual(["capture", "b0", 0, Math.min(held, total)]);
        expect(back).toBe(Math.min(held, total));
        expect(ledger.available()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("a line of it gives the share of the line; the rest of the sale goes on being paid with it", () => {
    const ledger = account();
    const { seq } = ledger.must(paidWith([500], sale([line("a", 600), line("b", 400)])));
    const back = ledger.must(refund(seq, [byLine("b")]));
    expect(back).toMatchObject({ tenders: [{ account: "b0", hold: 3, claim: 4, before: 500, after: 300 }] });
    expect(pending(ledger).at(-1)).toEqual(["refund", "b0", 500, 300]);
  });

  test("one that came before its sale is carried out with it, and told after it", () => {
    const ledger = account();
    ledger.run({ ...refund(0, "all"), sale: { receipt: "R1", tills: null, register: null, business_date: null } });
    ledger.must(paidWith([500], sale(1000)));
    expect(ledger.bodies.slice(-4).map(({ type }) => type)).toEqual([
      "sale",
      "tender_pending",
      "return",
      "tender_pending",
    ]);
    expect(pending(ledger)).toEqual([
      ["capture", "b0", 0, 500],
      ["refund", "b0", 500, 0],
    ]);
  });

  test("of a sale without gift cards says nothing of any", () => {
    const ledger = account();
    const { seq } = ledger.must(sale(1000));
    const back = ledger.must(refund(seq, "all"));
    expect(JSON.stringify(back)).not.toContain("tender");
  });

  const paid = (...amounts: readonly number[]): SaleTender[] =>
    amounts.map((pays, at) => ({ account: `b${at}`, hold: 1, claim: 2, what, unit: EUR, held: pays, pays }));
  test.each([
    ["nothing", { own: 100, before: 600, after: 600 }, []],
    ["a cent, of the last", { own: 100, before: 600, after: 599 }, [[1, 300, 299]]],
    ["all of the last", { own: 100, before: 600, after: 300 }, [[1, 300, 0]]],
    [
      "some of both",
      { own: 100, before: 500, after: 250 },
      [
        [0, 200, 150],
        [1, 200, 0],
      ],
    ],
    [
      "all",
      { own: 100, before: 600, after: 0 },
      [
        [0, 200, 0],
        [1, 300, 0],
      ],
    ],
    ["only the member's own", { own: 100, before: 80, after: 0 }, []],
  ])("splits what comes back: %s", (_title, money, expected) => {
    const moved = returnedTenders(paid(200, 300), money).map(({ account: of, before, after }) => [
      Number(of.slice(1)),
      before,
      after,
    ]);
    expect(moved).toEqual(expected);
  });
});

test("is explained in Dutch and English", () => {
  const reader = (locale: "nl" | "en") => ({
    locale,
    currency: "EUR",
    unitName: () => ({ nl: "tegoed", en: "credit" }),
  });
  const lot = { bucket: "held", class: "paid", expires_on: null, opens_on: null } as const;
  const entry = (why: Parameters<typeof explainEntry>[1]["why"], delta: number) => ({ unit: EUR, lot, delta, why });
  const redeemed = entry({ code: "redeemed", what, receipt: "B-1" }, -1250);
  const refunded = entry({ code: "refunded", what, receipt: "B-1" }, 250);
  const tender = { account: "b", hold: 1, claim: 2, what, unit: EUR, held: 2000, pays: 1250 };
  const back = { account: "b", hold: 1, claim: 2, before: 1250, after: 1000 };
  expect(
    (["nl", "en"] as const).map((locale) => [
      explainEntry(reader(locale), redeemed),
      explainEntry(reader(locale), refunded),
      ...explainTenders(reader(locale), [tender]),
      ...explainReturnedTenders(reader(locale), [back]),
    ]),
  ).toEqual([
    [
      "−€ 12,50 tegoed: verzilverd voor betalen met tegoed, bon B-1",
      "+€ 2,50 tegoed: terug na een retour, bon B-1",
      "€ 12,50 betaald met een cadeaukaart; daarvoor wordt niet gespaard.",
      "€ 2,50 gaat terug naar de cadeaukaart.",
    ],
    [
      "−€12.50 credit: redeemed for payment with credit, receipt B-1",
      "+€2.50 credit: given back after a return, receipt B-1",
      "€12.50 was paid with a gift card, which earns nothing.",
      "€2.50 goes back to the gift card.",
    ],
  ]);
});
