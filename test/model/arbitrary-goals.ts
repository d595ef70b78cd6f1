import fc from "fast-check";
import { give, matcher, minimum_spend, seldom } from "./arbitrary-parts.ts";
import { segment } from "./arbitrary-promotions.ts";

const name = { nl: "doel", en: "goal" };
const span = seldom(fc.constantFrom<{ days?: number; months?: number }>({ days: 2 }, { months: 1 }));

const gives = fc.oneof(
  fc.record({
    kind: fc.constant("units" as const),
    unit: fc.constantFrom("points", "points", "stamps:stc_latte", "credit:EUR"),
    give,
  }),
  fc.record({
    kind: fc.constant("reward" as const),
    reward: fc.constantFrom("rew_gift", "rew_small", "rew_large"),
    valid_for: span,
  }),
);

/** What counts, with a goal that a story of some sales reaches. */
const counts = fc.oneof(
  fc.record({ counts: fc.constant({ kind: "visits" as const }), goal: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ counts: fc.constant({ kind: "items" as const }), goal: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ counts: fc.constant({ kind: "spend" as const }), goal: fc.constantFrom(1, 900, 5000) }),
  fc.record({
    counts: fc.record({
      kind: fc.constant("distinct" as const),
      of: fc.constantFrom("sku" as const, "category" as const, "day" as const),
    }),
    goal: fc.integer({ min: 1, max: 3 }),
  }),
);
const window = fc.oneof(
  fc.constantFrom({ kind: "dates" as const }, { kind: "week" as const }, { kind: "month" as const }),
  fc.constant({ kind: "year" as const }),
  fc.record({ kind: fc.constant("days" as const), days: fc.constantFrom(1, 3, 10), again: fc.boolean() }),
);
const challenge = (id: string) =>
  fc
    .record({
      what: counts,
      only: seldom(matcher),
      except: seldom(matcher),
      minimum_spend,
      window,
      from: seldom(fc.constantFrom("2026-06-12", "2026-06-17")),
      until: seldom(fc.constantFrom("2026-06-18", "2026-06-30")),
      segment: seldom(segment),
      gives,
      counts_for_tier: fc.boolean(),
    })
    .map(({ what, ...rest }) => ({ id, name, ...what, ...rest }));

/** None, one or two. */
export const challenges = fc
  .tuple(fc.option(challenge("chl_first"), { freq: 2 }), fc.option(challenge("chl_second"), { freq: 2 }))
  .map((all) => all.filter((one) => one !== null));

const gift = (id: string) =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant(name),
    on: fc.oneof(
      fc.constant({ kind: "birthday" as const }),
      fc.constant({ kind: "joined" as const }),
      fc.record({ kind: fc.constant("date" as const), day: fc.constantFrom("06-16", "06-19", "06-25", "02-29") }),
    ),
    days_before: fc.constantFrom(0, 0, 2),
    days_after: fc.constantFrom(0, 0, 3),
    gives,
    counts_for_tier: fc.boolean(),
  });

/** None, one or two. */
export const dated_gifts = fc
  .tuple(fc.option(gift("gif_first"), { freq: 2 }), fc.option(gift("gif_second"), { freq: 2 }))
  .map((all) => all.filter((one) => one !== null));
