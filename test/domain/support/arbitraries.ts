import fc from "fast-check";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { CompiledProgram } from "../../../src/domain/program/compile.ts";
import type { ExpiryRule } from "../../../src/domain/program/lot-rules.ts";
import type { EarningRule } from "../../../src/domain/program/earning-rules.ts";
import type { Matcher } from "../../../src/domain/program/document-parts.ts";
import type { RewardEffect } from "../../../src/domain/program/reward-rules.ts";
import type { Back } from "./commands.ts";
import {
  categoryRule,
  itemRule,
  program,
  type ProgramInput,
  reward,
  spendRule,
  stampCard,
  visitRule,
} from "./program.ts";

/** Seeded, so that a run never depends on luck; `FC_SEED` and `FC_RUNS` (a multiplier) go hunting. */
export function runs(count: number): { seed: number; numRuns: number } {
  const seed = Number(process.env["FC_SEED"] ?? 20_260_616);
  return { seed, numRuns: Math.round(count * Number(process.env["FC_RUNS"] ?? 1)) };
}

/** How long a test of many runs may take, in ms; a busy machine, or a long hunt, must not fail it. */
export const PATIENCE_MS = 60_000 * Math.max(1, Number(process.env["FC_RUNS"] ?? 1));

const SKUS = ["latte", "cake", "tea"];
const CATEGORIES = ["coffee", "food", "tobacco"];

const sku = fc.option(fc.constantFrom(...SKUS));
const category = fc.option(fc.constantFrom(...CATEGORIES));
const price = fc.oneof(fc.integer({ min: 0, max: 2500 }), fc.constantFrom(0, 1, 99, 100, 101, 1_000_000_000));
const quantity_milli = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1000, 2000, 3000) },
  fc.constantFrom(1, 250, 333, 1500, 999_999),
);

/** A line of goods. */
export const goods: fc.Arbitrary<Omit<BasketLine, "id">> = fc.record({
  kind: fc.constant("item" as const),
  sku,
  category,
  quantity_milli,
  amount: price,
  name: fc.constant(null),
  unit_price: fc.constant(null),
  tax_rate: fc.option(fc.constantFrom("9", "21")),
});

const otherLine: fc.Arbitrary<Omit<BasketLine, "id">> = fc
  .tuple(
    goods,
    fc.constantFrom("tip", "deposit", "gift_card", "top_up", "strip_card", "delivery", "discount", "rounding"),
  )
  .map(([line, kind]) => ({
    ...line,
    kind,
    amount: kind === "discount" || kind === "rounding" ? -(line.amount % 700) : line.amount,
  }));

export function withIds(lines: readonly Omit<BasketLine, "id">[]): BasketLine[] {
  return lines.map((line, index) => ({ ...line, id: `l${index}` }));
}

/** Lines of goods alone. */
export const goodsBasket = fc.array(goods, { minLength: 1, maxLength: 5 }).map(withIds);

/** Lines of every kind; may be empty. */
export const anyBasket = fc.array(fc.oneof({ weight: 3, arbitrary: goods }, otherLine), { maxLength: 6 }).map(withIds);

const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.constantFrom(...SKUS).map((one) => ({ skus: [one] })),
  fc.constantFrom(...CATEGORIES).map((one) => ({ categories: [one] })),
);

const give = fc.constantFrom(1, 2, 3, 7, 10);
const minimum = fc.constantFrom(0, 0, 1, 500, 1200);

/** A spend rule that counts everything. */
export const plainSpend = fc
  .record({ give, per: fc.constantFrom(1, 7, 100, 150, 333, 1000, 2500) })
  .map((changes) => spendRule(changes));

const fancySpend: fc.Arbitrary<EarningRule> = fc
  .record(
    { give, per: fc.constantFrom(7, 100, 150, 1000), minimum_spend: minimum, only: matcher, except: matcher },
    { requiredKeys: ["give", "per"] },
  )
  .map((changes) => spendRule({ ...changes, id: "ear_fancy" }));
