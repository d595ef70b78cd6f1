import { type Category, type DemoItem, ITEMS } from "./koffie-en-zo.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";

/** A line as the till sends it, with an id so that rewards and returns can name it. */
export interface BasketLine {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly category: Category;
  readonly quantity: string;
  readonly amount: number;
  readonly unit_price: number;
  readonly tax_rate: string;
}

export interface Moment {
  readonly minute: number;
  readonly isWeekend: boolean;
}

type Daytime = "morning" | "lunch" | "afternoon" | "evening";

/** Chance that something of a category comes along, by the time of day. */
const EXTRAS: Readonly<Record<Daytime, readonly (readonly [Category, number])[]>> = {
  morning: [
    ["bakery", 0.32],
    ["cold", 0.05],
  ],
  lunch: [
    ["lunch", 0.8],
    ["cold", 0.3],
    ["bakery", 0.1],
  ],
  afternoon: [
    ["bakery", 0.45],
    ["tea", 0.12],
  ],
  evening: [
    ["alcohol", 0.4],
    ["bakery", 0.2],
  ],
};

/** Chance that the basket begins with a hot drink. */
const HOT_DRINK: Readonly<Record<Daytime, number>> = { morning: 0.97, lunch: 0.55, afternoon: 0.85, evening: 0.5 };

export function fillBasket(person: Person, moment: Moment, random: Random): [BasketLine, ...BasketLine[]] {
  const daytime = daytimeOf(moment.minute);
  const picked: DemoItem[] = random.chance(HOT_DRINK[daytime]) ? [hotDrink(person, random)] : [];
  for (const [category, chance] of EXTRAS[daytime]) {
    if (random.chance(chance)) picked.push(ofCategory(category, random));
  }
  if (random.chance(0.02)) picked.push(ofCategory("beans", random));
  if (random.chance(0.005)) picked.push(ofCategory("shop", random));
  // Company for coffee: more often at the weekend.
  const forTwo = random.chance(moment.isWeekend ? 0.35 : 0.08);

  const [first = hotDrink(person, random), ...rest] = picked;
  return [
    lineOf(first, 1, forTwo ? 2 : 1),
    ...rest.map((item, index) => lineOf(item, index + 2, forTwo && item.category === "bakery" ? 2 : 1)),
  ];
}

function daytimeOf(minute: number): Daytime {
  if (minute < 11 * 60) return "morning";
  if (minute < 14 * 60) return "lunch";
  return minute < 16 * 60 + 30 ? "afternoon" : "evening";
}

function hotDrink(person: Person, random: Random): DemoItem {
  const favourite = ITEMS.find(({ sku }) => sku === person.favourite);
  if (favourite !== undefined && random.chance(0.7)) return favourite;
  return ofCategory(random.chance(0.8) ? "coffee" : "tea", random);
}

function ofCategory(category: Category, random: Random): DemoItem {
  const [first, ...rest] = ITEMS.filter((item) => item.category === category);
  if (first === undefined) throw new Error(`nothing is sold in ${category}`);
  return random.pick([first, ...rest]);
}

function lineOf({ sku, name, category, price, tax_rate }: DemoItem, number: number, quantity: number): BasketLine {
  return {
    id: `l${number}`,
    sku,
    name,
    category,
    quantity: String(quantity),
    amount: price * quantity,
    unit_price: price,
    tax_rate,
  };
}
