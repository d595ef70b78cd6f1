// The demo merchant: two coffee bars in Utrecht, invented. Prices in cents, Dutch VAT: food and drinks 9 %, alcohol and
// other goods 21 %.

export const TIMEZONE = "Europe/Amsterdam";
export const CURRENCY = "EUR";

export type Category = "coffee" | "tea" | "cold" | "bakery" | "lunch" | "alcohol" | "beans" | "shop";

export interface DemoItem {
  readonly sku: string;
  readonly name: string;
  readonly price: number;
  readonly category: Category;
  readonly tax_rate: "9" | "21";
}

const item = (sku: string, name: string, price: number, category: Category, tax_rate: "9" | "21"): DemoItem => ({
  sku,
  name,
  price,
  category,
  tax_rate,
});

export const ITEMS: readonly DemoItem[] = [
  item("ESPRESSO", "Espresso", 270, "coffee", "9"),
  item("KOFFIE", "Koffie", 295, "coffee", "9"),
  item("CAPPUCCINO", "Cappuccino", 340, "coffee", "9"),
  item("FLAT-WHITE", "Flat white", 390, "coffee", "9"),
  item("LATTE", "Latte", 375, "coffee", "9"),
  item("LATTE-HAVER", "Latte haver", 425, "coffee", "9"),
  item("CORTADO", "Cortado", 350, "coffee", "9"),
  item("IJSKOFFIE", "IJskoffie", 450, "coffee", "9"),
  item("THEE", "Thee", 290, "tea", "9"),
  item("MUNTTHEE", "Verse muntthee", 375, "tea", "9"),
  item("CHAI", "Chai latte", 425, "tea", "9"),
  item("CHOCO", "Warme chocolademelk", 395, "tea", "9"),
  item("JUS", "Verse jus", 450, "cold", "9"),
  item("WATER", "Bronwater", 275, "cold", "9"),
  item("LIMONADE", "Limonade", 325, "cold", "9"),
  item("CROISSANT", "Croissant", 260, "bakery", "9"),
  item("APPELTAART", "Appeltaart", 450, "bakery", "9"),
  item("BANANENBROOD", "Bananenbrood", 375, "bakery", "9"),
  item("BROWNIE", "Brownie", 350, "bakery", "9"),
  item("TOSTI", "Tosti kaas", 625, "lunch", "9"),
  item("BROODJE", "Broodje geitenkaas", 795, "lunch", "9"),
  item("SOEP", "Soep van de dag", 725, "lunch", "9"),
  item("BIER", "Biertje", 425, "alcohol", "21"),
  item("WIJN", "Glas wijn", 525, "alcohol", "21"),
  item("BONEN-250", "Koffiebonen 250 g", 895, "beans", "9"),
  item("MOK", "Mok met logo", 1450, "shop", "21"),
  item("FILTERHOUDER", "Filterhouder", 2495, "shop", "21"),
];

export interface Hours {
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly opens: string;
  readonly closes: string;
}

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
const hours = (opens: string, closes: string, days: readonly (typeof WEEK)[number][]): Hours[] =>
  days.map((weekday) => ({ weekday, opens, closes }));

export interface DemoLocation {
  readonly name: string;
  /** Stands in receipt numbers. */
  readonly code: string;
  readonly hours: readonly Hours[];
}

export const LOCATIONS: readonly [DemoLocation, DemoLocation] = [
  {
    name: "Koffie & Zo Oudegracht",
    code: "OG",
    hours: [
      ...hours("07:30", "18:00", [1, 2, 3, 4, 5]),
      ...hours("08:30", "18:00", [6]),
      ...hours("09:30", "17:00", [7]),
    ],
  },
  {
    name: "Koffie & Zo Station",
    code: "ST",
    hours: [...hours("06:30", "19:00", [1, 2, 3, 4, 5]), ...hours("08:00", "18:00", [6])],
  },
];

const COFFEE_CARD = "stc_koffie";

export const PROGRAM = {
  schema: 1,
  name: "Koffie & Zo spaarkaart",
  currency: CURRENCY,
  timezone: TIMEZONE,
  locale: "nl",
  units: { points: { name: { nl: "punten", en: "points" } } },
  exclude: { categories: ["alcohol"] },
  earning: [{ id: "ear_euro", kind: "spend", give: 1, per: 100 }],
  stamp_cards: [
    {
      id: COFFEE_CARD,
      name: { nl: "Koffiekaart", en: "Coffee card" },
      size: 10,
      earning: [{ id: "ear_koffie", kind: "category", give: 1, categories: ["coffee"] }],
      reward: "rew_gratis_koffie",
    },
  ],
  actions: [
    {
      id: "act_vriend",
      kind: "referral",
      name: { nl: "vriend meegebracht", en: "friend brought along" },
      give: 25,
      each: "subject",
    },
  ],
  rewards: [
    {
      id: "rew_gratis_koffie",
      name: { nl: "Gratis koffie", en: "Free coffee" },
      cost: { unit: `stamps:${COFFEE_CARD}`, amount: 10 },
      effect: { kind: "free_item", only: { categories: ["coffee"] } },
      cost_price: 80,
    },
    {
      id: "rew_gebak",
      name: { nl: "Gratis gebak", en: "Free pastry" },
      cost: { unit: "points", amount: 60 },
      effect: { kind: "free_item", only: { categories: ["bakery"] } },
      cost_price: 120,
    },
    {
      id: "rew_vijf_euro",
      name: { nl: "€ 5 korting", en: "€5 off" },
      cost: { unit: "points", amount: 100 },
      effect: { kind: "amount_off", amount: 500 },
      minimum_spend: 750,
    },
    {
      id: "rew_kwart",
      name: { nl: "25 % korting op lunch", en: "25% off lunch" },
      cost: { unit: "points", amount: 40 },
      effect: { kind: "percent_off", percent: 25, max_discount: 1000, only: { categories: ["lunch"] } },
    },
    {
      id: "rew_mok",
      name: { nl: "Mok met logo", en: "Mug with logo" },
      cost: { unit: "points", amount: 150 },
      effect: { kind: "product", sku: "MOK" },
      cost_price: 450,
    },
  ],
};
