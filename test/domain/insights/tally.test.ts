import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { type Activity, activityOf, addMoves } from "../../../src/domain/insights/activity.ts";
import { placeAt, timeOfPlace } from "../../../src/domain/insights/retention.ts";
import { addTallies, NO_TALLY, type Tally, tallyOf } from "../../../src/domain/insights/tally.ts";
import type { BookingBody, Entry } from "../../../src/domain/ledger/booking.ts";
import { PLAIN_LOT } from "../../../src/domain/ledger/lot.ts";

const AT = Date.UTC(2026, 7, 10, 9);
const header = {
  v: 1,
  seq: 7,
  at_ms: AT,
  by: { kind: "till", till: "til_1", location: "loc_1", key: "key_1", staff: "stf_1" },
  entries: [],
} as const;

function entry(delta: number, why: Entry["why"], unit = "points"): Entry {
  return { unit, lot: PLAIN_LOT, delta, after: 0, why };
}

const WHAT = { en: "mug" };

describe("a booking as insight reads it", () => {
  test("a sale: till, receipt, goods, basket, and what earned", () => {
    const lines = [
      {
        id: "1",
        kind: "item",
        sku: "COF",
        name: null,
        category: null,
        quantity_milli: 1000,
        amount: 1500,
        unit_price: null,
        tax_rate: null,
      },
    ] as const;
    const body: BookingBody = {
      ...header,
      type: "sale",
      sale: {
        receipt: "R|1",
        register: null,
        business_date: "2026-08-09",
        occurred_at_ms: AT,
        currency: "EUR",
        total: 1500,
        lines,
        tender: [],
        card_no: 1,
        backfilled: false,
        gross_up: 0,
      },
      frozen: { program: 1, remainders: {} },
      outcomes: [],
      remainders: [],
      captures: [],
      warnings: [],
      entries: [entry(15, { code: "earned_visit", give: 15 })],
    };

    const activity = activityOf(body);

    expect(activity).toMatchObject({
      seq: 7,
      location: "loc_1",
      business_date: "2026-08-09",
      receipt: "sale|R%7C1|2026-08-09|til_1|",
      voids: null,
    });
    expect(activity.basket).toEqual(lines);
    expect(activity.facts).toEqual({
      card_no: 1,
      till: "til_1",
      staff: "stf_1",
      receipt: "R|1",
      occurred_at_ms: AT,
      currency: "EUR",
      sold: 1500,
      units: { points: { given: 15, open: 15 } },
    });
    expect(tallyOf(activity)).toMatchObject({ sales: 1, revenue: 1500 });
  });

  test("reserving and releasing move nothing; redeeming does", () => {
    const held: BookingBody = {
      ...header,
      type: "hold",
      reward: "rew_mug",
      what: WHAT,
      unit: "points",
      parts: [],
      effect: {
        kind: "product",
        discount: 0,
        lines: [],
        by_tax_rate: [],
        final: true,
        percent: null,
        amount: null,
        item: { line: null, sku: null, name: null },
      },
      expires_at_ms: AT,
      entries: [entry(-20, { code: "reserved", what: WHAT }), entry(20, { code: "reserved", what: WHAT })],
    };
    expect(activityOf(held).facts).toEqual({ till: "til_1", staff: "stf_1", reserved: "rew_mug" });
    expect(tallyOf(activityOf(held))).toBe(null);

    const captured: BookingBody = {
      ...header,
      type: "hold_captured",
      hold: 6,
      reward: "rew_mug",
      unit: "points",
      parts: [],
      entries: [entry(-20, { code: "redeemed", what: WHAT })],
    };
    expect(tallyOf(activityOf(captured))).toMatchObject({
      rewards: { rew_mug: 1 },
      units: { points: { redeemed: 20, open: -20 } },
    });
  });

  test("no word that somebody typed is kept", () => {
    const parked: BookingBody = {
      ...header,
      type: "adjustment",
      unit: "points",
      amount: 5,
      note_digest: "ab".repeat(32),
    };
    expect(JSON.stringify(activityOf(parked))).not.toContain("abab");
  });
});

const amount = fc.integer({ min: -1000, max: 1000 });
const move = fc.record({ given: amount, redeemed: amount, taken_back: amount, expired: amount, open: amount });
const tally: fc.Arbitrary<Tally> = fc.record({
  sales: amount,
  revenue: amount,
  foreign_sales: amount,
  returns: amount,
  returned: amount,
  discounts: amount,
  members_seen: amount,
  new_members: amount,
  rewards: fc.dictionary(fc.constantFrom("a", "b"), amount),
  units: fc.dictionary(fc.constantFrom("points", "stamps"), move),
});

/** What a tally says, whatever zeros it spells out. */
function meaning({ rewards, units, ...counts }: Tally): object {
  const some = (values: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));
  const moves = Object.entries(units).map(([unit, value]) => [unit, some({ ...value })] as const);
  return {
    ...counts,
    rewards: some(rewards),
    units: Object.fromEntries(moves.filter(([, value]) => Object.keys(value).length > 0)),
  };
}

test("tallies add up in any order", () => {
  fc.assert(
    fc.property(fc.array(tally, { maxLength: 6 }), fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (all, keys) => {
      const sum = (list: readonly Tally[]) => meaning(list.reduce(addTallies, NO_TALLY));
      const shuffled = all
        .map((one, index) => ({ one, key: keys[index] ?? 0 }))
        .toSorted((left, right) => left.key - right.key)
        .map(({ one }) => one);
      expect(sum(shuffled)).toEqual(sum(all));
    }),
  );
});

test("a move and its opposite are nothing", () => {
  expect(addMoves({ given: 3, open: 3 }, { given: -3, open: -3 })).toEqual({});
});

test("places order by time and tell it", () => {
  const late: Pick<Activity, "at_ms">[] = [{ at_ms: AT }, { at_ms: Date.UTC(2200, 0, 1) }];
  for (const { at_ms } of late) {
    expect(Number.isSafeInteger(placeAt(at_ms) + 1023)).toBe(true);
    expect(timeOfPlace(placeAt(at_ms) + 1023)).toBe(at_ms);
    expect(placeAt(at_ms + 1)).toBeGreaterThan(placeAt(at_ms) + 1023);
  }
});
