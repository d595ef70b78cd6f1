import type { BasketLine } from "../../../src/domain/program/basket.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { Promotion, PromotionWindow, Segment } from "../../../src/domain/program/promotion-rules.ts";
import type { TierLevel } from "../../../src/domain/program/tier-rules.ts";
import type { RefAccount } from "./account.ts";
import { dateAt, plusDays, timeAt } from "./calendar.ts";
import { type Moment, noted } from "./notes.ts";
import { discountOf, earns, floorDiv, named, sum } from "./rules.ts";

// Which promotions are open to a member, and what those that give a discount take off a basket.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** Promotions whose time it is, that are for this member, and that the member has turns left of. */
export function openPromotions(
  account: RefAccount,
  document: ProgramDocument,
  level: TierLevel | null,
  moment: Moment,
): Promotion[] {
  return document.promotions.filter(({ id, windows, segment, per_member, per_member_day }) => {
    if (windows.length > 0 && !windows.some((window) => isWithin(window, moment))) return false;
    if (!isFor(segment, account, level, moment)) return false;
    const turns = (from: string, to: string) => noted(account, id, from, to);
    if (per_member !== undefined && turns("0000-00-00", "9999-99-99") >= per_member) return false;
    return per_member_day === undefined || turns(moment.on, moment.on) < per_member_day;
  });
}

/** Goes through every day since the window first opened. */
function isWithin({ starts, minutes, rrule }: PromotionWindow, { at_ms, zone }: Moment): boolean {
  const [first = "", clock = ""] = starts.split("T");
  const now = Date.parse(`${dateAt(at_ms, zone)}T${timeAt(at_ms, zone)}:00Z`);
  for (let day = first; Date.parse(day) <= now; day = plusDays(day, 1)) {
    const weekday = WEEKDAYS[new Date(day).getUTCDay()] ?? "";
    const comesBack = rrule?.startsWith("FREQ=DAILY") ?? false;
    const isOn = rrule === undefined ? day === first : comesBack || (rrule.split("BYDAY=")[1] ?? "").includes(weekday);
    const opens = Date.parse(`${day}T${clock}:00Z`);
    if (isOn && now >= opens && now < opens + minutes * MINUTE_MS) return true;
  }
  return false;
}

/** Whether a member is among those that something is for. */
export function isFor(
  segment: Segment | undefined,
  account: RefAccount,
  level: TierLevel | null,
  { at_ms }: Moment,
): boolean {
  if (segment === undefined) return true;
  const { tiers, joined_within_days, not_seen_days } = segment;
  if (tiers !== undefined && !(level !== null && tiers.includes(level.id))) return false;
  if (joined_within_days !== undefined && at_ms - account.opened_ms >= joined_within_days * DAY_MS) return false;
  if (not_seen_days === undefined) return true;
  return account.seen_ms !== null && at_ms - account.seen_ms >= not_seen_days * DAY_MS;
}

/** So much off, by the id of a level or a promotion. */
export interface RefOffer {
  readonly id: string;
  readonly discount: number;
}

/**
 * What could come off: the level's own prices, then whichever percentage gives most, then the others in their order. Each
 * sees what those before it left.
 */
export function offersOn(
  document: ProgramDocument,
  level: TierLevel | null,
  promotions: readonly Promotion[],
  basket: readonly BasketLine[],
): RefOffer[] {
  let lines = [...basket];
  const found = new Map<string, number>();
  const take = (id: string, off: ReadonlyMap<string, number>) => {
    const discount = sum([...off.values()]);
    if (discount <= 0) return;
    lines = lines.map((line) => ({ ...line, amount: line.amount - (off.get(line.id) ?? 0) }));
    found.set(id, (found.get(id) ?? 0) + discount);
  };
  if (level !== null) take(level.id, ownPrices(level, lines));
  const percentages = [
    ...(level?.discount_percent === undefined
      ? []
      : [
          {
            id: level.id,
            off: percentOff(
              lines.filter((line) => earns(line, document.exclude)),
              level.discount_percent,
            ),
          },
        ]),
    ...promotions.flatMap((promotion) =>
      promotion.gives.kind === "effect" && promotion.gives.effect.kind === "percent_off"
        ? [{ id: promotion.id, off: offBy(document, promotion, lines) }]
        : [],
    ),
  ];
  let best: { id: string; off: ReadonlyMap<string, number> } | null = null;
  for (const each of percentages) {
    if (best === null || sum([...each.off.values()]) > sum([...best.off.values()])) best = each;
  }
  if (best !== null) take(best.id, best.off);
  for (const promotion of promotions) {
    const { id, gives } = promotion;
    if (gives.kind === "effect" && gives.effect.kind !== "percent_off") take(id, offBy(document, promotion, lines));
  }
  return [...found].map(([id, discount]) => ({ id, discount }));
}

function ownPrices({ perks }: TierLevel, lines: readonly BasketLine[]): Map<string, number> {
  const off = new Map<string, number>();
  for (const line of lines) {
    for (const perk of perks) {
      if (perk.kind !== "member_price" || line.kind !== "item" || perk.sku !== line.sku) continue;
      const less = line.amount - floorDiv(perk.price, line.quantity_milli, 1000);
      if (less > 0) off.set(line.id, less);
    }
  }
  return off;
}

function percentOff(lines: readonly BasketLine[], percent: number, max = Infinity): Map<string, number> {
  return spread(lines, Math.min(max, floorDiv(sum(lines.map(({ amount }) => amount)), percent, 100)));
}

/** What a promotion takes off which lines. */
function offBy(document: ProgramDocument, promotion: Promotion, lines: readonly BasketLine[]): Map<string, number> {
  const { gives, only, minimum_spend = 0 } = promotion;
  const wanted = lines.filter((line) => earns(line, document.exclude) && (only === undefined || named(only, line)));
  if (gives.kind !== "effect" || wanted.length === 0) return new Map();
  const price = sum(wanted.map(({ amount }) => amount));
  if (price < minimum_spend) return new Map();
  const discount = discountOf(gives.effect, wanted, null);
  if (discount.is === "none" || discount.off === null) return new Map();
  if (gives.effect.kind !== "free_item") return spread(wanted, discount.off);
  // The first of the cheapest is free.
  const free = wanted.find(
    (line) => discountOf({ kind: "free_item" }, [line], null).is === "final" && oneOf(line) === discount.off,
  );
  return free === undefined ? new Map() : new Map([[free.id, discount.off]]);
}

function oneOf(line: BasketLine): number {
  const one = discountOf({ kind: "free_item" }, [line], null);
  return one.is === "none" ? 0 : (one.off ?? 0);
}

/** In proportion; single units that are left go to the dearest lines first. */
function spread(lines: readonly BasketLine[], discount: number): Map<string, number> {
  const price = sum(lines.map(({ amount }) => amount));
  const off = new Map(lines.map((line) => [line.id, price === 0 ? 0 : floorDiv(discount, line.amount, price)]));
  let left = price === 0 ? 0 : discount - sum([...off.values()]);
  for (const { id } of [...lines].sort((one, other) => other.amount - one.amount)) {
    if (left === 0) break;
    off.set(id, (off.get(id) ?? 0) + 1);
    left -= 1;
  }
  return off;
}
