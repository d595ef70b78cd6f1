import fc from "fast-check";
import type { BasketLine } from "../../src/domain/program/basket.ts";
import type { ReturnLineRequest } from "../../src/domain/ledger/booking.ts";
import type { ExpiryRule } from "../../src/domain/program/lot-rules.ts";
import { challenges, dated_gifts } from "./arbitrary-goals.ts";
import type { Bonus } from "../../src/domain/program/bonus-rules.ts";
import { promotions } from "./arbitrary-promotions.ts";
import { CATEGORIES, give, matcher, maybe, seldom, minimum_spend, SKUS } from "./arbitrary-parts.ts";
import type { RewardEffect } from "../../src/domain/program/reward-rules.ts";

// What a merchant may set up and what may happen at its tills. A new scheme is added here, in the reference ledger and,
// when it has commands of its own, in steps.ts.

/** The most of something; low, so that stories come across it. */
const few = maybe(fc.integer({ min: 1, max: 60 }));
const caps = fc.option(fc.record({ sale: few, day: few, week: few, month: few }), { nil: undefined, freq: 3 });

const level = (id: string, from: fc.Arbitrary<number>) =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant({ nl: id, en: id }),
    from,
    multiplier_percent: maybe(fc.constantFrom(110, 125, 133, 200)),
    discount_percent: maybe(fc.constantFrom(3, 10)),
    perks: fc.constantFrom(
      [],
      [],
      [{ kind: "member_price" as const, sku: "latte", price: 150 }, { kind: "free_shipping" as const }],
    ),
  });
/** Levels that a story of some weeks reaches and loses. */
const tiers = fc.oneof(
  ...(
    [
      ["points", 5, 40],
      ["spend", 800, 6000],
      ["visits", 1, 4],
    ] as const
  ).map(([basis, low, high]) =>
    fc.record({
      basis: fc.constant(basis),
      window: fc.oneof(
        fc.record({ kind: fc.constant("rolling" as const), months: fc.constantFrom(1, 2, 3) }),
        fc.constant({ kind: "calendar_year" as const }),
      ),
      grace_months: fc.constantFrom(0, 1, 2),
      downgrade: fc.constantFrom("reassess" as const, "one_level" as const, "never" as const),
      levels: fc.tuple(
        level("tir_low", fc.integer({ min: 0, max: low })),
        level("tir_high", fc.integer({ min: low + 1, max: high })),
      ),
    }),
  ),
);

const cooldown_minutes = fc.option(fc.constantFrom(10, 60, 1440), { nil: undefined, freq: 2 });
const spend = fc.record({
  id: fc.constant("ear_spend"),
  kind: fc.constant("spend" as const),
  give,
  per: fc.constantFrom(50, 100, 150, 333, 1000),
  steps: maybe(
    fc.constant([
      { from: 900, give: 4 },
      { from: 400, give: 5 },
    ]),
  ),
  caps,
});
const fancy = fc.record({
  id: fc.constant("ear_fancy"),
  kind: fc.constant("spend" as const),
  give,
  per: fc.constantFrom(70, 100, 150, 1000),
  minimum_spend,
  only: maybe(matcher),
  except: maybe(matcher),
});
const visit = fc.record({
  id: fc.constant("ear_visit"),
  kind: fc.constant("visit" as const),
  give,
  minimum_spend,
  cooldown_minutes,
  caps,
});
const item = fc.record({
  id: fc.constant("ear_item"),
  kind: fc.constant("item" as const),
  give,
  skus: fc.constantFrom(["latte"], ["latte", "tea"]),
  minimum_spend,
  caps,
});
const quantity = fc.record({
  id: fc.constant("ear_quantity"),
  kind: fc.constant("quantity" as const),
  give,
  per_units: maybe(fc.constantFrom(2, 3)),
  except: maybe(matcher),
  cooldown_minutes,
});
const category = fc.record({
  id: fc.constant("ear_category"),
  kind: fc.constant("category" as const),
  give,
  categories: fc.constant(["coffee"]),
  minimum_spend,
});
const earning = fc
  .tuple(
    fc.option(spend, { freq: 6 }),
    fc.option(fancy),
    fc.option(visit),
    fc.option(item),
    fc.option(category),
    fc.option(quantity),
  )
  .map((rules) => rules.filter((rule) => rule !== null));