const visits: fc.Arbitrary<EarningRule> = fc.record({ give, minimum_spend: minimum }).map(visitRule);
const items: fc.Arbitrary<EarningRule> = fc.record({ give, minimum_spend: minimum }).map(itemRule);
const categories: fc.Arbitrary<EarningRule> = fc.record({ give, minimum_spend: minimum }).map(categoryRule);

const earning = fc
  .tuple(fc.option(plainSpend), fc.option(fancySpend), fc.option(visits), fc.option(items), fc.option(categories))
  .map((rules) => rules.filter((rule) => rule !== null));

export const effect: fc.Arbitrary<RewardEffect> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("percent_off" as const),
      percent: fc.integer({ min: 1, max: 100 }),
      max_discount: fc.integer({ min: 0, max: 900 }),
      only: matcher,
    },
    { requiredKeys: ["kind", "percent"] },
  ),
  fc.record(
    { kind: fc.constant("amount_off" as const), amount: fc.integer({ min: 1, max: 3000 }), only: matcher },
    { requiredKeys: ["kind", "amount"] },
  ),
  fc.record({ kind: fc.constant("free_item" as const), only: matcher }, { requiredKeys: ["kind"] }),
  fc.record(
    { kind: fc.constant("upgrade" as const), amount: fc.integer({ min: 1, max: 900 }), only: matcher },
    { requiredKeys: ["kind", "amount"] },
  ),
  fc.constant<RewardEffect>({ kind: "experience" }),
  fc.record({ kind: fc.constant("product" as const), sku: fc.constant("mug") }, { requiredKeys: ["kind"] }),
);

const stamps = stampCard("latte", itemRule({ id: "ear_stamp" }), 3);

const span = fc.constantFrom<{ days?: number; months?: number }>(
  { days: 1 },
  { days: 2 },
  { days: 10 },
  { months: 1 },
  { months: 3 },
);
const expiry: fc.Arbitrary<ExpiryRule> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: "none" as const }) },
  fc.record({
    kind: fc.constant("rolling" as const),
    after: span,
    to: fc.constantFrom("day" as const, "month" as const),
  }),
  fc.record({ kind: fc.constant("sliding" as const), after: span }),
  fc.constant<ExpiryRule>({ kind: "fixed", dates: ["06-20", "12-31"], at_least_days: 3 }),
);
const lots = fc.record({ expiry, pending_days: fc.constantFrom(1, 3) }, { requiredKeys: ["expiry"] });

const some = fc.integer({ min: 1, max: 40 });
const caps = fc.record({ sale: some, day: some, week: some, month: some }, { requiredKeys: [] });
const quantities: fc.Arbitrary<EarningRule> = fc
  .record({ give, per_units: fc.constantFrom(1, 2, 3) })
  .map((changes) => ({ id: "ear_quantity", kind: "quantity", ...changes }));
const steps: fc.Arbitrary<EarningRule> = fc
  .record({ give, per: fc.constantFrom(7, 100, 1000), caps, cooldown_minutes: fc.constantFrom(5, 60) })
  .map((changes) => spendRule({ ...changes, id: "ear_steps", steps: [{ from: 1000, give: changes.give + 1 }] }));

const promotions = fc
  .tuple(fc.constantFrom(101, 150, 200, 333, 500), give, fc.option(matcher, { nil: undefined }), fc.boolean())
  .map(([percent, more, only, counts_for_tier]) => [
    {
      id: "prm_times",
      name: { en: "times" },
      gives: { kind: "multiplier" as const, percent },
      counts_for_tier,
      per_member: 3,
      budget: percent % 2 === 0 ? { points_max: 50 } : { uses_max: 5 },
      ...(only === undefined ? {} : { only }),
    },
    {
      id: "prm_more",
      name: { en: "more" },
      gives: { kind: "addition" as const, give: more },
      budget: { points_max: 20 },
      windows: [{ starts: "2026-06-01T00:00", minutes: 1440, rrule: "FREQ=DAILY;INTERVAL=2" }],
      counts_for_tier,
    },
    {
      id: "prm_next",
      name: { en: "next time" },
      minimum_spend: 300,
      gives: { kind: "issue" as const, reward: "rew_next" },
      ...(only === undefined ? {} : { only }),
    },
    {
      id: "prm_next_large",
      name: { en: "next time more" },
      minimum_spend: 1500,
      per_member_day: 2,
      budget: { uses_max: 3 },
      gives: { kind: "issue" as const, reward: "rew_next" },
    },
  ]);
