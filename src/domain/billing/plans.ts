/** What a merchant can be on. `start` is free and has no subscription behind it. */
export type PlanId = "start" | "shop" | "plus" | "pro";
export type PaidPlanId = Exclude<PlanId, "start">;
export const PLAN_IDS = ["start", "shop", "plus", "pro"] as const satisfies readonly PlanId[];
export const PAID_PLAN_IDS = ["shop", "plus", "pro"] as const satisfies readonly PaidPlanId[];

export type Interval = "month" | "year";
export const INTERVALS = ["month", "year"] as const satisfies readonly Interval[];

/** What a plan can have beyond the till, which every plan has whole. */
export const FEATURES = [
  "all_schemes",
  "tiers",
  "referrals",
  "email_automations",
  "campaigns",
  "segments",
  "wallet_passes",
  "own_webhooks",
  "what_if",
  "experiments",
  "several_programs",
] as const;
export type Feature = (typeof FEATURES)[number];

/** Minor units of {@link CURRENCY}, excluding VAT, per interval. */
export type Price = Readonly<Record<Interval, number>>;

export interface Plan {
  readonly id: PlanId;
  readonly name: string;
  /** Null: free. */
  readonly price: Price | null;
  readonly locations: number;
  /** Active members in a calendar month. */
  readonly active_members: number;
  readonly features: readonly Feature[];
}

const SHOP: readonly Feature[] = ["all_schemes", "tiers", "referrals", "email_automations"];
const PLUS: readonly Feature[] = [...SHOP, "campaigns", "segments", "wallet_passes", "own_webhooks", "what_if"];

/** The one table of plans: the site, the limits and `npm run stripe:sync` read it. A year costs ten months. */
export const PLANS: Readonly<Record<PlanId, Plan>> = {
  start: { id: "start", name: "Start", price: null, locations: 1, active_members: 100, features: [] },
  shop: {
    id: "shop",
    name: "Shop",
    price: { month: 1_900, year: 19_000 },
    locations: 1,
    active_members: 1_000,
    features: SHOP,
  },
  plus: {
    id: "plus",
    name: "Plus",
    price: { month: 3_900, year: 39_000 },
    locations: 3,
    active_members: 5_000,
    features: PLUS,
  },
  pro: {
    id: "pro",
    name: "Pro",
    price: { month: 8_900, year: 89_000 },
    locations: 10,
    active_members: 20_000,
    features: [...PLUS, "experiments", "several_programs"],
  },
};

export const CURRENCY = "EUR";

/** What can be added to a paid plan, each in any number. */
export const ADD_ONS = {
  location: { name: "Extra location", price: { month: 900, year: 9_000 } },
  members: { name: "1,000 active members", price: { month: 500, year: 5_000 } },
} as const satisfies Record<string, { readonly name: string; readonly price: Price }>;
export type AddOn = keyof typeof ADD_ONS;

/** How many active members one block adds. */
export const MEMBER_BLOCK = 1_000;
export const EXTRA_LOCATIONS_MAX = 90;
export const MEMBER_BLOCKS_MAX = 100;

/** What a trial gives, and for how long. */
export const TRIAL_PLAN: PlanId = "plus";
export const TRIAL_DAYS = 30;

/** Something with a price: it is one product at Stripe, with a price per interval. */
export interface CatalogEntry {
  readonly product: PaidPlanId | AddOn;
  readonly name: string;
  readonly price: Price;
}

/** Everything that is sold. */
export function catalog(): readonly CatalogEntry[] {
  const plans = PAID_PLAN_IDS.flatMap((id): CatalogEntry[] => {
    const { name, price } = PLANS[id];
    return price === null ? [] : [{ product: id, name: `Stempel ${name}`, price }];
  });
  return [...plans, { product: "location", ...ADD_ONS.location }, { product: "members", ...ADD_ONS.members }];
}

/** The name by which the current price of something is found at Stripe; it moves when the amount changes. */
export function lookupKey(product: CatalogEntry["product"], interval: Interval): string {
  return `stempel_${product}_${interval}`;
}