const span = fc.constantFrom<{ days?: number; months?: number }>({ days: 1 }, { days: 4 }, { days: 20 }, { months: 1 });
const expiry: fc.Arbitrary<ExpiryRule> = fc.oneof(
  fc.constant({ kind: "none" as const }),
  fc.record({
    kind: fc.constant("rolling" as const),
    after: span,
    to: fc.constantFrom("day" as const, "month" as const),
  }),
  fc.record({ kind: fc.constant("sliding" as const), after: span }),
  fc.record({
    kind: fc.constant("fixed" as const),
    dates: fc.constantFrom<string[]>(["06-20", "12-31"], ["02-29"], ["01-01", "06-18", "06-30"]),
    at_least_days: fc.constantFrom(0, 3),
  }),
);
const lots = { caps, expiry: maybe(expiry), pending_days: maybe(fc.constantFrom(1, 3, 14)) };

const effect: fc.Arbitrary<RewardEffect> = fc.oneof(
  fc.record({
    kind: fc.constant("percent_off" as const),
    percent: fc.integer({ min: 1, max: 100 }),
    max_discount: maybe(fc.integer({ min: 0, max: 900 })),
    only: maybe(matcher),
  }),
  fc.record({
    kind: fc.constant("amount_off" as const),
    amount: fc.integer({ min: 1, max: 1500 }),
    only: maybe(matcher),
  }),
  fc.record({ kind: fc.constant("free_item" as const), only: maybe(matcher) }),
  fc.record({ kind: fc.constant("product" as const), sku: maybe(fc.constant("mug")) }),
  fc.record({
    kind: fc.constant("upgrade" as const),
    amount: fc.integer({ min: 1, max: 400 }),
    only: maybe(matcher),
  }),
);

const valid_for = maybe(fc.constantFrom<{ days?: number; months?: number }>({ days: 1 }, { days: 5 }, { months: 1 }));

const name = { nl: "iets", en: "something" };
const STAMPS = "stamps:stc_latte";
/** The units that a programme here may know. */
export const UNITS = ["points", STAMPS, "credit:EUR", "strip:stp_latte"];
export const REWARDS = ["rew_small", "rew_large", "rew_latte", "rew_gift", "rew_none"];

/** What a till may say that it took off: promotions and levels, of whatever kind. */
export const OFFERS = ["prm_percent", "prm_amount", "prm_times", "tir_low", "tir_high"];

const paidExpiry = fc.constantFrom(
  { kind: "none" as const },
  { kind: "rolling" as const, after: { months: 24 }, to: "month" as const },
);
const step = (from: number) => fc.record({ from: fc.constant(from), percent: fc.constantFrom(1, 7, 50) });
const cashback = (id: string) => fc.oneof(spend, visit, item).map((rule) => ({ ...rule, id }));
const credit = fc.record({
  paid: fc.record({ expiry: paidExpiry }),
  granted: fc.record({ expiry: maybe(expiry), pending_days: maybe(fc.constantFrom(1, 3)) }),
  top_up_bonus: fc.constantFrom(0, 1, 2).chain((count) => fc.tuple(...[step(100), step(1000)].slice(0, count))),
  earning: fc.array(cashback("ear_back"), { maxLength: 1 }),
  caps,
});

