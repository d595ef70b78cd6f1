import { formatMoney } from "../money.ts";
import type { Locale } from "../tenancy/config.ts";
import { inLocale } from "./compile.ts";
import type { EarningRule } from "./earning-rules.ts";
import type { LocalizedText } from "./document-parts.ts";
import type { ProgramDocument } from "./document.ts";
import type { Reward } from "./reward-rules.ts";

/** Rewards that the explanation names; more would be a price list. */
const REWARDS_MAX = 3;
/** Challenges and dated gifts that the explanation names. */
const EXTRAS_MAX = 3;
/** Ways to earn one unit that the explanation names. */
const RULES_MAX = 2;

export interface ProgramDescription {
  /** One sentence on how to earn, one on what to get, one on what comes besides; none when the programme gives nothing. */
  readonly sentences: readonly string[];
  /** False when two sentences were too few to say everything. */
  readonly complete: boolean;
}

/** The programme in at most three sentences, for somebody who may join. */
export function describeProgram(document: ProgramDocument, locale: Locale): ProgramDescription {
  const reader = { locale, currency: document.currency, nl: locale === "nl" };
  const units = earnedUnits(document);
  if (units.length === 0) return { sentences: creditAlone(reader, document), complete: true };
  const rewards = inOrder(document);
  const extras = [...document.challenges, ...document.dated_gifts, ...document.strip_cards].map(({ name }) =>
    insideSentence(inLocale(name, locale)),
  );
  const spending = spendingSentence(reader, document, rewards.slice(0, REWARDS_MAX));
  return {
    sentences: [
      earningSentence(reader, units),
      ...(spending === null ? [] : [spending]),
      ...extraSentence(reader, extras.slice(0, EXTRAS_MAX)),
    ],
    complete:
      rewards.length <= REWARDS_MAX &&
      extras.length <= EXTRAS_MAX &&
      units.every(({ rules }) => rules.length <= RULES_MAX),
  };
}

/** A programme that gives nothing, and in which credit can be bought. */
function creditAlone({ locale, nl }: Reader, { credit }: ProgramDocument): string[] {
  if (credit === undefined) return [];
  const name = inLocale(credit.name, locale);
  return [nl ? `Je koopt ${name} en betaalt ermee aan de kassa.` : `You buy ${name} and pay with it at the till.`];
}

interface Reader {
  readonly locale: Locale;
  readonly currency: string;
  readonly nl: boolean;
}

interface EarnedUnit {
  /** The stamp card that it fills; null for points. */
  readonly card: LocalizedText | null;
  readonly name: LocalizedText;
  readonly rules: readonly EarningRule[];
  /** Whether what is earned is money. */
  readonly money?: true;
}

const STAMPS: LocalizedText = { nl: "stempels", en: "stamps" };

function earnedUnits({ units, earning, stamp_cards, credit }: ProgramDocument): EarnedUnit[] {
  const points =
    units.points === undefined || earning.length === 0 ? [] : [{ card: null, name: units.points.name, rules: earning }];
  const cashback =
    credit === undefined || credit.earning.length === 0
      ? []
      : [{ card: null, name: credit.name, rules: credit.earning, money: true as const }];
  return [
    ...stamp_cards.map((card) => ({ card: card.name, name: STAMPS, rules: card.earning })),
    ...points,
    ...cashback,
  ];
}

function earningSentence(reader: Reader, units: readonly EarnedUnit[]): string {
  const parts = units.map(({ card, name, rules, money }) => {
    const given = (amount: number) =>
      money === true ? formatMoney(amount, reader.currency, reader.locale) : String(amount);
    const ways = [...new Set(rules.slice(0, RULES_MAX).map((rule) => wayToEarn(reader, rule, given(rule.give))))];
    const what = card === null ? inLocale(name, reader.locale) : onCard(reader, name, card);
    return `${what} (${ways.join(reader.nl ? " of " : " or ")})`;
  });
  return reader.nl ? `Je spaart ${listed(reader, parts)}.` : `You collect ${listed(reader, parts)}.`;
}

function onCard({ locale, nl }: Reader, stamps: LocalizedText, card: LocalizedText): string {
  const name = inLocale(card, locale);
  return nl
    ? `${inLocale(stamps, locale)} op je ${insideSentence(name)}`
    : `${inLocale(stamps, locale)} on your ${insideSentence(name)}`;
}

