import { PROGRAM } from "./koffie-en-zo.ts";

const stamps = "stamps:stc_koffie";

/**
 * The demo café with every feature of a programme switched on: what a sale costs at most. No merchant should want this.
 */
export const FULL_PROGRAM = {
  ...PROGRAM,
  units: {
    points: {
      name: { nl: "punten", en: "points" },
      expiry: { kind: "rolling", after: { months: 12 }, to: "month" },
      pending_days: 1,
      caps: { day: 1_000_000 },
    },
  },
  earn_before_tax: { default_rate: "21" },
  earning: [
    { id: "ear_euro", kind: "spend", give: 1, per: 100, steps: [{ from: 5000, give: 2 }], caps: { month: 1_000_000 } },
    { id: "ear_bezoek", kind: "visit", give: 1, minimum_spend: 500, caps: { week: 1_000_000 } },
    { id: "ear_taart", kind: "item", give: 2, skus: ["APPELTAART"] },
    { id: "ear_drie", kind: "quantity", give: 1, per_units: 3, cooldown_minutes: 1 },
  ],
  credit: {
    granted: { expiry: { kind: "rolling", after: { months: 3 }, to: "day" } },
    top_up_bonus: [{ from: 2500, percent: 10 }],
    earning: [{ id: "ear_terug", kind: "spend", give: 2, per: 100 }],
  },
  tiers: {
    basis: "spend",
    window: { kind: "rolling", months: 12 },
    grace_months: 1,
    downgrade: "one_level",
    levels: [
      { id: "tir_zilver", name: { nl: "Zilver", en: "Silver" }, from: 1000, discount_percent: 1 },
      {
        id: "tir_goud",
        name: { nl: "Goud", en: "Gold" },
        from: 100_000,
        multiplier_percent: 125,
        perks: [{ kind: "member_price", sku: "MOK", price: 995 }],
      },
    ],
  },
  promotions: [
    {
      id: "prm_middag",
      name: { nl: "Middag dubbel", en: "Double afternoon" },
      windows: [{ starts: "2026-01-05T00:00", minutes: 1439, rrule: "FREQ=DAILY" }],
      gives: { kind: "multiplier", percent: 200 },
      budget: { points_max: 900_000_000 },
    },
    {
      id: "prm_taart",
      name: { nl: "Taartweek", en: "Cake week" },
      only: { categories: ["bakery"] },
      segment: { tiers: ["tir_zilver", "tir_goud"] },
      gives: { kind: "addition", give: 5 },
      counts_for_tier: false,
    },
    {
      id: "prm_lunch",
      name: { nl: "Lunchkorting", en: "Lunch offer" },
      only: { categories: ["lunch"] },
      per_member: 10,
      gives: { kind: "effect", effect: { kind: "percent_off", percent: 10 } },
    },
    {
      id: "prm_volgende",
      name: { nl: "Tot de volgende keer", en: "Until next time" },
      minimum_spend: 4000,
      gives: { kind: "issue", reward: "rew_kwart" },
    },
  ],
  challenges: [
    {
      id: "chl_koffie",
      name: { nl: "Vijfhonderd koppen", en: "Five hundred cups" },
      counts: { kind: "items" },
      goal: 500,
      only: { categories: ["coffee"] },
      gives: { kind: "units", give: 50 },
    },
  ],
  dated_gifts: [
    {
      id: "gif_verjaardag",
      name: { nl: "Verjaardag", en: "Birthday" },
      on: { kind: "birthday" },
      days_after: 14,
      gives: { kind: "units", unit: stamps, give: 2 },
    },
  ],
  actions: [
    ...PROGRAM.actions,
    {
      id: "act_welkom",
      kind: "sign_up",
      name: { nl: "Welkom", en: "Welcome" },
      give: 10,
      each: "once",
      automatic: true,
    },
  ],
  rewards: PROGRAM.rewards.map((reward) =>
    reward.id === "rew_kwart" ? { ...reward, valid_for: { days: 30 } } : reward,
  ),
  pay_with_points: { points: 100, amount: 100 },
  transfers: { points: true },
  limits: { offline_redemption: { amount: 1000, snapshot_days: 4 }, paper_cards: true },
};
