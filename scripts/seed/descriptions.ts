import { CURRENCY, ITEMS, LOCATIONS, PROGRAM, TIMEZONE } from "./koffie-en-zo.ts";

/** Names of the keys that a description asks for, by which they are found in the answer. */
export const KEY_NAMES = { till: "Till", seed: "Seed" } as const;

const TILL_SCOPES = ["sell", "redeem", "members", "read", "adjust"];
// Test mode: out of billing, and its keys may be printed.
const tillKey = { name: KEY_NAMES.till, mode: "test", scopes: TILL_SCOPES };
/** A till's key that may also write the past. */
const seedKey = { name: KEY_NAMES.seed, mode: "test", scopes: [...TILL_SCOPES, "backfill"] };

/** What `POST /dev/demo` takes. */
export const KOFFIE_EN_ZO = {
  name: "Koffie & Zo",
  country: "NL",
  currency: CURRENCY,
  timezone: TIMEZONE,
  locale: "nl",
  // Whoever has no card yet finds one behind the code on the receipt.
  claims: true,
  program: PROGRAM,
  items: ITEMS.map((item, button_order) => ({ ...item, button_order })),
  locations: LOCATIONS.map(({ name, hours }) => ({
    name,
    opening_hours: hours,
    tills: [{ name: "Kassa 1", keys: [tillKey, seedKey] }],
  })),
};

/** The merchant that `npm run replay` sells for: a gift shop in London. */
export const REPLAY_GIFTS = {
  name: "Replay Gifts",
  country: "GB",
  currency: "GBP",
  timezone: "Europe/London",
  locale: "en",
  // A third of a gift shop's invoices name no customer.
  claims: true,
  program: {
    schema: 1,
    name: "Replay Gifts",
    currency: "GBP",
    timezone: "Europe/London",
    locale: "en",
    units: { points: { name: { en: "points", nl: "punten" } } },
    earning: [{ id: "ear_pound", kind: "spend", give: 1, per: 100 }],
    stamp_cards: [
      {
        id: "stc_visits",
        name: { en: "Visits", nl: "Bezoeken" },
        size: 10,
        earning: [{ id: "ear_visit", kind: "visit", give: 1, minimum_spend: 1000 }],
        reward: "rew_visits",
      },
    ],
    rewards: [
      {
        id: "rew_visits",
        name: { en: "10% off", nl: "10 % korting" },
        cost: { unit: "stamps:stc_visits", amount: 10 },
        effect: { kind: "percent_off", percent: 10 },
      },
      {
        id: "rew_five_pounds",
        name: { en: "£5 off", nl: "£ 5 korting" },
        cost: { unit: "points", amount: 250 },
        effect: { kind: "amount_off", amount: 500 },
      },
    ],
  },
  locations: [{ name: "Online", opening_hours: [], tills: [{ name: "Replay", keys: [seedKey] }] }],
};
