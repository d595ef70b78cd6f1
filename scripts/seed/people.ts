import { Random } from "./random.ts";

/** How somebody comes by: how often, when, and what for. */
export type Habit = "commuter" | "lunch" | "weekend" | "now_and_then";

export interface Person {
  /** From 1; the person's name in idempotency keys. */
  readonly number: number;
  readonly habit: Habit;
  /** Index of the location they usually go to. */
  readonly home: 0 | 1;
  /** Share of the period that had passed when they joined, 0 for most. */
  readonly joined: number;
  readonly favourite: string;
  /** What the till sends to make the member; empty for an anonymous card. */
  readonly profile: Profile;
}

export interface Profile {
  readonly name?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly birthday?: string;
  readonly locale?: "nl" | "en";
  readonly card?: string;
  readonly consents?: readonly {
    readonly purpose: "marketing_email";
    readonly granted: boolean;
    readonly text: string;
  }[];
}

type Names = readonly [string, ...string[]];
const FIRST_NAMES: Names = [
  ...(["Anna", "Bram", "Chantal", "Daan", "Eva", "Fleur", "Gijs", "Hanna", "Iris", "Jeroen", "Kim", "Lars"] as const),
  ...(["Mila", "Niels", "Olga", "Pim", "Roos", "Sem", "Tess", "Umut", "Veerle", "Wout", "Yara", "Zeno"] as const),
];
const LAST_NAMES: Names = [
  ...([
    "de Vries",
    "Jansen",
    "van den Berg",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "de Boer",
    "Mulder",
    "Bos",
  ] as const),
  ...(["Vos", "Peters", "Hendriks", "Dekker", "Kok", "Yilmaz", "van Leeuwen", "Koster", "Prins", "El Amrani"] as const),
];
const COFFEES: Names = ["CAPPUCCINO", "FLAT-WHITE", "LATTE", "LATTE-HAVER", "KOFFIE", "CORTADO", "ESPRESSO"];

/** Every fifteenth member has a card and no name yet. */
const ANONYMOUS_EVERY = 15;

/** The demo's members, invented; the same ones every time. */
export function makePeople(count: number): Person[] {
  return Array.from({ length: count }, (_, index) => makePerson(index + 1));
}

function makePerson(number: number): Person {
  const random = new Random("person", number);
  return {
    number,
    habit: random.weighted<Habit>([
      [32, "commuter"],
      [26, "lunch"],
      [22, "weekend"],
      [20, "now_and_then"],
    ]),
    home: random.chance(0.55) ? 0 : 1,
    joined: random.chance(0.6) ? 0 : random.next() * 0.9,
    favourite: random.pick(COFFEES),
    profile: number % ANONYMOUS_EVERY === 0 ? {} : makeProfile(number, random),
  };
}

function makeProfile(number: number, random: Random): Profile {
  // Walks through all pairs of names before one comes twice: the lists' lengths share no factor with the steps.
  const first = FIRST_NAMES[(number * 7) % FIRST_NAMES.length] ?? FIRST_NAMES[0];
  const last = LAST_NAMES[(number * 3 + Math.floor(number / LAST_NAMES.length)) % LAST_NAMES.length] ?? LAST_NAMES[0];
  const hasEmail = random.chance(0.6);
  return {
    name: `${first} ${last}`,
    phone: phoneOf(number),
    locale: random.chance(0.9) ? "nl" : "en",
    ...(hasEmail ? { email: emailOf(first, last, number) } : {}),
    ...(random.chance(0.4) ? { birthday: birthdayOf(random) } : {}),
    ...(random.chance(0.15) ? { card: `KZ-${String(10_000 + number)}` } : {}),
    ...(hasEmail
      ? {
          consents: [
            { purpose: "marketing_email", granted: random.chance(0.5), text: "Stuur mij aanbiedingen per e-mail." },
          ],
        }
      : {}),
  };
}

/** As people write it: 06 and eight digits that count up, as no operator hands them out. */
function phoneOf(number: number): string {
  return `06 1234 ${String(number).padStart(4, "0")}`;
}

/** Under a domain that is kept for examples, so that no mail could ever reach anybody. */
function emailOf(first: string, last: string, number: number): string {
  return `${first}.${last.replaceAll(" ", "")}${number}@example.com`.toLowerCase();
}

function birthdayOf(random: Random): string {
  return `${String(random.int(1, 12)).padStart(2, "0")}-${String(random.int(1, 28)).padStart(2, "0")}`;
}
