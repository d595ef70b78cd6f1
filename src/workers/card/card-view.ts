import type { WalletBalance } from "../../domain/ledger/view.ts";
import { formatMoney } from "../../domain/money.ts";
import { inLocale } from "../../domain/program/compile.ts";
import { isMoney } from "../../domain/program/credit.ts";
import { insideSentence } from "../../domain/program/describe.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";
import { formatDate } from "../../domain/time/format-date.ts";
import { challengeLines } from "./challenge-lines.ts";
import type { HistoryLine } from "./history.ts";
import { historyOf } from "./history.ts";
import type { CardStory } from "./read-card.ts";
import { TEXTS, type Texts } from "./texts.ts";

/** Everything that the changing part of a card page says, in the reader's language. */
export interface CardView {
  readonly locale: Locale;
  /** The newest booking that this shows. */
  readonly seq: number;
  readonly hasProgram: boolean;
  readonly balances: readonly BalanceView[];
  readonly stampCards: readonly StampCardView[];
  readonly ready: readonly RewardLine[];
  readonly next: readonly NextReward[];
  readonly history: readonly HistoryLine[];
  /** The balances in one sentence, for who does not see the page change. */
  readonly summary: string;
}

export interface BalanceView {
  readonly unit: string;
  readonly name: string;
  readonly available: string;
  /** Further facts, each a short sentence. */
  readonly notes: readonly string[];
}

export interface StampCardView {
  readonly unit: string;
  readonly name: string;
  readonly size: number;
  /** Stamps on the card that is being filled. */
  readonly filled: number;
  readonly label: string;
  /** How far the reward is, or that it is there. */
  readonly hint: string;
  readonly notes: readonly string[];
}

export interface RewardLine {
  readonly name: string;
  readonly cost: string;
}

export interface NextReward extends RewardLine {
  readonly missing: string;
  readonly has: number;
  readonly costs: number;
}

/** Rewards still to come that are listed; the farthest ones say little. */
const NEXT_MAX = 5;

interface Reader {
  readonly story: CardStory;
  readonly locale: Locale;
  readonly t: Texts["card"];
  readonly number: (value: number) => string;
}

export function cardView(story: CardStory, locale: Locale): CardView {
  const format = numberFormat(locale);
  const reader: Reader = { story, locale, t: TEXTS[locale].card, number: (value) => format.format(value) };
  const all = story.view?.wallet.balances ?? [];
  const stampCards = all.flatMap((balance) => stampCardView(reader, balance));
  const balances = all.filter((balance) => balance.of === null).map((balance) => balanceView(reader, balance));
  return {
    locale,
    seq: story.view?.seq ?? story.bookings[0]?.body.seq ?? 0,
    hasProgram: story.program !== null,
    balances,
    stampCards,
    ...rewardLines(reader),
    history: historyOf(story, locale),
    summary: summaryOf(balances, stampCards),
  };
}

function balanceView(plain: Reader, balance: WalletBalance): BalanceView {
  const reader = { ...plain, number: amountFormat(plain, balance.unit) };
  const { t, number } = reader;
  const notes = notesOf(reader, balance);
  const worth = balance.unit === "points" ? worthOf(reader, balance.available) : null;
  return {
    unit: balance.unit,
    name: nameOf(reader, balance),
    available: number(balance.available),
    notes: worth === null ? notes : [t.worth(worth), ...notes],
  };
}

/** Credit is written as money. */
function amountFormat({ story, number, locale }: Reader, unit: string): Reader["number"] {
  if (!isMoney(unit)) return number;
  const currency = story.program?.document.currency ?? unit.slice(-3);
  return (amount) => formatMoney(amount, currency, locale);
}

/** A unit that the programme in force does not know comes without a name. */
function nameOf({ story, t, locale }: Reader, { unit, kind, name }: WalletBalance): string {
  if (story.program?.units.has(unit) === true) return inLocale(name, locale);
  if (kind === "credit" || kind === "strips") return inLocale(name, locale);
  return kind === "stamps" ? t.oldStamps : t.oldPoints;
}

function notesOf({ t, number, locale }: Reader, { pending, held, expiring }: WalletBalance): string[] {
  const [soonest] = expiring;
  return [
    ...(soonest === undefined ? [] : [t.expires(number(soonest.amount), longDate(soonest.on, locale))]),
    ...(pending === 0 ? [] : [t.pending(number(pending))]),
    ...(held === 0 ? [] : [t.held(number(held))]),
  ];
}

/** What the points pay, where points pay. */
function worthOf({ story, locale }: Reader, available: number): string | null {
  const document = story.program?.document;
  const pay = document?.pay_with_points;
  if (document === undefined || pay === undefined || available <= 0) return null;
  const amount = Math.floor((available * pay.amount) / pay.points);
  return amount === 0 ? null : formatMoney(amount, document.currency, locale);
}

