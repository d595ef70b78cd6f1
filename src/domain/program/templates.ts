import { formatMoney } from "../money.ts";
import type { Locale } from "../tenancy/config.ts";
import type { LocalizedText } from "./document-parts.ts";
import { parseProgramDocument } from "./document.ts";

/** What an owner wants most. It picks the template, and is reported on every month. */
export type Goal = "more_visits" | "bigger_baskets" | "win_back";
export const GOALS: readonly Goal[] = ["more_visits", "bigger_baskets", "win_back"];

export type TemplateId = "coffee-stamps" | "points-per-euro" | "cashback" | "salon-tiers";
export const TEMPLATE_IDS: readonly TemplateId[] = ["coffee-stamps", "points-per-euro", "cashback", "salon-tiers"];

/** What a template wants and the programme may not be able to say yet. */
export type TemplateFeature = "cashback_credit" | "tiers";

/** What a template takes from the merchant. */
export interface TemplateFacts {
  readonly name: string;
  readonly currency: string;
  readonly timezone: string;
  readonly locale: Locale;
}

/** An item that a template puts on the till, so that the first sale can be rung up by name. */
export interface StarterItem {
  readonly sku: string;
  readonly name: LocalizedText;
  readonly category: string;
}

export interface Template {
  readonly id: TemplateId;
  readonly name: LocalizedText;
  readonly goals: readonly Goal[];
  readonly items: readonly StarterItem[];
}

/** A programme made from a template. */
export interface MadeProgram {
  readonly document: Readonly<Record<string, unknown>>;
  /** Features the template is meant to have and this document lacks, because the programme cannot say them yet. */
  readonly missing: readonly TemplateFeature[];
}

/** Goods that earn nothing in any template, with the reason that the editor shows. */
export const EXCLUSIONS: readonly { readonly category: string; readonly reason: LocalizedText }[] = [
  { category: "tobacco", reason: { nl: "reclame voor tabak is verboden", en: "advertising tobacco is forbidden" } },
  {
    category: "alcohol",
    reason: { nl: "korting op drank in de winkel is begrensd", en: "discounts on retail alcohol are limited" },
  },
  { category: "books", reason: { nl: "boeken hebben een vaste prijs", en: "books have a fixed price" } },
  { category: "bottle_deposit", reason: { nl: "statiegeld is geen omzet", en: "a deposit is not a sale" } },
  {
    category: "lottery",
    reason: { nl: "kansspelen mogen niet worden beloond", en: "games of chance may not be rewarded" },
  },
  {
    category: "medicines",
    reason: { nl: "reclame voor geneesmiddelen is begrensd", en: "advertising medicines is limited" },
  },
  { category: "gift_card", reason: { nl: "telt bij het besteden", en: "counts when it is spent" } },
];

/** A template as data: what every document has, and the parts that it gets once the programme can say them. */
interface Recipe extends Template {
  readonly base: (money: Currency) => Readonly<Record<string, unknown>>;
  readonly wishes: readonly {
    readonly feature: TemplateFeature;
    readonly part: (money: Currency) => Readonly<Record<string, unknown>>;
  }[];
}

const pointsUnit = { points: { name: { nl: "punten", en: "points" } } };