/** Items and categories are named by codes that say little to a customer, so they are not named here. */
function wayToEarn({ nl, currency, locale }: Reader, rule: EarningRule, give: string): string {
  switch (rule.kind) {
    case "spend": {
      const per = formatMoney(rule.per, currency, locale);
      return nl ? `${give} per ${per}` : `${give} for every ${per}`;
    }
    case "visit":
      return nl ? `${give} per bezoek` : `${give} per visit`;
    case "item":
    case "category":
    case "quantity":
      if (rule.per_units !== undefined && rule.per_units > 1) {
        return nl ? `${give} per ${rule.per_units} producten` : `${give} for every ${rule.per_units} items`;
      }
      return nl ? `${give} per product dat meetelt` : `${give} per item that counts`;
  }
}

/** A reward that can be bought. */
type PricedReward = Reward & { readonly cost: NonNullable<Reward["cost"]> };

/** Rewards of stamp cards first, then the cheapest: what is nearest to somebody who begins. */
function inOrder({ rewards }: ProgramDocument): PricedReward[] {
  const rank = (reward: PricedReward) => (reward.cost.unit === "points" ? 1 : 0);
  const priced = rewards.flatMap(({ cost, ...reward }) => (cost === undefined ? [] : [{ ...reward, cost }]));
  return priced.sort((left, right) => rank(left) - rank(right) || left.cost.amount - right.cost.amount);
}

function spendingSentence(reader: Reader, document: ProgramDocument, rewards: readonly PricedReward[]): string | null {
  const { nl, locale, currency } = reader;
  const offers = rewards.map((reward) => {
    const { name, cost } = reward;
    const unit = cost.unit === "points" ? document.units.points?.name : STAMPS;
    const price = `${cost.amount} ${unit === undefined ? "" : inLocale(unit, locale)}`;
    const terms = [price, ...levelTerms(reader, document, reward)].join(", ");
    return `${insideSentence(inLocale(name, locale))} (${terms})`;
  });
  const { pay_with_points: pay } = document;
  const pays = creditPays(reader, document);
  if (offers.length > 0) {
    const more = pays === null ? "" : `; ${insideSentence(pays)}`;
    return nl
      ? `Daarvoor krijg je ${listed(reader, offers, "of")}${more}.`
      : `They get you ${listed(reader, offers, "or")}${more}.`;
  }
  if (pay === undefined) return pays === null ? null : `${pays}.`;
  const worth = formatMoney(pay.amount, currency, locale);
  return nl
    ? `Je betaalt ermee aan de kassa: ${pay.points} is ${worth} waard.`
    : `They pay at the till: ${pay.points} are worth ${worth}.`;
}

/** What levels pay, and which levels it is for. */
function levelTerms(reader: Reader, { tiers }: ProgramDocument, reward: Reward): string[] {
  const { nl, locale } = reader;
  const levelName = (id: string) => {
    const level = tiers?.levels.find((each) => each.id === id);
    return level === undefined ? id : inLocale(level.name, locale);
  };
  const prices = (reward.tier_prices ?? []).map(({ tier, amount }) =>
    nl ? `${amount} voor ${levelName(tier)}` : `${amount} for ${levelName(tier)}`,
  );
  if (reward.tiers === undefined) return prices;
  const names = listed(reader, reward.tiers.map(levelName));
  return [...prices, nl ? `alleen voor ${names}` : `only for ${names}`];
}

/** Their names say what is asked and when; what they give is on the card. */
function extraSentence(reader: Reader, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [reader.nl ? `Daarnaast: ${listed(reader, names)}.` : `Besides: ${listed(reader, names)}.`];
}

function creditPays({ nl, locale }: Reader, { credit }: ProgramDocument): string | null {
  if (credit === undefined) return null;
  const name = inLocale(credit.name, locale);
  return nl ? `Met ${name} betaal je aan de kassa` : `Pay with ${name} at the till`;
}

function listed({ nl }: Reader, parts: readonly string[], last: string = nl ? "en" : "and"): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${last} ${parts.at(-1)}`;
}

/** Names are written for a list of their own; inside a sentence they begin small, unless they are all capitals. */
export function insideSentence(name: string): string {
  const [first = "", second = ""] = name;
  return second === second.toUpperCase() && /\p{L}/u.test(second) ? name : first.toLowerCase() + name.slice(1);
}
