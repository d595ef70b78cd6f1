import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { Caps, EarningRule } from "../../../src/domain/program/earning-rules.ts";
import type { ExpiryRule } from "../../../src/domain/program/lot-rules.ts";
import type { Matcher } from "../../../src/domain/program/document-parts.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { Promotion } from "../../../src/domain/program/promotion-rules.ts";
import type { RewardEffect } from "../../../src/domain/program/reward-rules.ts";
import type { TierLevel } from "../../../src/domain/program/tier-rules.ts";
import { lastOfMonth, nextNamedDay, plusDays, plusMonths } from "./calendar.ts";

// The programme's rules, said once more and as plainly as possible. Types are the product's, no rule is.

/** A fraction of a point: `value` sub-units, of which `rate` make one point. */
export interface Fraction {
  readonly value: number;
  readonly rate: number;
}

/** What a basket gives of one unit. */
export interface Earned {
  readonly unit: string;
  readonly rule: string | null;
  readonly amount: number;
  readonly fraction: { readonly before: Fraction; readonly after: Fraction } | null;
  /** What the rule gave within its own caps, before the unit's and before what comes on top. */
  readonly byRule: number;
  /** Promotions that had a part in it. */
  readonly promotions: readonly string[];
  /** Of the amount, what does not count for a level. */
  readonly aside: number;
}

/** A basket as it earns: its lines, and how much of what could be paid with credit was. */
export interface Goods {
  readonly lines: readonly BasketLine[];
  readonly credit: { readonly paid: number; readonly of: number };
}

export function goodsOf(lines: readonly BasketLine[]): Goods {
  return { lines, credit: { paid: 0, of: 0 } };
}

export function noneOf(unit: string): Earned {
  return { unit, rule: null, amount: 0, fraction: null, byRule: 0, promotions: [], aside: 0 };
}

/** What was true for the member when a sale was rung up; a return of it looks at the same. */
export interface SaleContext {
  readonly fractions: ReadonlyMap<string, Fraction>;
  /** What rules and units had given before, in the same day, week and month. */
  readonly used: ReadonlyMap<string, Used>;
  /** The member's level; null below the lowest. */
  readonly level: TierLevel | null;
  /** Rules that gave something a short while ago and wait. */
  readonly cooling: readonly string[];
  /** Promotions that are open to the member, whatever the basket. */
  readonly promotions: readonly Promotion[];
}

export interface Used {
  readonly day: number;
  readonly week: number;
  readonly month: number;
}

export function floorDiv(value: number, factor: number, divisor: number): number {
  const product = BigInt(value) * BigInt(factor);
  const by = BigInt(divisor);
  const cut = product / by;
  return Number(cut * by > product ? cut - 1n : cut);
}

export function sum(amounts: readonly number[]): number {
  return amounts.reduce((left, amount) => left + amount, 0);
}

/** Every unit of a programme with the rules that give it. */
export function earners(
  document: ProgramDocument,
): { readonly unit: string; readonly rules: readonly EarningRule[]; readonly caps: Caps | undefined }[] {
  const { points } = document.units;
  return [
    ...(points === undefined ? [] : [{ unit: "points", rules: document.earning, caps: points.caps }]),
    ...document.stamp_cards.map((card) => ({ unit: `stamps:${card.id}`, rules: card.earning, caps: card.caps })),
    ...(document.credit === undefined || document.credit.earning.length === 0
      ? []
      : [{ unit: creditUnit(document), rules: document.credit.earning, caps: document.credit.caps }]),
  ];
}

/** Rules and units of which is noted what they gave: those with a cap over a day, a week or a month. */
export function cappedOver(document: ProgramDocument): string[] {
  const isOver = (caps: Caps | undefined) => (caps?.day ?? caps?.week ?? caps?.month) !== undefined;
  return earners(document).flatMap(({ unit, rules, caps }) => [
    ...(isOver(caps) ? [unit] : []),
    ...rules.filter((rule) => isOver(rule.caps)).map(({ id }) => id),
  ]);
}

/** What of an amount fits below every cap. */
function within(caps: Caps | undefined, used: Used | undefined, amount: number): number {
  if (caps === undefined) return amount;
  const before = { sale: 0, day: 0, week: 0, month: 0, ...used };
  const rooms = (["sale", "day", "week", "month"] as const).flatMap((period) => {
    const max = caps[period];
    return max === undefined ? [] : [Math.max(0, max - before[period])];
  });
  return Math.min(amount, ...rooms);
}

