import { describe, expect, test } from "vitest";
import { compileProgram, inLocale } from "../../../src/domain/program/compile.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import {
  categoryRule,
  itemRule,
  type ProgramInput,
  program,
  programInput,
  reward,
  spendRule,
  stampCard,
  visitRule,
} from "../support/program.ts";

const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }));
const bread = stampCard("bread", visitRule({ id: "ear_bread" }), 2);

/** A document that uses everything a document may say. */
const everything: ProgramInput = programInput({
  earn_on: "gross",
  earn_before_tax: { default_rate: "21" },
  exclude: { skus: ["voucher"], categories: ["tobacco"] },
  earning: [
    spendRule({ only: { skus: ["a"] }, except: { categories: ["b"] }, minimum_spend: 0 }),
    visitRule({ minimum_spend: 500, caps: { sale: 1, day: 2, week: 3, month: 4 }, cooldown_minutes: 60 }),
    itemRule({ per_units: 2 }),
    categoryRule(),
  ],
  stamp_cards: [coffee.card, bread.card],
  strip_cards: [
    {
      id: "stp_coffee",
      name: { en: "Ten coffees" },
      sku: "STRIP-10",
      size: 10,
      items: { categories: ["coffee"] },
      price: 2500,
      expiry: { kind: "none" },
      vat: "single_purpose",
    },
  ],
  credit: {
    name: { en: "credit" },
    paid: { expiry: { kind: "rolling", after: { months: 24 }, to: "month" } },
    granted: { expiry: { kind: "none" }, pending_days: 14 },
    vat: "single_purpose",
    top_up_bonus: [{ from: 2500, percent: 10 }],
    earning: [spendRule({ id: "ear_back" })],
    caps: { day: 500 },
  },
  tiers: {
    basis: "spend",
    window: { kind: "rolling", months: 12 },
    grace_months: 1,
    downgrade: "one_level",
    levels: [
      { id: "tir_silver", name: { en: "Silver" }, from: 10_000, perks: [{ kind: "free_shipping" }] },
      { id: "tir_gold", name: { en: "Gold" }, from: 50_000, multiplier_percent: 150, discount_percent: 5, perks: [] },
    ],
  },
  actions: [
    {
      id: "act_survey",
      kind: "survey",
      name: { en: "Survey" },
      unit: "points",
      give: 5,
      each: "month",
      counts_for_tier: true,
    },
    {
      id: "act_welcome",
      kind: "sign_up",
      name: { en: "Welcome" },
      unit: "points",
      give: 5,
      each: "once",
      counts_for_tier: false,
      automatic: true,
    },
  ],
  challenges: [
    {
      id: "chl_july",
      name: { en: "Five visits in July" },
      counts: { kind: "distinct", of: "day" },
      goal: 5,
      only: { categories: ["coffee"] },
      except: { skus: ["voucher"] },
      minimum_spend: 250,
      window: { kind: "days", days: 30, again: true },
      from: "2026-07-01",
      until: "2026-07-31",
      segment: { tiers: ["tir_gold"] },
      gives: { kind: "reward", reward: "rew_amount", valid_for: { days: 14 } },
      counts_for_tier: true,
    },
  ],
  dated_gifts: [
    {
      id: "gif_birthday",
      name: { en: "Birthday" },
      on: { kind: "birthday" },
      days_before: 7,
      days_after: 14,
      gives: { kind: "units", unit: "points", give: 50 },
      counts_for_tier: true,
    },
  ],
  promotions: [
    {
      id: "prm_happy",
      name: { en: "Happy hour" },
      windows: [{ starts: "2026-01-02T16:00", minutes: 120, rrule: "FREQ=WEEKLY;BYDAY=FR" }],
      only: { categories: ["coffee"] },
      segment: { tiers: ["tir_gold"], joined_within_days: 365, not_seen_days: 2 },
      per_member: 10,
      per_member_day: 1,
      gives: { kind: "multiplier", unit: "points", percent: 200 },
      counts_for_tier: false,
    },
  ],
  rewards: [
    coffee.full,
    bread.full,
    reward({ id: "rew_amount", minimum_spend: 1000, cost_price: 100 }),
    reward({
      id: "rew_percent",
      effect: { kind: "percent_off", percent: 10, max_discount: 500, only: { skus: ["a"] } },
    }),
    reward({ id: "rew_item", effect: { kind: "free_item", only: { categories: ["coffee"] } } }),
    reward({ id: "rew_product", effect: { kind: "product", sku: "mug" } }),
  ],
  pay_with_points: { points: 100, amount: 100 },
  returns: { spent_points: "clamp" },
  limits: { offline_redemption: { amount: 1000, snapshot_days: 4 }, paper_cards: false },
  holds: { minutes: 30 },
});

