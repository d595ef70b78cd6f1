import { addSpan } from "../time/calendar.ts";

/**
 * Counters of an account by name and by day ("YYYY-MM-DD"), month ("YYYY-MM") or, for the account's whole life, "".
 * They count what rules must know of the past without reading it: units a capped rule gave, visits of a month, uses of a
 * promotion. Zero is absent.
 */
export type Meters = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One step of a counter. */
export interface MeterChange {
  readonly meter: string;
  readonly on: string;
  readonly amount: number;
}

/** Days of a counter that are kept: a month, and the nine days by which a sale may come late, and a few more. */
export const METER_DAYS = 45;

const DAY_LENGTH = "YYYY-MM-DD".length;

/** Counts changes in. Days long before the newest one of the same counter are forgotten. */
export function applyMeters(meters: Meters, changes: readonly MeterChange[]): Meters {
  return changes.reduce((all, { meter, on, amount }) => {
    const count = (all[meter]?.[on] ?? 0) + amount;
    const counted = { ...all[meter], [on]: count };
    const isTidy = count !== 0 && Object.keys(counted).length <= METER_DAYS;
    return { ...all, [meter]: isTidy ? counted : withoutOld(counted) };
  }, meters);
}

function withoutOld(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const days = Object.keys(counts).filter((on) => on.length === DAY_LENGTH);
  const newest = days.reduce((latest, on) => (on > latest ? on : latest), "");
  const since = days.length <= METER_DAYS ? "" : addSpan(newest, { days: -METER_DAYS });
  return Object.fromEntries(
    Object.entries(counts).filter(([on, count]) => count !== 0 && (on.length !== DAY_LENGTH || on >= since)),
  );
}

/** What a counter has from one day or month to another, both included. */
export function metered(meters: Meters, meter: string, from: string, to: string = from): number {
  return Object.entries(meters[meter] ?? {}).reduce(
    (sum, [on, count]) => (on.length === from.length && on >= from && on <= to ? sum + count : sum),
    0,
  );
}

/** Units given by a rule or, over all rules, of a unit; by day. */
export function capMeter(source: string): string {
  return `cap:${source}`;
}

/** Sales under a promotion; by day, and in all. */
export function promotionMeter(promotion: string): string {
  return `promotion:${promotion}`;
}

/** Times that an action was given, over all subjects or for one; by the action's period. */
export function actionMeter(action: string, subject: string | null): string {
  return subject === null ? `action:${action}` : `action:${action}:${subject}`;
}

/** Paper cards of a stamp card that were taken in; in all. */
export function paperCardMeter(stampCard: string): string {
  return `paper:${stampCard}`;
}

/** Minor units of rewards that were handed out without a connection; by day. */
export const OFFLINE_METER = "offline";

/** What tiers look at; by month. */
export function tierMeter(basis: "points" | "spend" | "visits"): string {
  return `tier:${basis}`;
}
