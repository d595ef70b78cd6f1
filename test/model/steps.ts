import fc from "fast-check";
import type { BasketLine } from "../../src/domain/program/basket.ts";
import { anyBack, anyBasket, anyProgram, type Back, OFFERS, REWARDS, UNITS } from "./arbitraries.ts";

/** How a message reaches the ledger: previewed first, to an object that was just evicted, and more than once. */
export interface Delivery {
  readonly preview: boolean;
  readonly evict: boolean;
  readonly copies: number;
}

/** Something that happens. Numbers are places, taken modulo what there is, so that most steps make sense. */
export type Step =
  | ({
      readonly kind: "sale";
      readonly account: number;
      readonly receipt: number;
      readonly day: number;
      readonly till: number;
      readonly lines: readonly BasketLine[];
      readonly extra: number;
      readonly currency: string;
      readonly paused: boolean;
      readonly card: number | null;
      readonly late_days: number;
      readonly holds: readonly number[];
      readonly exchange: { readonly sale: number; readonly back: Back } | null;
      readonly older_program: boolean;
      readonly zone: string | null;
      readonly offers: readonly { readonly id: string; readonly discount: number }[];
    } & Delivery)
  | ({ readonly kind: "refund"; readonly sale: number; readonly back: Back } & Delivery)
  | ({
      readonly kind: "refund_by_receipt";
      readonly account: number;
      readonly receipt: number;
      readonly day: number | null;
      readonly till: number | null;
      readonly back: Back;
    } & Delivery)
  | ({
      readonly kind: "hold";
      readonly account: number;
      /** A reward, so many points, or one of the issued rewards. */
      readonly ask:
        | string
        | number
        | { readonly issue: number }
        | { readonly afford: number }
        | { readonly unit: string; readonly amount: number };
      readonly lines: readonly BasketLine[] | null;
      readonly total: number | null;
      readonly card: number | null;
    } & Delivery)
  | ({ readonly kind: "act"; readonly action: "capture" | "cancel" | "renew"; readonly hold: number } & Delivery)
  | ({ readonly kind: "adjust"; readonly account: number; readonly unit: string; readonly delta: number } & Delivery)
  | ({
      readonly kind: "gift";
      readonly account: number;
      readonly unit: string;
      readonly amount: number;
      readonly card: number | null;
    } & Delivery)
  | ({
      readonly kind: "issue";
      readonly account: number;
      readonly origin: "gift" | "claim";
      readonly reward: string;
      readonly days: number | null;
    } & Delivery)
  | ({ readonly kind: "cancel_issue"; readonly account: number; readonly issue: number } & Delivery)
  | ({ readonly kind: "card"; readonly account: number; readonly card: number; readonly block: boolean } & Delivery)
  | ({ readonly kind: "erase"; readonly account: number } & Delivery)
  | { readonly kind: "retry"; readonly message: number; readonly fresh_key: boolean; readonly changed: boolean }
  | { readonly kind: "unclaimed"; readonly receipt: number; readonly lines: readonly BasketLine[] }
  | { readonly kind: "hand_over"; readonly from: number; readonly to: number; readonly deliveries: number }
  | { readonly kind: "merge"; readonly from: number; readonly to: number; readonly deliveries: number }
  | ({ readonly kind: "transfer"; readonly account: number; readonly to: number; readonly amount: number } & Delivery)
  | { readonly kind: "deliver"; readonly parcel: number; readonly copies: number; readonly confirm: boolean }
  | { readonly kind: "birthday"; readonly account: number; readonly born_on: string | null }
  | { readonly kind: "alarm"; readonly account: number; readonly times: number }
  | { readonly kind: "evict"; readonly account: number }
  | { readonly kind: "publish"; readonly program: string }
  | { readonly kind: "wait"; readonly minutes: number };

const place = fc.nat({ max: 11 });
const small = fc.nat({ max: 2 });
const delivery = {
  preview: fc.boolean(),
  evict: fc.integer({ min: 0, max: 3 }).map((value) => value === 0),
  copies: fc.constantFrom(1, 1, 1, 2, 3),
};
const card = fc.constantFrom(null, null, null, null, null, null, 1, 1, 1, 1, 2, 3);