const tiers = fc
  .record({
    basis: fc.constantFrom("points" as const, "spend" as const, "visits" as const),
    window: fc.constantFrom(
      { kind: "rolling" as const, months: 1 },
      { kind: "rolling" as const, months: 12 },
      { kind: "calendar_year" as const },
    ),
    downgrade: fc.constantFrom("reassess" as const, "one_level" as const, "never" as const),
    grace_months: fc.constantFrom(0, 1),
  })
  .map((rules) => ({
    ...rules,
    levels: [
      { id: "tir_low", name: { en: "low" }, from: 2, multiplier_percent: 125 },
      { id: "tir_high", name: { en: "high" }, from: 3000 },
    ],
  }));

const challengeCounts = fc.constantFrom(
  { kind: "visits" as const },
  { kind: "items" as const },
  { kind: "spend" as const },
  { kind: "distinct" as const, of: "sku" as const },
  { kind: "distinct" as const, of: "day" as const },
);
const challengeWindow = fc.constantFrom(
  { kind: "dates" as const },
  { kind: "week" as const },
  { kind: "days" as const, days: 3, again: true },
  { kind: "days" as const, days: 2, again: false },
);
const challenges = fc
  .record({
    counts: challengeCounts,
    goal: fc.integer({ min: 1, max: 5 }),
    window: challengeWindow,
    gives: fc.constantFrom(
      { kind: "units" as const, unit: "points", give: 9 },
      { kind: "units" as const, unit: "stamps:stc_latte", give: 1 },
      { kind: "reward" as const, reward: "rew_coffee", valid_for: { days: 2 } },
    ),
    minimum_spend: minimum,
  })
  .map((changes) => [
    {
      ...changes,
      id: "chl_any",
      name: { en: "any" },
      goal: changes.counts.kind === "spend" ? changes.goal * 300 : changes.goal,
    },
  ]);

type DatedGifts = NonNullable<ProgramInput["dated_gifts"]>;
const dated_gifts = fc.constantFrom<DatedGifts[]>(
  [],
  [
    {
      id: "gif_day",
      name: { en: "day" },
      on: { kind: "date" as const, day: "06-18" },
      days_before: 2,
      gives: { kind: "units" as const, give: 4 },
    },
    {
      id: "gif_cup",
      name: { en: "cup" },
      on: { kind: "date" as const, day: "06-17" },
      days_after: 1,
      gives: { kind: "reward" as const, reward: "rew_coffee", valid_for: { days: 2 } },
    },
  ],
);

/** Everything that changes what a sale earns beyond its rules. */
const schemes = fc.record(
  { tiers, promotions, challenges, earn_before_tax: fc.constant({ default_rate: "21" }) },
  { requiredKeys: [] },
);

/** Credit with cashback, bonuses and dates. */
export const anyCredit = fc.record(
  {
    granted: lots,
    top_up_bonus: fc.constantFrom(7, 33).map((percent) => [
      { from: 100, percent },
      { from: 1000, percent: percent + 1 },
    ]),
    earning: fc
      .record({ give: fc.constantFrom(1, 5, 50), per: fc.constantFrom(100, 333) })
      .map((changes) => [spendRule({ ...changes, id: "ear_back" })]),
    paid: fc.constant({ expiry: { kind: "rolling" as const, after: { months: 24 } } }),
  },
  { requiredKeys: [] },
);