const RECIPES: Readonly<Record<TemplateId, Recipe>> = {
  "coffee-stamps": {
    id: "coffee-stamps",
    name: { nl: "Stempelkaart voor koffie", en: "Coffee stamp card" },
    goals: ["more_visits", "win_back"],
    items: [
      { sku: "coffee", name: { nl: "Koffie", en: "Coffee" }, category: "coffee" },
      { sku: "cappuccino", name: { nl: "Cappuccino", en: "Cappuccino" }, category: "coffee" },
      { sku: "latte", name: { nl: "Latte", en: "Latte" }, category: "coffee" },
      { sku: "tea", name: { nl: "Thee", en: "Tea" }, category: "tea" },
    ],
    base: () => ({
      units: {},
      stamp_cards: [
        {
          id: "stc_coffee",
          name: { nl: "koffiekaart", en: "coffee card" },
          size: 10,
          earning: [{ id: "ear_coffee", kind: "category", give: 1, categories: ["coffee"] }],
          reward: "rew_coffee",
        },
      ],
      rewards: [
        {
          id: "rew_coffee",
          name: { nl: "gratis koffie", en: "free coffee" },
          cost: { unit: "stamps:stc_coffee", amount: 10 },
          effect: { kind: "free_item", only: { categories: ["coffee"] } },
        },
      ],
    }),
    wishes: [],
  },

  "points-per-euro": {
    id: "points-per-euro",
    name: { nl: "Punten per euro", en: "Points for every euro" },
    goals: ["bigger_baskets", "more_visits"],
    items: [],
    base: (money) => ({
      units: pointsUnit,
      earning: [{ id: "ear_spend", kind: "spend", give: 1, per: money.unit }],
      rewards: [
        amountOff(money, { id: "rew_small", cost: 50, units: 2 }),
        amountOff(money, { id: "rew_large", cost: 100, units: 5 }),
      ],
    }),
    wishes: [],
  },

  cashback: {
    id: "cashback",
    name: { nl: "Spaartegoed", en: "Cashback" },
    goals: ["bigger_baskets", "win_back"],
    items: [],
    // Five per cent back as credit.
    base: (money) => ({
      units: pointsUnit,
      earning: [{ id: "ear_back", kind: "spend", give: 5, per: money.unit }],
      pay_with_points: { points: 100, amount: money.unit },
    }),
    wishes: [
      {
        feature: "cashback_credit",
        part: () => ({
          units: {},
          credit: { earning: [{ id: "ear_back", kind: "spend", give: 5, per: 100 }] },
          earning: undefined,
          pay_with_points: undefined,
        }),
      },
    ],
  },

  "salon-tiers": {
    id: "salon-tiers",
    name: { nl: "Vaste klanten van de salon", en: "Salon regulars" },
    goals: ["win_back", "more_visits"],
    items: [
      { sku: "cut", name: { nl: "Knippen", en: "Cut" }, category: "treatment" },
      { sku: "colour", name: { nl: "Kleuren", en: "Colour" }, category: "treatment" },
      { sku: "wash", name: { nl: "Wassen en föhnen", en: "Wash and blow-dry" }, category: "treatment" },
    ],
    base: (money) => ({
      units: pointsUnit,
      earning: [{ id: "ear_spend", kind: "spend", give: 1, per: money.unit }],
      rewards: [amountOff(money, { id: "rew_ten", cost: 200, units: 10 })],
    }),
    wishes: [
      {
        feature: "tiers",
        part: (money) => ({
          tiers: [
            {
              id: "tier_silver",
              name: { nl: "Zilver", en: "Silver" },
              threshold: { kind: "spend", amount: 250 * money.unit },
            },
            {
              id: "tier_gold",
              name: { nl: "Goud", en: "Gold" },
              threshold: { kind: "spend", amount: 600 * money.unit },
            },
          ],
        }),
      },
    ],
  },
};

/** The templates in the order they are offered. */
export function listTemplates(): readonly Template[] {
  return TEMPLATE_IDS.map((id) => {
    const { name, goals, items } = RECIPES[id];
    return { id, name, goals, items };
  });
}

/** The template's programme for a merchant, with every part that the programme can say today. */
export function makeFromTemplate(id: TemplateId, facts: TemplateFacts): MadeProgram {
  const recipe = RECIPES[id];
  const { name, currency, timezone, locale } = facts;
  const money = currencyOf(currency);
  let document: Readonly<Record<string, unknown>> = {
    schema: 1,
    name,
    currency,
    timezone,
    locale,
    exclude: { categories: EXCLUSIONS.map(({ category }) => category) },
    ...recipe.base(money),
  };
  const missing: TemplateFeature[] = [];
  for (const { feature, part } of recipe.wishes) {
    const wished = { ...document, ...part(money) };
    // The schema refuses fields it does not know: what it accepts, it supports.
    if (parseProgramDocument(wished).ok) document = wished;
    else missing.push(feature);
  }
  return { document, missing };
}

/** The items a template puts on the till, in the merchant's language. */
export function starterItems(
  id: TemplateId,
  locale: Locale,
): readonly { readonly sku: string; readonly name: string; readonly category: string }[] {
  return RECIPES[id].items.map(({ sku, name, category }) => ({ sku, name: name[locale] ?? sku, category }));
}

interface Currency {
  readonly code: string;
  /** Minor units in one unit: 100 for the euro, 1 for the yen. */
  readonly unit: number;
}

function currencyOf(code: string): Currency {
  const format = new Intl.NumberFormat("en", { style: "currency", currency: code });
  return { code, unit: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
}

function amountOff(
  { code, unit }: Currency,
  { id, cost, units }: { readonly id: string; readonly cost: number; readonly units: number },
) {
  const amount = units * unit;
  const name = { nl: `${formatMoney(amount, code, "nl")} korting`, en: `${formatMoney(amount, code, "en")} off` };
  return { id, name, cost: { unit: "points", amount: cost }, effect: { kind: "amount_off", amount } };
}
