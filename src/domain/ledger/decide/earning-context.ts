import type { CapUsage } from "../../program/cap.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import type { FrozenContext, UnitOutcome } from "../../program/earn.ts";
import type { Caps } from "../../program/earning-rules.ts";
import { openChallenges } from "../../program/challenge.ts";
import type { ClosedBudget } from "../../program/budget.ts";
import { openPromotions, type PromotionMoment, withoutUsedUp } from "../../program/promotion.ts";
import { addSpan, endOfMonth, monthOf, startOfWeek } from "../../time/calendar.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type { SaleOffer } from "../booking.ts";
import { levelAt } from "../level.ts";
import { capMeter, type MeterChange, metered, promotionMeter, tierMeter } from "../meter.ts";
import type { AccountState } from "../state.ts";

/** When and where a sale was. */
export interface SaleMoment {
  readonly occurred_at_ms: number;
  /** IANA zone of the place of sale; null when it is the programme's. */
  readonly zone: string | null;
  /** Promotions whose budget is used up; none when absent. */
  readonly closed?: readonly ClosedBudget[];
}

/** What decides which promotions and challenges a sale falls under, apart from its basket. */
function circumstancesOf(state: AccountState, program: CompiledProgram, moment: SaleMoment): PromotionMoment {
  return {
    occurred_at_ms: moment.occurred_at_ms,
    zone: moment.zone ?? program.document.timezone,
    on: localDate(moment.occurred_at_ms, program.document.timezone),
    tier: levelAt(state, program, moment.occurred_at_ms)?.id ?? null,
    member_since_ms: state.opened_at_ms,
    seen_at_ms: state.last_sale_at_ms ?? null,
    meters: state.meters ?? {},
  };
}

/** Promotions that a sale falls under, those included whose budget is used up. */
export function promotionsAt(state: AccountState, program: CompiledProgram, moment: SaleMoment): string[] {
  return openPromotions(program, circumstancesOf(state, program, moment));
}

/** What a later return needs to compute with this sale's own context. Only this programme's rules matter. */
export function freeze(state: AccountState, program: CompiledProgram, moment: SaleMoment): FrozenContext {
  const circumstances = circumstancesOf(state, program, moment);
  const { on, tier } = circumstances;
  const capped = Object.fromEntries(cappedSources(program).map((source) => [source, usage(state, source, on)]));
  const cooling = coolingRules(state, program, moment.occurred_at_ms);
  const promotions = withoutUsedUp(program, openPromotions(program, circumstances), moment.closed ?? []);
  const challenges = openChallenges(program, circumstances);
  return {
    program: program.version,
    remainders: knownRemainders(state, program),
    ...(Object.keys(capped).length === 0 ? {} : { capped }),
    ...(cooling.length === 0 ? {} : { cooling }),
    ...(tier === null ? {} : { tier }),
    ...(promotions.length === 0 ? {} : { promotions }),
    ...(challenges.length === 0 ? {} : { challenges }),
  };
}

function knownRemainders(state: AccountState, program: CompiledProgram): FrozenContext["remainders"] {
  const rules = program.earners.flatMap((earner) => earner.rules.map(({ rule }) => rule.id));
  const known = rules.flatMap((id) => {
    const remainder = state.remainders[id];
    return remainder === undefined ? [] : [[id, remainder] as const];
  });
  return Object.fromEntries(known);
}

/** Rules and units of which must be known what they gave in a day, a week or a month. */
function cappedSources(program: CompiledProgram): string[] {
  return program.earners.flatMap(({ unit, caps, rules }) => [
    ...(isCountedOver(caps) ? [unit] : []),
    ...rules.flatMap(({ rule }) => (isCountedOver(rule.caps) ? [rule.id] : [])),
  ]);
}

function isCountedOver(caps: Caps | undefined): boolean {
  return caps?.day !== undefined || caps?.week !== undefined || caps?.month !== undefined;
}

function usage(state: AccountState, source: string, on: LocalDate): CapUsage {
  const given = (from: LocalDate, to: LocalDate) => metered(state.meters ?? {}, capMeter(source), from, to);
  const monday = startOfWeek(on);
  const month = monthOf(on);
  return {
    day: given(on, on),
    week: given(monday, addSpan(monday, { days: 6 })),
    month: given(`${month}-01`, endOfMonth(on)),
  };
}

