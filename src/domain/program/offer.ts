import { mulDivFloor } from "../numbers.ts";
import { type BasketLine, eligibleLines, sumOf } from "./basket.ts";
import type { CompiledProgram, CompiledPromotion } from "./compile.ts";
import type { LocalizedText } from "./document-parts.ts";
import type { FrozenContext } from "./earn.ts";
import { type Effect, evaluateEffect } from "./effect.ts";
import type { RewardEffect } from "./reward-rules.ts";
import type { TierLevel } from "./tier-rules.ts";

/** What a level or a promotion takes off a basket without costing points. Minor units off, positive. */
export interface Offer {
  /** Id of the promotion or the level. */
  readonly id: string;
  readonly name: LocalizedText;
  readonly discount: number;
  /** Per line; sums exactly to `discount` when lines were given. */
  readonly lines: readonly { readonly line: string; readonly discount: number }[];
  /** Id of the line of which one is free; null otherwise. */
  readonly free_line: string | null;
}

/** The basket as the till rang it up, before any of this is off. */
interface Priced {
  readonly lines: readonly BasketLine[];
  readonly total: number;
}

/**
 * What may come off a basket: the level's member prices, then the percentage that gives most, then amounts and free items in
 * the document's order; each on what the earlier ones leave. What comes to nothing is left out.
 */
export function offersOf(program: CompiledProgram, frozen: FrozenContext, basket: Priced): Offer[] {
  const level = frozen.tier === undefined ? undefined : program.levels.get(frozen.tier);
  const open = program.promotions.filter(({ promotion }) => frozen.promotions?.includes(promotion.id) === true);
  const offers: Offer[] = [];
  let left = basket;
  const take = (offer: Offer | null) => {
    if (offer === null || offer.discount <= 0) return;
    left = without(left, offer);
    const same = offers.findIndex(({ id }) => id === offer.id);
    const before = offers[same];
    if (before === undefined) offers.push(offer);
    else offers[same] = joined(before, offer);
  };
  if (level !== undefined) take(memberPrices(level, left));
  take(largest(percentages(program, level, open, left)));
  for (const compiled of open) if (!isPercentage(compiled)) take(ofPromotion(program, compiled, left));
  return offers;
}

function percentages(
  program: CompiledProgram,
  level: TierLevel | undefined,
  open: readonly CompiledPromotion[],
  left: Priced,
): Offer[] {
  const standing = level === undefined ? null : standingDiscount(program, level, left);
  const promoted = open.filter(isPercentage).map((compiled) => ofPromotion(program, compiled, left));
  return [standing, ...promoted].filter((offer) => offer !== null);
}

function largest(offers: readonly Offer[]): Offer | null {
  return offers.reduce<Offer | null>(
    (best, next) => (best === null || next.discount > best.discount ? next : best),
    null,
  );
}

function isPercentage({ promotion: { gives } }: CompiledPromotion): boolean {
  return gives.kind === "effect" && gives.effect.kind === "percent_off";
}

function standingDiscount(program: CompiledProgram, level: TierLevel, left: Priced): Offer | null {
  if (level.discount_percent === undefined) return null;
  const effect = { kind: "percent_off", percent: level.discount_percent } as const;
  return offered(level, effect, countedLines(program, left), left);
}

function ofPromotion(program: CompiledProgram, { promotion, only }: CompiledPromotion, left: Priced): Offer | null {
  const { gives, minimum_spend = 0 } = promotion;
  if (gives.kind !== "effect") return null;
  const wanted = eligibleLines(left, { only, except: null, exclude: program.exclude });
  const isBare = left.lines.length === 0 && only === null;
  if ((isBare ? left.total : sumOf(wanted)) < minimum_spend || (wanted.length === 0 && !isBare)) return null;
  return offered(promotion, gives.effect, wanted, left);
}

/** Lines that the programme leaves out, such as tobacco, are never cheaper either. */
function countedLines(program: CompiledProgram, left: Priced): BasketLine[] {
  return eligibleLines(left, { only: null, except: null, exclude: program.exclude });
}

function offered(
  { id, name }: { readonly id: string; readonly name: LocalizedText },
  effect: RewardEffect,
  lines: readonly BasketLine[],
  left: Priced,
): Offer | null {
  const bare = left.lines.length === 0;
  const evaluated = evaluateEffect(effect, { lines: bare ? null : lines, sale_total: bare ? left.total : null });
  return evaluated.ok ? fromEffect(id, name, evaluated.value) : null;
}

function fromEffect(id: string, name: LocalizedText, { kind, discount, lines, item }: Effect): Offer {
  return { id, name, discount: discount ?? 0, lines, free_line: kind === "free_item" ? (item?.line ?? null) : null };
}

function memberPrices({ id, name, perks }: TierLevel, { lines }: Priced): Offer {
  const prices = new Map(perks.flatMap((perk) => (perk.kind === "member_price" ? [[perk.sku, perk.price]] : [])));
  const off = lines.flatMap((line) => {
    const price = line.sku === null || line.kind !== "item" ? undefined : prices.get(line.sku);
    if (price === undefined) return [];
    const discount = line.amount - mulDivFloor(price, line.quantity_milli, 1000);
    return discount > 0 ? [{ line: line.id, discount }] : [];
  });
  return { id, name, discount: off.reduce((sum, each) => sum + each.discount, 0), lines: off, free_line: null };
}

function without({ lines, total }: Priced, offer: Offer): Priced {
  const off = new Map(offer.lines.map(({ line, discount }) => [line, discount]));
  return {
    lines: lines.map((line) => ({ ...line, amount: line.amount - (off.get(line.id) ?? 0) })),
    total: total - offer.discount,
  };
}

function joined(left: Offer, right: Offer): Offer {
  const off = new Map(left.lines.map(({ line, discount }) => [line, discount]));
  for (const { line, discount } of right.lines) off.set(line, (off.get(line) ?? 0) + discount);
  return {
    ...left,
    discount: left.discount + right.discount,
    lines: [...off].map(([line, discount]) => ({ line, discount })),
    free_line: left.free_line ?? right.free_line,
  };
}