export function earnOn(document: ProgramDocument, context: SaleContext, goods: Goods): Earned[] {
  return earners(document).map(({ unit, rules, caps }) => {
    let best = noneOf(unit);
    for (const rule of rules) {
      const earned = byRule({ document, rule, unit, context, times: ONCE }, goods);
      if (earned !== null && (earned.amount > best.amount || best.rule === null)) best = earned;
    }
    const chosen = rules.find(({ id }) => id === best.rule);
    if (chosen === undefined) return best;
    // The rule is chosen by what it gives by itself; then once so many times that, then so many more.
    const { times, more } = onTop(document, unit, context, goods);
    const timed = times === null ? best : (byRule({ document, rule: chosen, unit, context, times }, goods) ?? best);
    const added = sum(more.map(({ give }) => give));
    const amount = within(caps, context.used.get(unit), timed.amount + added);
    const multiplied = times !== null && !times.counts ? timed.amount - best.amount : 0;
    const aside = multiplied + sum(more.map(({ give, counts }) => (counts ? 0 : give)));
    const promotions = [...(times === null ? [] : [times]), ...more].flatMap(({ promotion }) => promotion ?? []);
    return { ...timed, amount, byRule: timed.amount, promotions, aside: Math.min(amount, aside) };
  });
}

/** Times how much, in percent, on which lines. */
interface Times {
  readonly percent: number;
  readonly only: Matcher | undefined;
}

const ONCE: Times = { percent: 100, only: undefined };

interface FromPromotion {
  readonly promotion: string | null;
  readonly counts: boolean;
}

/** The largest of the multipliers, the level's before the promotions', and every addition. */
function onTop(
  document: ProgramDocument,
  unit: string,
  { level, promotions }: SaleContext,
  goods: Goods,
): { readonly times: (Times & FromPromotion) | null; readonly more: readonly (FromPromotion & { give: number })[] } {
  let times: (Times & FromPromotion) | null = null;
  const more: (FromPromotion & { give: number })[] = [];
  const percent = level?.multiplier_percent;
  if (unit === "points" && percent !== undefined) times = { percent, only: undefined, promotion: null, counts: true };
  for (const promotion of promotions) {
    const { id, gives, only, counts_for_tier: counts } = promotion;
    if ((gives.kind !== "multiplier" && gives.kind !== "addition") || gives.unit !== unit) continue;
    if (!fits(document, promotion, goods)) continue;
    if (gives.kind === "addition") more.push({ promotion: id, counts, give: gives.give });
    else if (times === null || gives.percent > times.percent) {
      times = { percent: gives.percent, only, promotion: id, counts };
    }
  }
  return { times, more };
}

/** Whether a basket has what a promotion asks for. */
export function fits(document: ProgramDocument, { only, minimum_spend = 0 }: Promotion, goods: Goods): boolean {
  const spent = spentOn(
    goods.lines.filter((line) => earns(line, document.exclude) && (only === undefined || named(only, line))),
    goods,
  );
  return spent > 0 && spent >= minimum_spend;
}

interface Asked {
  readonly document: ProgramDocument;
  readonly rule: EarningRule;
  readonly unit: string;
  readonly context: SaleContext;
  readonly times: Times;
}

function byRule({ document, rule, unit, context, times }: Asked, goods: Goods): Earned | null {
  const counted = goods.lines.filter((line) => earns(line, document.exclude) && ruleCounts(rule, line));
  const spent = spentOn(counted, goods);
  if (spent <= 0 || spent < (rule.minimum_spend ?? 0) || context.cooling.includes(rule.id)) return null;
  const { percent, only } = times;
  const timed = counted.filter((line) => only === undefined || named(only, line));
  const earned = (given: number, fraction: Earned["fraction"]): Earned => {
    const amount = within(rule.caps, context.used.get(rule.id), given);
    return { ...noneOf(unit), rule: rule.id, amount, fraction, byRule: amount };
  };
  if (rule.kind === "visit") {
    return earned(timed.length === 0 ? rule.give : Math.floor((rule.give * percent) / 100), null);
  }
  if (rule.kind !== "spend") {
    const { per_units = 1 } = rule;
    const whole = (lines: readonly BasketLine[]) =>
      Math.floor(Math.floor(sum(lines.map((line) => line.quantity_milli)) / 1000) / per_units);
    const extra = Math.floor((whole(timed) * rule.give * (percent - 100)) / 100);
    return whole(counted) === 0 ? null : earned(whole(counted) * rule.give + extra, null);
  }
  const steps = (rule.steps ?? []).filter(({ from }) => spent >= from).sort((left, right) => left.from - right.from);
  const give = steps.at(-1)?.give ?? rule.give;
  // Times a percentage everything is counted a hundred times as finely, and what was once counted so stays so.
  const known = context.fractions.get(rule.id) ?? { value: 0, rate: rule.per };
  const fine = percent > 100 || known.rate === rule.per * 100 ? 100 : 1;
  const rate = rule.per * fine;
  const before = inRate(known, rate);
  const hundredths = percent === 100 ? 0 : spentOn(timed, goods) * (percent - 100);
  const seen = before.value + (fine === 1 ? spent : spent * 100 + hundredths) * give;
  const amount = seen < 0 ? 0 : Math.floor(seen / rate);
  return earned(amount, { before, after: { value: seen - amount * rate, rate } });
}

export function inRate(fraction: Fraction, rate: number): Fraction {
  return fraction.rate === rate ? fraction : { value: floorDiv(fraction.value, rate, fraction.rate), rate };
}

export function isGoods(line: BasketLine): boolean {
  return (line.kind === "item" || line.kind === "unallocated") && line.amount > 0;
}

