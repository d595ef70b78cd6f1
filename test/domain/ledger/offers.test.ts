import { describe, expect, test } from "vitest";
import type { SaleOffer } from "../../../src/domain/ledger/booking.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import { NOW_MS } from "../support/clock.ts";
import { line, refund, sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { program, type ProgramInput } from "../support/program.ts";

const name = { nl: "Actie", en: "Offer" };
type Gives = NonNullable<ProgramInput["promotions"]>[number]["gives"];
const effect = (id: string, given: Extract<Gives, { kind: "effect" }>["effect"], more: object = {}) => ({
  id,
  name,
  gives: { kind: "effect" as const, effect: given },
  ...more,
});
const tenPercent = effect("prm_ten", { kind: "percent_off", percent: 10 });

const gold = (more: object): Partial<ProgramInput> => ({
  tiers: {
    basis: "visits",
    window: { kind: "calendar_year" },
    levels: [{ id: "tir_gold", name: { en: "Gold" }, from: 0, ...more }],
  },
});

function offers(changes: Partial<ProgramInput>, what: number | readonly BasketLine[]): [string, number][] {
  const preview = new Ledger(program(changes)).preview(sale(what));
  if (!preview.ok) throw new Error("refused");
  const body = preview.value.bookings[0]?.body;
  if (body?.type !== "sale") throw new Error("no sale");
  return (body.offers ?? []).map(({ id, discount }: SaleOffer) => [id, discount]);
}

const tea = units("tea", 2, 600);
const cake = units("cake", 1, 400);

describe("what may come off a basket", () => {
  const table: [string, Partial<ProgramInput>, number | BasketLine[], [string, number][]][] = [
    ["a percentage of everything", { promotions: [tenPercent] }, [tea, cake], [["prm_ten", 100]]],
    ["a percentage of a bare amount", { promotions: [tenPercent] }, 1000, [["prm_ten", 100]]],
    [
      "a percentage with a most",
      { promotions: [effect("prm_a", { kind: "percent_off", percent: 50, max_discount: 120 })] },
      [tea],
      [["prm_a", 120]],
    ],
    [
      "of two percentages the one that gives most",
      { promotions: [tenPercent, effect("prm_b", { kind: "percent_off", percent: 20 }, { only: { skus: ["tea"] } })] },
      [tea, cake],
      [["prm_b", 120]],
    ],
    [
      "an amount, never more than there is to pay",
      { promotions: [effect("prm_a", { kind: "amount_off", amount: 500 })] },
      [cake],
      [["prm_a", 400]],
    ],
    [
      "an amount after the percentage, on what that leaves",
      { promotions: [effect("prm_a", { kind: "amount_off", amount: 5000 }), tenPercent] },
      [cake],
      [
        ["prm_ten", 40],
        ["prm_a", 360],
      ],
    ],
    ["the cheapest item", { promotions: [effect("prm_a", { kind: "free_item" })] }, [tea, cake], [["prm_a", 300]]],
    [
      "nothing below the minimum",
      { promotions: [effect("prm_a", { kind: "amount_off", amount: 100 }, { minimum_spend: 1001 })] },
      [tea, cake],
      [],
    ],
    [
      "the minimum itself is enough",
      { promotions: [effect("prm_a", { kind: "amount_off", amount: 100 }, { minimum_spend: 1000 })] },
      [tea, cake],
      [["prm_a", 100]],
    ],
    ["nothing off what the programme leaves out", { promotions: [tenPercent], exclude: { skus: ["tea"] } }, [tea], []],
    ["a level's standing discount", gold({ discount_percent: 5 }), [tea, cake], [["tir_gold", 50]]],
    [
      "a level's member price, and its discount on the rest",
      gold({ discount_percent: 10, perks: [{ kind: "member_price", sku: "tea", price: 250 }] }),
      [tea, cake],
      [["tir_gold", 190]],
    ],
    ["no member price above the price", gold({ perks: [{ kind: "member_price", sku: "tea", price: 301 }] }), [tea], []],
    ["nothing off a tip", { promotions: [tenPercent] }, [line("tip", 200, { kind: "tip" })], []],
  ];
  test.each(table)("%s", (_, changes, what, expected) => {
    expect(offers(changes, what)).toEqual(expected);
  });

  test("adds up per line", () => {
    const ledger = new Ledger(program({ promotions: [effect("prm_a", { kind: "percent_off", percent: 33 })] }));
    const body = ledger.must(sale([tea, cake]));
    const [offer] = body.type === "sale" ? (body.offers ?? []) : [];
    expect(offer?.lines.reduce((sum, { discount }) => sum + discount, 0)).toBe(offer?.discount);
  });
});

describe("an offer that the till took off", () => {
  const once = { promotions: [effect("prm_a", { kind: "amount_off", amount: 100 }, { per_member: 1 })] };
  const applied = [{ id: "prm_a", discount: 100 }];
  const sold = (ledger: Ledger, receipt: string, named?: typeof applied) => {
    const body = ledger.must(sale(900, { receipt, ...(named === undefined ? {} : { offers: named }) }));
    if (body.type !== "sale") throw new Error("no sale");
    return body;
  };

  test("is booked as applied, used up, and earns on what was paid", () => {
    const ledger = new Ledger(program(once));
    const body = sold(ledger, "A", applied);
    expect(body.offers).toMatchObject([{ id: "prm_a", discount: 100, applied: true }]);
    expect(ledger.available()).toBe(9);

    expect(sold(ledger, "B").offers).toBeUndefined();
  });

  test("is offered again when the sale comes back", () => {
    const ledger = new Ledger(program(once));
    const { seq } = sold(ledger, "A", applied);
    ledger.must(refund(seq, "all"));
    expect(sold(ledger, "B").offers).toMatchObject([{ id: "prm_a", applied: false }]);
  });

  test("is not used up by being offered", () => {
    const ledger = new Ledger(program(once));
    sold(ledger, "A");
    expect(sold(ledger, "B").offers).toMatchObject([{ id: "prm_a", applied: false }]);
  });

  test("that was not open is booked with a warning", () => {
    const ledger = new Ledger(program(once));
    sold(ledger, "A", applied);
    const body = sold(ledger, "B", applied);
    expect(body.warnings).toEqual([{ code: "offer_not_open", offer: "prm_a" }]);
    expect(body.sale.total).toBe(900);
    expect(body.sale.occurred_at_ms).toBe(NOW_MS);
  });
});