/** Rules that gave something less than their cooldown ago; a sale that comes late is as near as one that comes early. */
function coolingRules(state: AccountState, program: CompiledProgram, at_ms: number): string[] {
  return program.earners.flatMap(({ rules }) =>
    rules.flatMap(({ rule: { id, cooldown_minutes } }) => {
      const gave_at_ms = state.last_gave_at_ms?.[id];
      const isCooling =
        cooldown_minutes !== undefined &&
        gave_at_ms !== undefined &&
        Math.abs(at_ms - gave_at_ms) < cooldown_minutes * 60_000;
      return isCooling ? [id] : [];
    }),
  );
}

/** Rules with a cooldown that have just given something. */
export function startedCooldowns(program: CompiledProgram, outcomes: readonly UnitOutcome[]): string[] {
  const waiting = new Set(
    program.earners.flatMap(({ rules }) =>
      rules.flatMap(({ rule }) => (rule.cooldown_minutes === undefined ? [] : [rule.id])),
    ),
  );
  return outcomes.flatMap(({ rule, amount }) => (rule !== null && amount > 0 && waiting.has(rule) ? [rule] : []));
}

/** What a sale is to the counters that rules look at. */
export interface CountedSale {
  readonly outcomes: readonly UnitOutcome[];
  readonly offers: readonly SaleOffer[];
  /** The promotion whose coupon it gave; null when it gave none. */
  readonly coupon: string | null;
  /** Minor units paid and kept. */
  readonly spend: number;
  /** Whether anything is left of the sale. */
  readonly visits: 0 | 1;
}

/** How the counters of a sale's day move from one view of it to another; from nothing to the sale, or by a return. */
export function meterChanges(
  program: CompiledProgram,
  on: LocalDate,
  before: CountedSale | null,
  after: CountedSale,
): MeterChange[] {
  const moved = new Map<string, MeterChange>();
  const add = (changes: readonly MeterChange[], sign: 1 | -1) => {
    for (const { meter, on: period, amount } of changes) {
      const key = `${meter} ${period}`;
      moved.set(key, { meter, on: period, amount: (moved.get(key)?.amount ?? 0) + sign * amount });
    }
  };
  if (before !== null) add(metersOf(program, on, before), -1);
  add(metersOf(program, on, after), 1);
  return [...moved.values()].filter(({ amount }) => amount !== 0);
}

function metersOf(program: CompiledProgram, on: LocalDate, sale: CountedSale): MeterChange[] {
  const { outcomes, offers, coupon } = sale;
  const capped = new Set(cappedSources(program));
  const given = outcomes.flatMap(({ unit, rule, amount, by_rule }): MeterChange[] => [
    ...(capped.has(unit) ? [{ meter: capMeter(unit), on, amount }] : []),
    ...(rule !== null && capped.has(rule) ? [{ meter: capMeter(rule), on, amount: by_rule ?? amount }] : []),
  ]);
  const used = new Set([
    ...outcomes.flatMap(({ promotions = [] }) => promotions),
    ...(coupon === null ? [] : [coupon]),
    ...offers.flatMap(({ id, applied }) => (applied && !program.levels.has(id) ? [id] : [])),
  ]);
  const uses = [...used].flatMap((id): MeterChange[] => [
    { meter: promotionMeter(id), on, amount: 1 },
    { meter: promotionMeter(id), on: "", amount: 1 },
  ]);
  return [...given, ...uses, ...tierChanges(program, on, sale)];
}

function tierChanges(program: CompiledProgram, on: LocalDate, { outcomes, spend, visits }: CountedSale): MeterChange[] {
  if (program.document.tiers === undefined) return [];
  const points = outcomes.find(({ unit }) => unit === "points");
  const month = monthOf(on);
  return [
    { meter: tierMeter("spend"), on: month, amount: spend },
    { meter: tierMeter("visits"), on: month, amount: visits },
    { meter: tierMeter("points"), on: month, amount: (points?.amount ?? 0) - (points?.not_for_tier ?? 0) },
  ];
}
