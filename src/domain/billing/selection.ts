import {
  ADD_ONS,
  type AddOn,
  type CatalogEntry,
  type Interval,
  lookupKey,
  MEMBER_BLOCK,
  PAID_PLAN_IDS,
  type PaidPlanId,
  PLANS,
} from "./plans.ts";

/** What somebody subscribes to: a plan, how often it is paid, and what is added. */
export interface Selection {
  readonly plan: PaidPlanId;
  readonly interval: Interval;
  /** Beyond those that the plan includes. */
  readonly extra_locations: number;
  /** Blocks of 1,000 active members beyond those that the plan includes. */
  readonly member_blocks: number;
}

export interface Limits {
  readonly locations: number;
  /** Active members in a calendar month. */
  readonly active_members: number;
}

export function limitsOf({ plan, extra_locations, member_blocks }: Selection): Limits {
  const { locations, active_members } = PLANS[plan];
  return {
    locations: locations + extra_locations,
    active_members: active_members + member_blocks * MEMBER_BLOCK,
  };
}

/** One line of a subscription. */
export interface SelectedItem {
  readonly product: CatalogEntry["product"];
  readonly lookup_key: string;
  readonly quantity: number;
}

/** A selection as lines; what is not chosen has none. Every line has the same interval. */
export function itemsOf({ plan, interval, extra_locations, member_blocks }: Selection): readonly SelectedItem[] {
  const line = (product: SelectedItem["product"], quantity: number) => ({
    product,
    lookup_key: lookupKey(product, interval),
    quantity,
  });
  return [line(plan, 1), line("location", extra_locations), line("members", member_blocks)].filter(
    ({ quantity }) => quantity > 0,
  );
}

/** What an item of a subscription is: product and interval stand in the metadata that the sync wrote. */
export interface KnownItem {
  readonly product: string;
  readonly interval: Interval;
  readonly quantity: number;
}

/** Reads a subscription's lines; null when no plan of ours is among them. Lines that we do not sell are passed over. */
export function selectionOf(items: readonly KnownItem[]): Selection | null {
  const line = items.find(({ product }) => PAID_PLAN_IDS.some((id) => id === product));
  const plan = PAID_PLAN_IDS.find((id) => id === line?.product);
  if (line === undefined || plan === undefined) return null;
  const count = (addOn: AddOn) =>
    items.filter(({ product }) => product === addOn).reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    plan,
    interval: line.interval,
    extra_locations: count("location"),
    member_blocks: count("members"),
  };
}

/** What a selection costs per interval, in minor units, excluding VAT. */
export function priceOf({ plan, interval, extra_locations, member_blocks }: Selection): number {
  return (
    (PLANS[plan].price?.[interval] ?? 0) +
    extra_locations * ADD_ONS.location.price[interval] +
    member_blocks * ADD_ONS.members.price[interval]
  );
}

/** When a change takes effect. */
export type ChangeMoment = "unchanged" | "now" | "period_end";

/**
 * Up at once, down when what was paid for has ended. What gives less in any respect is down, and so is leaving a yearly
 * plan for a monthly one.
 */
export function changeMoment(from: Selection, to: Selection): ChangeMoment {
  if (sameSelection(from, to)) return "unchanged";
  const [before, after] = [limitsOf(from), limitsOf(to)];
  const isLess =
    PAID_PLAN_IDS.indexOf(to.plan) < PAID_PLAN_IDS.indexOf(from.plan) ||
    after.locations < before.locations ||
    after.active_members < before.active_members ||
    (from.interval === "year" && to.interval === "month");
  return isLess ? "period_end" : "now";
}

export function sameSelection(left: Selection, right: Selection): boolean {
  return (
    left.plan === right.plan &&
    left.interval === right.interval &&
    left.extra_locations === right.extra_locations &&
    left.member_blocks === right.member_blocks
  );
}
