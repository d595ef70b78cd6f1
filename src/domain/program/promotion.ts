import { type Meters, metered, promotionMeter } from "../ledger/meter.ts";
import type { LocalDate } from "../time/local-date.ts";
import { isWithin, wallClock } from "../time/recurrence.ts";
import { type ClosedBudget, isUsedUp } from "./budget.ts";
import type { CompiledProgram } from "./compile.ts";
import type { Promotion, Segment } from "./promotion-rules.ts";

/** What decides which promotions a sale falls under, apart from its basket. */
export interface PromotionMoment {
  readonly occurred_at_ms: number;
  /** IANA zone of the place of sale. */
  readonly zone: string;
  /** The sale's day in the programme's zone. */
  readonly on: LocalDate;
  readonly tier: string | null;
  readonly member_since_ms: number;
  /** The member's latest sale before; null when there was none. */
  readonly seen_at_ms: number | null;
  readonly meters: Meters;
}

/** The same without those whose budget is used up. */
export function withoutUsedUp(
  program: CompiledProgram,
  open: readonly string[],
  closed: readonly ClosedBudget[],
): readonly string[] {
  if (closed.length === 0) return open;
  const shut = new Set(
    program.promotions.flatMap(({ promotion }) => (isUsedUp(promotion, closed) ? promotion.id : [])),
  );
  return open.filter((id) => !shut.has(id));
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Ids of the promotions that are open to a member at a moment: window, segment and the member's own limits. */
export function openPromotions(program: CompiledProgram, moment: PromotionMoment): string[] {
  if (program.promotions.length === 0) return [];
  const wall_ms = wallClock(moment.occurred_at_ms, moment.zone);
  return program.promotions
    .filter(
      ({ promotion }) =>
        isRunning(promotion, wall_ms) && isInSegment(promotion.segment, moment) && hasUsesLeft(promotion, moment),
    )
    .map(({ promotion }) => promotion.id);
}

function isRunning({ windows }: Promotion, wall_ms: number): boolean {
  return windows.length === 0 || windows.some((window) => isWithin(window, wall_ms));
}

/** A member at a moment, as far as segments look. */
export type SegmentMember = Pick<PromotionMoment, "occurred_at_ms" | "tier" | "member_since_ms" | "seen_at_ms">;

/** Whether a member is among those that something is for. */
export function isInSegment(segment: Segment | undefined, moment: SegmentMember): boolean {
  if (segment === undefined) return true;
  const { tiers, joined_within_days, not_seen_days } = segment;
  const { occurred_at_ms, tier, member_since_ms, seen_at_ms } = moment;
  if (tiers !== undefined && (tier === null || !tiers.includes(tier))) return false;
  if (joined_within_days !== undefined && occurred_at_ms - member_since_ms >= joined_within_days * DAY_MS) return false;
  return not_seen_days === undefined || (seen_at_ms !== null && occurred_at_ms - seen_at_ms >= not_seen_days * DAY_MS);
}

function hasUsesLeft({ id, per_member, per_member_day }: Promotion, { meters, on }: PromotionMoment): boolean {
  const meter = promotionMeter(id);
  if (per_member !== undefined && metered(meters, meter, "") >= per_member) return false;
  return per_member_day === undefined || metered(meters, meter, on) < per_member_day;
}
