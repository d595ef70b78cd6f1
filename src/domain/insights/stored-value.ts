import { isPrepaid } from "../program/credit.ts";
import { addSpan } from "../time/calendar.ts";
import type { LocalDate } from "../time/local-date.ts";
import { addMoves, type UnitMove } from "./activity.ts";

export const STORED_VALUE_STEPS = ["month", "quarter", "year", "whole"] as const;
export type StoredValueStep = (typeof STORED_VALUE_STEPS)[number];

/**
 * What became of one kind of stored value in a period: opening + sold + taken_over + granted − redeemed − returned − expired
 * − lapsed + moved = closing. Credit in minor units, strips by the piece.
 */
export interface StoredValueRow {
  readonly unit: string;
  /** Paid for with money, or given: cashback, bonuses, gifts. What is owed after a return counts against what was given. */
  readonly kind: "paid" | "granted";
  readonly opening: number;
  readonly sold: number;
  /** Opening balances from an earlier system. */
  readonly taken_over: number;
  readonly granted: number;
  /** Spent, less what came back because a sale came back. */
  readonly redeemed: number;
  /** Taken back: what was sold was handed back, what was given is no longer deserved. */
  readonly returned: number;
  readonly expired: number;
  /** Held by accounts that are gone; nobody can spend it any more. */
  readonly lapsed: number;
  /** Arrived from other accounts less gone to them; evens out once it has arrived. */
  readonly moved: number;
  readonly closing: number;
}

export interface StoredValuePeriod {
  readonly from: LocalDate;
  /** Its last day. */
  readonly to: LocalDate;
  readonly rows: readonly StoredValueRow[];
}

/** What happened on a day, somewhere. */
export interface StoredValueDay {
  readonly day: LocalDate;
  readonly units: Readonly<Record<string, UnitMove>>;
}

/** The days that a statement covers, both included, and how it is cut. */
export interface StoredValueRange {
  readonly from: LocalDate;
  readonly to_day: LocalDate;
  readonly by: StoredValueStep;
}

/** The statement of stored value, period by period, from everything up to its last day. */
export function storedValue(days: readonly StoredValueDay[], range: StoredValueRange): StoredValuePeriod[] {
  const periods = periodsOf(range);
  const before = new Map<string, UnitMove>();
  const within = periods.map(() => new Map<string, UnitMove>());
  for (const { day, units } of days) {
    const sums = day < range.from ? before : within[periods.findIndex(({ to }) => day <= to)];
    if (sums === undefined) continue;
    for (const [unit, move] of Object.entries(units)) {
      if (isPrepaid(unit)) sums.set(unit, addMoves(sums.get(unit) ?? {}, move));
    }
  }
  const names = [...new Set([before, ...within].flatMap((sums) => [...sums.keys()]))].sort();
  const standing = new Map(names.map((unit) => [unit, openIn(before.get(unit) ?? {})]));
  return periods.map((period, index) => {
    const rows = names.flatMap((unit) => {
      const opening = standing.get(unit) ?? { paid: 0, granted: 0 };
      const move = within[index]?.get(unit) ?? {};
      const both = [paidRow(unit, opening.paid, move), grantedRow(unit, opening.granted, move)];
      standing.set(unit, { paid: both[0]?.closing ?? 0, granted: both[1]?.closing ?? 0 });
      return both.filter((row) => Object.values(row).some((value) => typeof value === "number" && value !== 0));
    });
    return { ...period, rows };
  });
}

const MONTHS: Readonly<Record<Exclude<StoredValueStep, "whole">, number>> = { month: 1, quarter: 3, year: 12 };

/** Calendar periods, the first and the last cut to the range. */
function periodsOf({ from, to_day: to, by }: StoredValueRange): Pick<StoredValuePeriod, "from" | "to">[] {
  if (by === "whole") return [{ from, to }];
  const periods: { from: LocalDate; to: LocalDate }[] = [];
  for (let start = from; start <= to;) {
    const month = Number(start.slice(5, 7));
    const first = month - ((month - 1) % MONTHS[by]);
    const next = addSpan(`${start.slice(0, 4)}-${String(first).padStart(2, "0")}-01`, { months: MONTHS[by] });
    const last = addSpan(next, { days: -1 });
    periods.push({ from: start, to: last < to ? last : to });
    start = next;
  }
  return periods;
}

function openIn({ open = 0, paid_open = 0 }: UnitMove): { readonly paid: number; readonly granted: number } {
  return { paid: paid_open, granted: open - paid_open };
}

type Moves = Omit<StoredValueRow, "unit" | "kind" | "opening" | "moved" | "closing">;

function paidRow(unit: string, opening: number, move: UnitMove): StoredValueRow {
  return rowOf({ unit, kind: "paid", opening }, openIn(move).paid, {
    sold: (move.sold ?? 0) + (move.bought_back ?? 0),
    taken_over: move.paid_taken_over ?? 0,
    granted: 0,
    redeemed: move.paid_redeemed ?? 0,
    returned: move.bought_back ?? 0,
    expired: move.paid_expired ?? 0,
    lapsed: move.paid_lapsed ?? 0,
  });
}

function grantedRow(unit: string, opening: number, move: UnitMove): StoredValueRow {
  const { given = 0, sold = 0, bought_back = 0, taken_over = 0, paid_taken_over = 0 } = move;
  return rowOf({ unit, kind: "granted", opening }, openIn(move).granted, {
    sold: 0,
    taken_over: taken_over - paid_taken_over,
    granted: given - (sold + bought_back) - taken_over,
    redeemed: (move.redeemed ?? 0) - (move.paid_redeemed ?? 0),
    returned: (move.taken_back ?? 0) - bought_back,
    expired: (move.expired ?? 0) - (move.paid_expired ?? 0),
    lapsed: (move.lapsed ?? 0) - (move.paid_lapsed ?? 0),
  });
}

function rowOf(
  { unit, kind, opening }: Pick<StoredValueRow, "unit" | "kind" | "opening">,
  change: number,
  moves: Moves,
): StoredValueRow {
  const { sold, taken_over, granted, redeemed, returned, expired, lapsed } = moves;
  const told = sold + taken_over + granted - redeemed - returned - expired - lapsed;
  return { unit, kind, opening, ...moves, moved: change - told, closing: opening + change };
}