/** How far the programmes of a story may go. */
export interface Reach {
  /** Rewards that issue themselves. */
  readonly automatic?: boolean;
  /** Returns that take a balance below zero. */
  readonly debt?: boolean;
  /** Gifts on days of the year. */
  readonly gifts?: boolean;
}

/** A programme with points, one stamp card and two rewards; rules, effects and expiry vary. */
export function anyProgram(
  version = 1,
  { automatic = false, debt = false, gifts: given = false }: Reach = {},
): fc.Arbitrary<CompiledProgram> {
  return fc
    .record({
      spent_points: fc.constantFrom("clamp" as const, debt ? ("debt" as const) : ("clamp" as const)),
      earning,
      earn_on: fc.constantFrom("net_paid" as const, "gross" as const),
      exclude: fc.option(matcher, { nil: undefined }),
      effect,
      cost: fc.integer({ min: 1, max: 6 }),
      lots,
      caps: fc.option(caps, { nil: undefined }),
      schemes,
      credit: fc.option(anyCredit, { nil: undefined }),
      extra: fc.array(fc.oneof(quantities, steps), { maxLength: 1 }),
      gifts: given ? dated_gifts : fc.constant<DatedGifts>([]),
    })
    .map(
      ({
        exclude,
        effect: given,
        cost,
        lots: points,
        caps: most,
        schemes: more,
        extra,
        credit,
        spent_points,
        gifts,
        ...changes
      }) =>
        program(
          {
            ...changes,
            ...more,
            returns: { spent_points },
            transfers: { points: true },
            limits: { offline_redemption: { amount: 700 } },
            dated_gifts: gifts,
            earning: [...changes.earning, ...extra],
            units: {
              points: {
                name: { nl: "punten", en: "points" },
                ...points,
                ...(most === undefined ? {} : { caps: most }),
              },
            },
            ...(exclude === undefined ? {} : { exclude }),
            ...(credit === undefined ? {} : { credit }),
            strip_cards: [
              { id: "stp_three", name: { en: "three" }, sku: "latte", size: 3, items: { categories: ["coffee"] } },
            ],
            stamp_cards: [stamps.card],
            // One of them only promotions issue; it is used and taken back in the stories like any other.
            rewards: [
              { ...stamps.full, automatic: automatic && cost % 2 === 0 },
              reward({
                effect: given,
                cost: { unit: "points", amount: cost },
                automatic: automatic && cost === 6,
                ...(more.tiers === undefined ? {} : { tier_prices: [{ tier: "tir_low", amount: 7 - cost }] }),
                ...(more.tiers === undefined || cost !== 4 ? {} : { tiers: ["tir_low", "tir_high"] }),
              }),
              { id: "rew_next", name: { en: "next" }, effect: given, valid_for: { days: 2 } },
            ],
            pay_with_points: { points: 10, amount: 25 },
          },
          version,
        ),
    );
}

/** Something that happens to an account. Places are taken modulo what there is, so that most of it makes sense. */
export type Step =
  | {
      readonly kind: "sale";
      readonly lines: readonly BasketLine[];
      readonly extra: number;
      readonly foreign: boolean;
      readonly holds: readonly number[];
      /** Minor units that a gift card holds for it; 0 without one. */
      readonly giftcard: number;
    }
  | { readonly kind: "return"; readonly sale: number; readonly back: Back }
  | { readonly kind: "early_return"; readonly ahead: number; readonly back: Back }
  | {
      readonly kind: "hold";
      readonly ask: "rew_coffee" | "rew_latte" | number | { readonly credit: number } | { readonly strips: number };
      readonly lines: readonly BasketLine[] | null;
    }
  | { readonly kind: "capture" | "cancel" | "renew"; readonly hold: number }
  | { readonly kind: "adjustment"; readonly delta: number; readonly stamps: boolean }
  | { readonly kind: "gift"; readonly amount: number; readonly credit: boolean }
  | { readonly kind: "issue"; readonly origin: "gift" | "claim"; readonly lasts_days: number | null }
  | { readonly kind: "redeem_issue" | "cancel_issue"; readonly issue: number }
  | { readonly kind: "offline_redemption"; readonly ask: "rew_coffee" | "rew_latte"; readonly minutes_ago: number }
  | { readonly kind: "transfer"; readonly amount: number }
  | { readonly kind: "deliver"; readonly parcel: number; readonly failed: boolean }
  | { readonly kind: "card"; readonly block: boolean; readonly card: number }
  | { readonly kind: "publish"; readonly program: CompiledProgram }
  | { readonly kind: "wait"; readonly minutes: number };