function issuesOf(document: unknown): readonly string[] {
  const parsed = parseProgramDocument(document);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

test("a document that uses everything is valid and comes back as it was", () => {
  expect(parseProgramDocument(everything)).toEqual({ ok: true, value: everything });
});

test("the least document gets its defaults", () => {
  const least = { schema: 1, name: "C", currency: "EUR", timezone: "UTC", locale: "en", units: {} };
  expect(parseProgramDocument(least)).toEqual({
    ok: true,
    value: {
      ...least,
      earn_on: "net_paid",
      earning: [],
      stamp_cards: [],
      strip_cards: [],
      promotions: [],
      challenges: [],
      dated_gifts: [],
      actions: [],
      rewards: [],
      returns: { spent_points: "clamp" },
      limits: { paper_cards: true },
      holds: { minutes: 15 },
    },
  });
});

test("credit alone gets its defaults", () => {
  const parsed = parseProgramDocument(programInput({ credit: {} }));
  expect(parsed.ok && parsed.value.credit).toEqual({
    name: { nl: "tegoed", en: "credit" },
    paid: { expiry: { kind: "none" } },
    granted: {},
    vat: "multi_purpose",
    top_up_bonus: [],
    earning: [],
  });
});

describe("what does not fit together is named with its place", () => {
  const rate = { points: 100, amount: 100 };
  const table: [what: string, document: ProgramInput, issues: string[]][] = [
    [
      "one earning rule twice",
      programInput({ earning: [spendRule(), visitRule({ id: "ear_spend" })] }),
      ["earning.1.id: the id ear_spend is used twice"],
    ],
    [
      "one rule in the points and on a stamp card",
      programInput({
        earning: [itemRule({ id: "ear_coffee" })],
        stamp_cards: [coffee.card],
        rewards: [coffee.full],
      }),
      ["stamp_cards.0.earning.0.id: the id ear_coffee is used twice"],
    ],
    [
      "one reward twice",
      programInput({ rewards: [reward(), reward()] }),
      ["rewards.1.id: the id rew_coffee is used twice"],
    ],
    [
      "one stamp card twice",
      programInput({
        stamp_cards: [coffee.card, { ...coffee.card, earning: [visitRule({ id: "ear_other" })] }],
        rewards: [coffee.full],
      }),
      ["stamp_cards.1.id: the id stc_coffee is used twice"],
    ],
    [
      "points rules without a points unit",
      programInput({ units: {} }),
      ["earning: earning rules give points, but the programme has no points unit"],
    ],
    [
      "payment with points without a points unit",
      programInput({ units: {}, earning: [], pay_with_points: rate }),
      ["pay_with_points: the programme has no points unit"],
    ],
    [
      "a reward that costs points without a points unit",
      programInput({ units: {}, earning: [], rewards: [reward()] }),
      ["rewards.0.cost.unit: the programme has no unit points"],
    ],
    [
      "a reward that costs stamps of no card",
      programInput({ rewards: [reward({ cost: { unit: "stamps:stc_none", amount: 5 } })] }),
      ["rewards.0.cost.unit: the programme has no unit stamps:stc_none"],
    ],
    [
      "a stamp card without its reward",
      programInput({ stamp_cards: [coffee.card] }),
      ["stamp_cards.0.reward: there is no reward rew_coffee"],
    ],
    [
      "a stamp card whose reward costs fewer stamps than the card has",
      programInput({
        stamp_cards: [coffee.card],
        rewards: [{ ...coffee.full, cost: { ...coffee.full.cost, amount: 9 } }],
      }),
      ["stamp_cards.0.reward: the reward rew_coffee must cost 10 of stamps:stc_coffee"],
    ],
    [
      "a stamp card whose reward costs points",
      programInput({ stamp_cards: [coffee.card], rewards: [reward()] }),
      ["stamp_cards.0.reward: the reward rew_coffee must cost 10 of stamps:stc_coffee"],
    ],
    [
      "a challenge that gives what is not there, for levels that are not there, and ends before it begins",
      programInput({
        challenges: [
          {
            id: "chl_a",
            name: { en: "A" },
            counts: { kind: "distinct", of: "sku" },
            goal: 101,
            from: "2026-07-02",
            until: "2026-07-01",
            segment: { tiers: ["tir_none"] },
            gives: { kind: "reward", reward: "rew_none" },
          },
        ],
      }),
      [
        "challenges.0.goal: at most 100 different things",
        "challenges.0.until: must not be before from",
        "challenges.0.gives.reward: there is no reward rew_none",
        "challenges.0.segment.tiers: there is no level tir_none",
      ],
    ],
    [
      "a dated gift that gives what is not there",
      programInput({
        dated_gifts: [
          { id: "gif_a", name: { en: "A" }, on: { kind: "joined" }, gives: { kind: "reward", reward: "rew_none" } },
        ],
      }),
      ["dated_gifts.0.gives.reward: there is no reward rew_none"],
    ],
    [
      "actions that cannot come by themselves",
      programInput({
        actions: [
          { id: "act_a", kind: "survey", name: { en: "A" }, give: 1, automatic: true },
          { id: "act_b", kind: "profile", name: { en: "B" }, give: 1, automatic: true, each: "month" },
        ],
      }),
      [
        "actions.0.automatic: only sign_up and profile come by themselves",
        "actions.1.automatic: what comes by itself is given once",
      ],
    ],
    [
      "several things at once",
      programInput({ units: {}, rewards: [reward()], pay_with_points: rate }),
      [
        "earning: earning rules give points, but the programme has no points unit",
        "pay_with_points: the programme has no points unit",
        "rewards.0.cost.unit: the programme has no unit points",
      ],
    ],
  ];
  test.each(table)("%s", (_what, document, issues) => {
    expect(issuesOf(document)).toEqual(issues);
  });
});

test.each(["02-30", "04-31", "13-01", "2-3"])("a gift on %s is refused: it is no day of the year", (day) => {
  const gift = {
    id: "gif_a",
    name: { en: "A" },
    on: { kind: "date" as const, day },
    gives: { kind: "units" as const, give: 1 },
  };
  expect(issuesOf(programInput({ dated_gifts: [gift] }))).toHaveLength(1);
});

describe("a value out of range is refused at its place", () => {
  const table: [what: string, change: Record<string, unknown>, path: string][] = [
    ["another schema", { schema: 2 }, "schema"],
    ["an empty name", { name: "" }, "name"],
    ["a currency in lower case", { currency: "eur" }, "currency"],
    ["an unknown time zone", { timezone: "Europe/Atlantis" }, "timezone"],
    ["an offset, which knows no summer time", { timezone: "+01:00" }, "timezone"],
    ["an unknown language", { locale: "de" }, "locale"],
    ["a unit without a name", { units: { points: { name: {} } } }, "units.points.name"],
    ["giving 0 points", { earning: [{ ...spendRule(), give: 0 }] }, "earning.0.give"],
    ["giving half a point", { earning: [{ ...spendRule(), give: 0.5 }] }, "earning.0.give"],
    ["giving more than a million", { earning: [spendRule({ give: 1_000_001 })] }, "earning.0.give"],
    ["per 0 cents", { earning: [{ ...spendRule(), per: 0 }] }, "earning.0.per"],
    ["a negative minimum", { earning: [spendRule({ minimum_spend: -1 })] }, "earning.0.minimum_spend"],
    ["a matcher that matches nothing", { exclude: { skus: [] } }, "exclude"],
    ["an unknown kind of rule", { earning: [{ ...spendRule(), kind: "magic" }] }, "earning.0.kind"],
    ["an id without its prefix", { earning: [spendRule({ id: "spend" })] }, "earning.0.id"],
    ["an id in upper case", { earning: [spendRule({ id: "ear_Spend" })] }, "earning.0.id"],
    ["a stamp card of one", { stamp_cards: [{ ...coffee.card, size: 1 }] }, "stamp_cards.0.size"],
    ["a stamp card of 31", { stamp_cards: [{ ...coffee.card, size: 31 }] }, "stamp_cards.0.size"],
    ["a stamp card that nothing fills", { stamp_cards: [{ ...coffee.card, earning: [] }] }, "stamp_cards.0.earning"],
    ["a reward for nothing", { rewards: [reward({ cost: { unit: "points", amount: 0 } })] }, "rewards.0.cost.amount"],
    [
      "0 percent off",
      { rewards: [reward({ effect: { kind: "percent_off", percent: 0 } })] },
      "rewards.0.effect.percent",
    ],
    [
      "101 percent off",
      { rewards: [reward({ effect: { kind: "percent_off", percent: 101 } })] },
      "rewards.0.effect.percent",
    ],
    ["an allowance of nothing", { limits: { offline_redemption: { amount: 0 } } }, "limits.offline_redemption.amount"],
    [
      "a snapshot that is good for five days",
      { limits: { offline_redemption: { amount: 1, snapshot_days: 5 } } },
      "limits.offline_redemption.snapshot_days",
    ],
    ["holds of 0 minutes", { holds: { minutes: 0 } }, "holds.minutes"],
    ["holds of more than a day", { holds: { minutes: 1441 } }, "holds.minutes"],
  ];
  test.each(table)("%s", (_what, change, path) => {
    const parsed = parseProgramDocument({ ...programInput(), ...change });
    expect(parsed.ok ? [] : parsed.error.map((issue) => issue.path)).toContain(path);
  });

  test.each([null, undefined, 1, "{}", []])("%j is no document", (json) => {
    expect(parseProgramDocument(json).ok).toBe(false);
  });
});

/** The places of all objects inside a value, as lists of keys. */
function objectPaths(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, child]) => objectPaths(child, [...path, key]));
  return Array.isArray(value) ? inner : [path, ...inner];
}

