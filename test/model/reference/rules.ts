import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { Caps, EarningRule } from "../../../src/domain/program/earning-rules.ts";
import type { ExpiryRule } from "../../../src/domain/program/lot-rules.ts";
import type { Matcher } from "../../../src/domain/program/document-parts.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { RewardEffect } from "../../../src/domain/program/reward-rules.ts";
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
  /** What the rule gave within its own caps, before the unit's. */
  readonly byRule: number;
}

/** What was true for the member when a sale was rung up; a return of it looks at the same. */
export interface SaleContext {
  readonly fractions: ReadonlyMap<string, Fraction>;
  /** What rules and units had given before, in the same day, week and month. */
  readonly used: ReadonlyMap<string, Used>;
  /** Times how much, in percent, the member's level gives of points. */
  readonly percent: number;
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

export function earnOn(document: ProgramDocument, context: SaleContext, lines: readonly BasketLine[]): Earned[] {
  return earners(document).map(({ unit, rules, caps }) => {
    let best: Earned = { unit, rule: null, amount: 0, fraction: null, byRule: 0 };
    for (const rule of rules) {
      const earned = byRule({ document, rule, unit, context, percent: 100 }, lines);
      if (earned !== null && (earned.amount > best.amount || best.rule === null)) best = earned;
    }
    // The rule is chosen by what it gives by itself; the level then gives so many times that.
    const chosen = rules.find(({ id }) => id === best.rule);
    if (chosen !== undefined && unit === "points" && context.percent > 100) {
      best = byRule({ document, rule: chosen, unit, context, percent: context.percent }, lines) ?? best;
    }
    return { ...best, amount: within(caps, context.used.get(unit), best.amount) };
  });
}

interface Asked {
  readonly document: ProgramDocument;
  readonly rule: EarningRule;
  readonly unit: string;
  readonly context: SaleContext;
  readonly percent: number;
}

function byRule({ document, rule, unit, context, percent }: Asked, lines: readonly BasketLine[]): Earned | null {
  const counted = lines.filter((line) => earns(line, document.exclude) && ruleCounts(rule, line));
  const spent = spentOn(counted, lines);
  if (spent <= 0 || spent < (rule.minimum_spend ?? 0)) return null;
  const earned = (given: number, fraction: Earned["fraction"]): Earned => {
    const amount = within(rule.caps, context.used.get(rule.id), given);
    return { unit, rule: rule.id, amount, fraction, byRule: amount };
  };
  const plain = (amount: number) => earned(Math.floor((amount * percent) / 100), null);
  if (rule.kind === "visit") return plain(rule.give);
  if (rule.kind === "item" || rule.kind === "category") {
    const whole = Math.floor(sum(counted.map((line) => line.quantity_milli)) / 1000);
    return whole === 0 ? null : plain(whole * rule.give);
  }
  if (rule.kind !== "spend") throw new Error(`the reference knows no rule of kind ${rule.kind}`);
  // Times a level's percentage everything is counted a hundred times as finely, and what was once counted so stays so.
  const known = context.fractions.get(rule.id) ?? { value: 0, rate: rule.per };
  const fine = percent > 100 || known.rate === rule.per * 100 ? 100 : 1;
  const rate = rule.per * fine;
  const before = inRate(known, rate);
  const seen = before.value + (spent * rule.give * percent * fine) / 100;
  const amount = seen < 0 ? 0 : Math.floor(seen / rate);
  return earned(amount, { before, after: { value: seen - amount * rate, rate } });
}

export function inRate(fraction: Fraction, rate: number): Fraction {
  return fraction.rate === rate ? fraction : { value: floorDiv(fraction.value, rate, fraction.rate), rate };
}

function isGoods(line: BasketLine): boolean {
  return (line.kind === "item" || line.kind === "unallocated") && line.amount > 0;
}

function named(by: Matcher, line: BasketLine): boolean {
  const bySku = line.sku !== null && (by.skus ?? []).includes(line.sku);
  return bySku || (line.category !== null && (by.categories ?? []).includes(line.category));
}

function earns(line: BasketLine, exclude: Matcher | undefined): boolean {
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

/** The price of some lines after their share of what comes off the whole basket. */
function spentOn(counted: readonly BasketLine[], all: readonly BasketLine[]): number {
  const price = sum(counted.map((line) => line.amount));
  const positive = sum(all.map((line) => Math.max(0, line.amount)));
  const off = -sum(all.map((line) => (line.kind === "exchange" ? 0 : Math.min(0, line.amount))));
  return price === 0 || off >= positive ? 0 : floorDiv(price, positive - off, positive);
}

/** What a reward takes off. `none` when no line qualifies; `open` leaves it to the sale. */
export type Discount = { readonly is: "none" } | { readonly is: "open" | "final"; readonly off: number | null };

export function discountOf(effect: RewardEffect, lines: readonly BasketLine[] | null, total: number | null): Discount {
  if (effect.kind === "product" || effect.kind === "experience") return { is: "final", off: 0 };
  // The stories redeem none of these.
  if (effect.kind === "event" || effect.kind === "partner" || effect.kind === "upgrade") return { is: "final", off: 0 };
  if (lines === null) {
    const bound = effect.kind === "free_item" || effect.only !== undefined;
    return { is: "open", off: bound || total === null ? null : offAmount(effect, total) };
  }
  const fitting = lines.filter((line) => isGoods(line) && (effect.only === undefined || named(effect.only, line)));
  if (fitting.length === 0) return { is: "none" };
  if (effect.kind === "free_item") return { is: "final", off: Math.min(...fitting.map(priceOfOne)) };
  return { is: "final", off: offAmount(effect, sum(fitting.map((line) => line.amount))) };
}

function priceOfOne(line: BasketLine): number {
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
  const from = unit === "points" ? document.units.points : card;
  return { expiry: from?.expiry ?? { kind: "none" }, pending_days: from?.pending_days ?? 0 };
}

/** The last day on which what opens on `from` can be spent; null for ever. */
export function lastDayOf(expiry: ExpiryRule, from: string): string | null {
  if (expiry.kind === "none") return null;
  if (expiry.kind === "fixed") return nextNamedDay(plusDays(from, expiry.at_least_days), expiry.dates);
  const { months = 0, days = 0 } = expiry.after;
  const end = plusDays(plusMonths(from, months), days);
  return expiry.kind === "rolling" && expiry.to === "month" ? lastOfMonth(end) : end;
}

export function knowsUnit(document: ProgramDocument, unit: string): boolean {
  return earners(document).some((earner) => earner.unit === unit);
}