export function named(by: Matcher, line: BasketLine): boolean {
  const bySku = line.sku !== null && (by.skus ?? []).includes(line.sku);
  return bySku || (line.category !== null && (by.categories ?? []).includes(line.category));
}

export function earns(line: BasketLine, exclude: Matcher | undefined): boolean {
  return isGoods(line) && !(exclude !== undefined && named(exclude, line));
}

function ruleCounts(rule: EarningRule, line: BasketLine): boolean {
  if (rule.kind === "item") return named({ skus: rule.skus }, line);
  if (rule.kind === "category") return named({ categories: rule.categories }, line);
  if (rule.kind === "visit") return true;
  return (
    (rule.only === undefined || named(rule.only, line)) && !(rule.except !== undefined && named(rule.except, line))
  );
}

/** The price of some lines after their share of what comes off the whole basket, and of what credit paid. */
export function spentOn(counted: readonly BasketLine[], { lines, credit }: Goods): number {
  const price = sum(counted.map((line) => line.amount));
  const positive = sum(lines.map((line) => Math.max(0, line.amount)));
  const off = -sum(lines.map((line) => (line.kind === "exchange" ? 0 : Math.min(0, line.amount))));
  if (price === 0 || off >= positive) return 0;
  const net = floorDiv(price, positive - off, positive);
  return credit.of <= 0 ? net : floorDiv(net, Math.max(0, credit.of - credit.paid), credit.of);
}

/** What a reward takes off. `none` when no line qualifies; `open` leaves it to the sale. */
export type Discount = { readonly is: "none" } | { readonly is: "open" | "final"; readonly off: number | null };

export function discountOf(effect: RewardEffect, lines: readonly BasketLine[] | null, total: number | null): Discount {
  if (effect.kind === "product" || effect.kind === "experience") return { is: "final", off: 0 };
  if (effect.kind === "event" || effect.kind === "partner") return { is: "final", off: 0 };
  if (lines === null) {
    if (effect.kind === "free_item" || effect.kind === "upgrade" || effect.only !== undefined || total === null) {
      return { is: "open", off: null };
    }
    return { is: "open", off: offAmount(effect, total) };
  }
  const fitting = lines.filter((line) => isGoods(line) && (effect.only === undefined || named(effect.only, line)));
  if (fitting.length === 0) return { is: "none" };
  if (effect.kind === "free_item") return { is: "final", off: Math.min(...fitting.map(priceOfOne)) };
  if (effect.kind === "upgrade") {
    return { is: "final", off: Math.min(effect.amount, Math.max(...fitting.map(priceOfOne))) };
  }
  return { is: "final", off: offAmount(effect, sum(fitting.map((line) => line.amount))) };
}

export function priceOfOne(line: BasketLine): number {
  return line.quantity_milli <= 1000 ? line.amount : floorDiv(line.amount, 1000, line.quantity_milli);
}

function offAmount(effect: Extract<RewardEffect, { kind: "percent_off" | "amount_off" }>, price: number): number {
  if (effect.kind === "amount_off") return Math.min(effect.amount, price);
  const off = floorDiv(price, effect.percent, 100);
  return Math.min(off, effect.max_discount ?? off);
}

/** Expiry and waiting time of a unit under a programme. */
export interface Dating {
  readonly expiry: ExpiryRule;
  readonly pending_days: number;
}

export function datingOf(document: ProgramDocument, unit: string): Dating {
  const card = document.stamp_cards.find(({ id }) => `stamps:${id}` === unit);
  const strip = document.strip_cards.find(({ id }) => `strip:${id}` === unit);
  if (strip !== undefined) return { expiry: strip.expiry, pending_days: 0 };
  const credit = unit === creditUnit(document) ? document.credit?.granted : undefined;
  const from = unit === "points" ? document.units.points : (card ?? credit);
  return { expiry: from?.expiry ?? { kind: "none" }, pending_days: from?.pending_days ?? 0 };
}

export function creditUnit({ currency }: ProgramDocument): string {
  return `credit:${currency}`;
}

/** The last day on which what opens on `from` can be spent; null for ever. */
export function lastDayOf(expiry: ExpiryRule, from: string): string | null {
  if (expiry.kind === "none") return null;
  if (expiry.kind === "fixed") return nextNamedDay(plusDays(from, expiry.at_least_days), expiry.dates);
  const { months = 0, days = 0 } = expiry.after;
  const end = plusDays(plusMonths(from, months), days);
  return expiry.kind === "rolling" && expiry.to === "month" ? lastOfMonth(end) : end;
}

/** Every unit of a programme, earned or not. */
export function unitsOf(document: ProgramDocument): string[] {
  return [
    ...(document.units.points === undefined ? [] : ["points"]),
    ...document.stamp_cards.map(({ id }) => `stamps:${id}`),
    ...(document.credit === undefined ? [] : [creditUnit(document)]),
    ...document.strip_cards.map(({ id }) => `strip:${id}`),
  ];
}

export function knowsUnit(document: ProgramDocument, unit: string): boolean {
  return unitsOf(document).includes(unit);
}
