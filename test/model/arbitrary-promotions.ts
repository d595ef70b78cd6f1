import fc from "fast-check";
import { give, matcher, minimum_spend, seldom } from "./arbitrary-parts.ts";

const name = { nl: "actie", en: "promotion" };

/** Hours of every day, days of the week, and a few days once; around the time at which stories begin. */
const windows = fc.array(
  fc.constantFrom(
    { starts: "2026-06-14T11:30", minutes: 90, rrule: "FREQ=DAILY" },
    { starts: "2026-06-01T00:00", minutes: 1440, rrule: "FREQ=WEEKLY;BYDAY=TU,SA" },
    { starts: "2026-06-16T06:00", minutes: 3 * 1440 },
  ),
  { maxLength: 2 },
);
export const segment = fc.constantFrom<{ tiers?: string[]; joined_within_days?: number; not_seen_days?: number }>(
  { tiers: ["tir_low"] },
  { tiers: ["tir_high", "tir_low"] },
  { joined_within_days: 3 },
  { not_seen_days: 1 },
);

const common = {
  name: fc.constant(name),
  windows,
  minimum_spend,
  only: seldom(matcher),
  segment: seldom(segment),
  per_member: seldom(fc.constantFrom(1, 3)),
  per_member_day: seldom(fc.constantFrom(1, 2)),
  counts_for_tier: fc.boolean(),
};
const unit = fc.constantFrom("points", "points", "stamps:stc_latte", "credit:EUR");
const promotion = <Gives>(id: string, gives: fc.Arbitrary<Gives>) =>
  fc.record({ id: fc.constant(id), gives, ...common });
const times = fc.record({
  kind: fc.constant("multiplier" as const),
  unit,
  percent: fc.constantFrom(101, 150, 200, 333),
});
const effect = <Effect>(one: fc.Arbitrary<Effect>) => fc.record({ kind: fc.constant("effect" as const), effect: one });

const coupon = fc.record({
  kind: fc.constant("issue" as const),
  reward: fc.constantFrom("rew_gift", "rew_gift", "rew_small"),
});

/** None to all of these, each by itself. */
export const promotions = fc
  .tuple(
    fc.option(promotion("prm_times", times), { freq: 2 }),
    fc.option(promotion("prm_more_times", times), { freq: 2 }),
    fc.option(promotion("prm_coupon", coupon), { freq: 2 }),
    fc.option(promotion("prm_next_coupon", coupon), { freq: 2 }),
    fc.option(promotion("prm_add", fc.record({ kind: fc.constant("addition" as const), unit, give })), { freq: 2 }),
    fc.option(
      promotion(
        "prm_percent",
        effect(
          fc.record({
            kind: fc.constant("percent_off" as const),
            percent: fc.constantFrom(5, 33),
            max_discount: seldom(fc.constant(100)),
          }),
        ),
      ),
      { freq: 2 },
    ),
    fc.option(
      promotion(
        "prm_amount",
        effect(
          fc.oneof(
            fc.record({ kind: fc.constant("amount_off" as const), amount: fc.constantFrom(1, 250, 5000) }),
            fc.constant({ kind: "free_item" as const }),
          ),
        ),
      ),
      { freq: 2 },
    ),
  )
  .map((all) => all.filter((one) => one !== null));