const place = fc.nat({ max: 9 });

const back: fc.Arbitrary<Back> = fc.oneof(
  fc.constant("all" as const),
  fc.integer({ min: 0, max: 1500 }),
  fc.array(
    fc.record({
      line: fc.nat({ max: 3 }).map((index) => `l${index}`),
      sku: fc.constant(null),
      quantity_milli: fc.option(fc.constantFrom(1, 250, 500, 1000, 2000)),
      amount: fc.option(fc.integer({ min: 0, max: 600 })),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  fc
    .record({
      line: fc.constant(null),
      sku: fc.constantFrom(...SKUS),
      quantity_milli: fc.option(fc.constantFrom(500, 1000, 2000)),
      amount: fc.option(fc.integer({ min: 0, max: 600 })),
    })
    .map((one) => [one]),
);

export function anyStep(programs: boolean): fc.Arbitrary<Step> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("sale" as const),
        lines: anyBasket,
        extra: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -300, max: 300 })),
        foreign: fc.integer({ min: 0, max: 15 }).map((value) => value === 0),
        holds: fc.array(place, { maxLength: 2 }),
        giftcard: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 1500 })),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("return" as const), sale: place, back }) },
    fc.record({ kind: fc.constant("early_return" as const), ahead: fc.integer({ min: 1, max: 3 }), back }),
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("hold" as const),
        ask: fc.oneof(
          fc.constantFrom("rew_coffee" as const, "rew_latte" as const),
          fc.integer({ min: 1, max: 30 }),
          fc.record({ credit: fc.integer({ min: 1, max: 1500 }) }),
          fc.record({ strips: fc.integer({ min: 1, max: 4 }) }),
        ),
        lines: fc.option(goodsBasket),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("capture", "cancel", "renew"), hold: place }) },
    fc.record({
      kind: fc.constant("adjustment" as const),
      delta: fc.integer({ min: -60, max: 60 }),
      stamps: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("gift" as const), amount: fc.integer({ min: 1, max: 20 }), credit: fc.boolean() }),
    fc.record({
      kind: fc.constant("issue" as const),
      origin: fc.constantFrom("gift" as const, "claim" as const),
      lasts_days: fc.option(fc.constantFrom(0, 1, 6)),
    }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("redeem_issue", "cancel_issue"), issue: place }) },
    fc.record({
      kind: fc.constant("offline_redemption" as const),
      ask: fc.constantFrom("rew_coffee" as const, "rew_latte" as const),
      minutes_ago: fc.constantFrom(0, 60, 24 * 60),
    }),
    fc.record({ kind: fc.constant("transfer" as const), amount: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant("deliver" as const), parcel: place, failed: fc.boolean() }),
    fc.record({ kind: fc.constant("card" as const), block: fc.boolean(), card: fc.nat({ max: 3 }) }),
    fc.record({ kind: fc.constant("wait" as const), minutes: fc.constantFrom(1, 7, 15, 60, 24 * 60, 5 * 24 * 60) }),
  );
  if (!programs) return step;
  const publish = anyProgram(1, { debt: true }).map((compiled): Step => ({ kind: "publish", program: compiled }));
  return fc.oneof({ weight: 18, arbitrary: step }, { weight: 1, arbitrary: publish });
}

/** What happens to an account, long enough for balances to build up and be spent. */
export const anyStory = fc.array(anyStep(true), { minLength: 1, maxLength: 30, size: "max" });