/** A copy with an unknown field in the object at `path`. */
function withUnknownField(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (Array.isArray(value)) {
    return value.map((child: unknown, index) => (String(index) === key ? withUnknownField(child, rest) : child));
  }
  if (typeof value !== "object" || value === null) return value;
  if (key === undefined) return { ...value, surprise: 1 };
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, name === key ? withUnknownField(child, rest) : child]),
  );
}

const places = objectPaths(everything).map((path) => ({ path, place: path.join(".") || "the document" }));

test("the places for unknown fields cover every kind of object", () => {
  expect(places.length).toBeGreaterThan(40);
});

test.each(places)("an unknown field in $place is refused", ({ path }) => {
  const issues = issuesOf(withUnknownField(everything, path));
  expect(issues.some((issue) => issue.includes("surprise"))).toBe(true);
});

describe("compiling", () => {
  test("gives every unit its facts and its rules", () => {
    const compiled = compileProgram(3, "hash", JSON.stringify(everything));
    expect(compiled).toMatchObject({ version: 3, hash: "hash", document: everything });
    expect(compiled.earners.map(({ unit, rules }) => [unit, rules.map(({ rule }) => rule.id)])).toEqual([
      ["points", ["ear_spend", "ear_visit", "ear_item", "ear_category"]],
      ["stamps:stc_coffee", ["ear_coffee"]],
      ["stamps:stc_bread", ["ear_bread"]],
      ["credit:EUR", ["ear_back"]],
    ]);
    const never = { expiry: { kind: "none" }, pending_days: 0 };
    expect([...compiled.units.values()]).toEqual([
      { unit: "points", kind: "points", name: { nl: "punten", en: "points" }, of: null, lots: never },
      {
        unit: "stamps:stc_coffee",
        kind: "stamps",
        name: { nl: "coffeekaart", en: "coffee card" },
        of: 10,
        lots: never,
      },
      { unit: "stamps:stc_bread", kind: "stamps", name: { nl: "breadkaart", en: "bread card" }, of: 2, lots: never },
      {
        unit: "credit:EUR",
        kind: "credit",
        name: { en: "credit" },
        of: null,
        lots: { ...never, pending_days: 14 },
        paid_expiry: { kind: "rolling", after: { months: 24 }, to: "month" },
      },
      {
        unit: "strip:stp_coffee",
        kind: "strips",
        name: { en: "Ten coffees" },
        of: null,
        lots: never,
        paid_expiry: { kind: "none" },
      },
    ]);
  });

  test("without a points unit there is nothing to earn points with", () => {
    expect(program({ units: {}, earning: [] }).earners).toEqual([]);
  });

  test("a text that does not parse is a bug", () => {
    expect(() => compileProgram(1, "hash", "{}")).toThrow("programme version 1 does not parse");
  });

  test("a missing language falls back to the other", () => {
    expect(inLocale({ nl: "koffie" }, "en")).toBe("koffie");
    expect(inLocale({ en: "coffee" }, "nl")).toBe("coffee");
    expect(inLocale({ nl: "koffie", en: "coffee" }, "en")).toBe("coffee");
  });
});