/** A programme as JSON text, in a zone; every scheme that exists, in every mixture. */
export function anyProgram(timezone: string): fc.Arbitrary<string> {
  return fc
    .record({
      earning,
      earn_on: fc.constantFrom("net_paid" as const, "gross" as const),
      exclude: maybe(matcher),
      points: fc.record(lots),
      stamps: fc.record({ ...lots, earning: fc.oneof(item, visit, spend) }),
      small: fc.record({ effect, cost: fc.integer({ min: 1, max: 6 }), minimum_spend, valid_for }),
      large: fc.record({ effect, cost: fc.integer({ min: 10, max: 40 }), valid_for }),
      gift: maybe(fc.record({ effect, valid_for, minimum_spend })),
      automatic: seldom(fc.subarray(["rew_large", "rew_latte", "rew_small"], { maxLength: 2 })),
      pay: maybe(fc.constantFrom({ points: 1, amount: 1 }, { points: 10, amount: 25 })),
      minutes: fc.constantFrom(1, 15, 1440),
      credit: maybe(credit),
      strips: maybe(fc.record({ size: fc.constantFrom(2, 5), expiry: paidExpiry, items: matcher })),
      tiers: fc.option(tiers, { nil: undefined, freq: 2 }),
      transfers: maybe(fc.constant({ points: true })),
      promotions,
      challenges,
      dated_gifts,
    })
    .map(
      ({
        points,
        stamps,
        small,
        large,
        gift,
        automatic = [],
        pay,
        credit: money,
        strips,
        minutes,
        promotions: all,
        challenges,
        dated_gifts,
        ...rest
      }) => {
        // Nothing is given that the programme does not know, and nobody is in a level that it does not have.
        const isKnown = (unit: string) => !unit.startsWith("credit:") || money !== undefined;
        const isPossible = ({ gives, segment }: { gives: Bonus; segment?: { tiers?: string[] } | undefined }) =>
          (gives.kind === "reward" ? gives.reward !== "rew_gift" || gift !== undefined : isKnown(gives.unit)) &&
          (segment?.tiers === undefined || rest.tiers !== undefined);
        return JSON.stringify({
          ...rest,
          challenges: challenges.filter(isPossible),
          dated_gifts: dated_gifts.filter(isPossible),
          promotions: all.filter(
            ({ segment, gives }) =>
              (segment?.tiers === undefined || rest.tiers !== undefined) &&
              !("unit" in gives && gives.unit.startsWith("credit:") && money === undefined) &&
              // A coupon has a last day.
              !(gives.kind === "issue" && (gives.reward === "rew_gift" ? gift : small)?.valid_for === undefined),
          ),
          schema: 1,
          name: "Model",
          currency: "EUR",
          timezone,
          locale: "nl",
          units: { points: { name, ...points } },
          stamp_cards: [
            {
              ...stamps,
              id: "stc_latte",
              name,
              size: 3,
              earning: [{ ...stamps.earning, id: "ear_stamp" }],
              reward: "rew_latte",
            },
          ],
          rewards: [
            {
              id: "rew_small",
              name,
              cost: { unit: "points", amount: small.cost },
              effect: small.effect,
              minimum_spend: small.minimum_spend,
              valid_for: small.valid_for,
              automatic: automatic.includes("rew_small") && !automatic.includes("rew_large"),
            },
            {
              id: "rew_large",
              name,
              cost: { unit: "points", amount: large.cost },
              effect: large.effect,
              valid_for: large.valid_for,
              automatic: automatic.includes("rew_large"),
            },
            {
              id: "rew_latte",
              name,
              cost: { unit: STAMPS, amount: 3 },
              effect: { kind: "free_item" },
              automatic: automatic.includes("rew_latte"),
            },
            ...(gift === undefined ? [] : [{ id: "rew_gift", name, ...gift }]),
          ],
          pay_with_points: pay,
          credit: money,
          strip_cards: strips === undefined ? [] : [{ ...strips, id: "stp_latte", sku: "STRIPS", name }],
          holds: { minutes },
        });
      },
    );
}

const KINDS = ["item", "item", "item", "item", "item", "item", "item", "item", "item", "item"] as const;
const goods = fc.record({
  kind: fc.constantFrom(
    ...KINDS,
    ...([
      "tip",
      "deposit",
      "discount",
      "rounding",
      "top_up",
      "top_up",
      "gift_card",
      "strip_card",
      "strip_card",
    ] as const),
  ),
  sku: fc.option(fc.constantFrom(...SKUS)),
  category: fc.option(fc.constantFrom(...CATEGORIES)),
  quantity_milli: fc.constantFrom(1000, 1000, 2000, 3000, 250, 333, 1500),
  amount: fc.oneof(fc.integer({ min: 0, max: 2500 }), fc.constantFrom(0, 1, 99, 100, 101, 20_000)),
});

const STRIP_SKUS = ["STRIPS", "stp_latte", "unknown"];

/** Lines of every kind; may be empty. */
export const anyBasket = fc.array(goods, { maxLength: 4 }).map((lines) =>
  lines.map((line, index): BasketLine => {
    const amount = line.kind === "discount" || line.kind === "rounding" ? -(line.amount % 700) : line.amount;
    const sku = line.kind === "strip_card" ? STRIP_SKUS[index % STRIP_SKUS.length] : line.sku;
    return { ...line, sku: sku ?? null, id: `l${index}`, amount, name: null, unit_price: null, tax_rate: null };
  }),
);

/** What of a sale comes back: all of it, an amount, or lines. */
export type Back = "all" | number | readonly ReturnLineRequest[];

const byId = fc.record({
  line: fc.nat({ max: 4 }).map((index) => `l${index}`),
  sku: fc.constant(null),
  quantity_milli: fc.option(fc.constantFrom(1, 250, 500, 1000, 2000)),
  amount: fc.option(fc.integer({ min: 0, max: 600 }), { freq: 2 }),
});
const bySku = fc.record({
  line: fc.constant(null),
  sku: fc.constantFrom(...SKUS),
  quantity_milli: fc.option(fc.constantFrom(500, 1000, 2000)),
  amount: fc.constant(null),
});
export const anyBack: fc.Arbitrary<Back> = fc.oneof(
  fc.constant("all" as const),
  fc.integer({ min: 0, max: 1500 }),
  fc.array(byId, { minLength: 1, maxLength: 3 }),
  bySku.map((one) => [one]),
);