function stampCardView(reader: Reader, balance: WalletBalance): StampCardView[] {
  const { t, number } = reader;
  const { of: size, unit, available } = balance;
  if (size === null) return [];
  const fullCards = Math.floor(Math.max(0, available) / size);
  const rest = Math.max(0, available) % size;
  // A card that has just been filled is shown full, and not as the empty one that comes after it.
  const filled = fullCards > 0 && rest === 0 ? size : rest;
  const shownFull = filled === size;
  const further = shownFull ? fullCards - 1 : fullCards;
  const reward = stampReward(reader, unit);
  const hint = shownFull ? t.stampsFull : t.stampsLeft(size - filled);
  return [
    {
      unit,
      name: nameOf(reader, balance),
      size,
      filled,
      label: t.stampsLabel(number(filled), number(size)),
      hint: reward === null ? hint : `${hint} ${t.forReward(insideSentence(reward))}`,
      notes: [...(further > 0 ? [t.fullCards(further)] : []), ...notesOf(reader, balance)],
    },
  ];
}

function stampReward({ story, locale }: Reader, unit: string): string | null {
  const card = story.program?.document.stamp_cards.find(({ id }) => `stamps:${id}` === unit);
  const reward = card === undefined ? undefined : story.program?.rewards.get(card.reward);
  return reward === undefined ? null : inLocale(reward.name, locale);
}

function rewardLines(reader: Reader): Pick<CardView, "ready" | "next"> {
  const { story, t, number, locale } = reader;
  const full = new Set(story.program?.document.stamp_cards.map((card) => card.reward));
  // What is for another level no amount of points brings nearer.
  const own = (story.view?.rewards ?? []).filter(({ blocked }) => blocked !== "reward_not_for_tier");
  const lines = own.map((reward) => {
    const { name, cost, missing } = reward;
    const affordable = reward.affordable && reward.blocked === null;
    const unit = (amount: number) => unitName(reader, cost.unit, amount);
    return {
      affordable,
      onCard: full.has(reward.id),
      name: inLocale(name, locale),
      cost: t.cost(number(cost.amount), unit(cost.amount)),
      missing: t.missing(number(missing), unit(missing)),
      has: Math.max(0, cost.amount - missing),
      costs: cost.amount,
    };
  });
  return {
    ready: [...issuedLines(reader), ...lines.filter(({ affordable }) => affordable)],
    // How far a stamp card is, the card itself shows.
    next: lines
      .filter(({ has, costs, onCard }) => has < costs && !onCard)
      .map(({ name, cost, missing, has, costs }): NextReward => ({ name, cost, missing, has, costs }))
      .sort((left, right) => right.has / right.costs - left.has / left.costs || left.costs - right.costs)
      .slice(0, NEXT_MAX)
      .concat(challengeLines(story, locale)),
  };
}

/** Rewards that were issued cost nothing any more; what matters is until when. */
function issuedLines({ story, t, locale }: Reader): RewardLine[] {
  const open = (story.view?.issues ?? []).filter(({ held }) => !held);
  return open.map(({ name, message, expires_on }) => {
    const what = inLocale(name, locale);
    return {
      name: message === null ? what : `${what} – ${message}`,
      cost: t.issued(expires_on === null ? null : formatDate(expires_on, locale)),
    };
  });
}

function unitName({ story, t, locale }: Reader, unit: string, amount: number): string {
  if (unit.startsWith("stamps:")) return t.stampUnit(amount);
  const name = story.program?.units.get(unit)?.name;
  return name === undefined ? "" : inLocale(name, locale);
}

function summaryOf(balances: readonly BalanceView[], stampCards: readonly StampCardView[]): string {
  const parts = [
    ...balances.map(({ available, name }) => `${available} ${name}`),
    ...stampCards.map(({ name, label }) => `${name}: ${label}`),
  ];
  return parts.join(", ");
}

const numbers = new Map<Locale, Intl.NumberFormat>();

/** Kept, because making one is slow. */
function numberFormat(locale: Locale): Intl.NumberFormat {
  const known = numbers.get(locale) ?? new Intl.NumberFormat(languageTag(locale));
  numbers.set(locale, known);
  return known;
}

const dates = new Map<Locale, Intl.DateTimeFormat>();

function longDate(date: LocalDate, locale: Locale): string {
  const format =
    dates.get(locale) ??
    new Intl.DateTimeFormat(languageTag(locale), { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  dates.set(locale, format);
  return format.format(Date.parse(`${date}T00:00:00Z`));
}

export function languageTag(locale: Locale): string {
  return locale === "nl" ? "nl-NL" : "en-GB";
}