const sale: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("sale" as const),
  account: small,
  receipt: place,
  day: fc.nat({ max: 1 }),
  till: fc.nat({ max: 1 }),
  lines: anyBasket,
  extra: fc.constantFrom(0, 0, 0, 0, 250, -120),
  currency: fc.constantFrom("EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "USD"),
  paused: fc.integer({ min: 0, max: 15 }).map((value) => value === 0),
  card,
  late_days: fc.constantFrom(0, 0, 0, 0, 1, 6),
  holds: fc.array(place, { maxLength: 3 }),
  exchange: fc.option(fc.record({ sale: place, back: anyBack }), { freq: 3 }).map((value) => value),
  older_program: fc.boolean(),
  zone: fc.option(fc.constantFrom("Europe/Amsterdam", "Asia/Tokyo"), { nil: null, freq: 2 }),
  offers: fc.uniqueArray(fc.record({ id: fc.constantFrom(...OFFERS), discount: fc.constantFrom(0, 50, 120) }), {
    maxLength: 2,
    selector: ({ id }) => id,
  }),
  ...delivery,
});

/** What comes by hand. */
const gifts: fc.WeightedArbitrary<Step>[] = [
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("gift" as const),
      account: small,
      unit: fc.constantFrom(...UNITS, "points"),
      amount: fc.integer({ min: 1, max: 40 }),
      card,
      ...delivery,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("issue" as const),
      account: small,
      origin: fc.constantFrom("gift" as const, "claim" as const),
      reward: fc.constantFrom(...REWARDS),
      days: fc.option(fc.constantFrom(0, 1, 30), { nil: null, freq: 2 }),
      ...delivery,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("transfer" as const),
      account: small,
      to: small,
      amount: fc.integer({ min: 1, max: 12 }),
      ...delivery,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("cancel_issue" as const), account: small, issue: place, ...delivery }),
  },
];

/** Any step of a merchant in this zone. */
export function anyStep(zone: string): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 8, arbitrary: sale },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("refund" as const), sale: place, back: anyBack, ...delivery }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("refund_by_receipt" as const),
        account: small,
        receipt: place,
        day: fc.option(fc.nat({ max: 1 })),
        till: fc.option(fc.nat({ max: 1 })),
        back: anyBack,
        ...delivery,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("hold" as const),
        account: small,
        ask: fc.oneof(
          fc.constantFrom(...REWARDS),
          fc.integer({ min: 1, max: 30 }),
          fc.record({
            unit: fc.constantFrom("credit:EUR", "credit:EUR", "credit:EUR", "strip:stp_latte"),
            amount: fc.constantFrom(1, 2, 3, 50, 500),
          }),
          fc.record({ issue: place }),
          ...Array.from({ length: 5 }, () => fc.record({ afford: place })),
        ),
        lines: fc.option(anyBasket, { freq: 2 }),
        total: fc.option(fc.integer({ min: 0, max: 2000 }), { freq: 2 }),
        card,
        ...delivery,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("act" as const),
        action: fc.constantFrom("capture" as const, "cancel" as const, "renew" as const),
        hold: place,
        ...delivery,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("adjust" as const),
        account: small,
        unit: fc.constantFrom(...UNITS, "points"),
        delta: fc.integer({ min: -40, max: 60 }),
        ...delivery,
      }),
    },
    ...gifts,
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("card" as const),
        account: small,
        card: small,
        block: fc.boolean(),
        ...delivery,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("retry" as const),
        message: fc.nat(),
        fresh_key: fc.boolean(),
        changed: fc.constantFrom(false, false, true),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("unclaimed" as const), receipt: place, lines: anyBasket }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("hand_over" as const),
        from: place,
        to: small,
        deliveries: fc.nat({ max: 3 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("deliver" as const),
        parcel: place,
        copies: fc.integer({ min: 1, max: 3 }),
        confirm: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("alarm" as const), account: place, times: fc.constantFrom(1, 2) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("birthday" as const),
        account: small,
        born_on: fc.constantFrom(null, "06-16", "06-17", "06-20", "02-29"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("evict" as const), account: place }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("publish" as const), program: anyProgram(zone) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("wait" as const),
        minutes: fc.constantFrom(1, 14, 15, 60, 720, 1440, 2880, 5 * 1440),
      }),
    },
  );
}

/** Once in a while a member is erased, which ends its story. */
export const erasure: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("erase" as const),
  account: small,
  ...delivery,
});

/** Two members of a story may become one. */
export const merge: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("merge" as const),
  from: small,
  to: small,
  deliveries: fc.nat({ max: 3 }),
});
