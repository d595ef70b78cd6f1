import { FOLD_BEHIND_MS, FOLD_EVERY_MS, placeAt } from "../../domain/insights/retention.ts";
import type { StoredValueDay } from "../../domain/insights/stored-value.ts";
import { addTallies, NO_TALLY, type Tally, tallyOf } from "../../domain/insights/tally.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";
import type { BookingRow, GenerationStore } from "./generation-store.ts";
import type { DayTotals, Totals, TotalsQuery } from "./protocol.ts";
import type { InsightsStore } from "./store.ts";

/** Bookings that one fold takes in. */
const FOLD_MAX = 5_000;
/** Before any booking. */
const EVER = "0000-01-01";

/**
 * Adds bookings to the roll-ups of their days, a day's worth in one go, so that a sale by itself writes no roll-up row.
 * Answers whether nothing is left to fold. Call inside a transaction.
 *
 * @param force folds although a day has not passed
 */
export function foldDays(store: InsightsStore, seen: GenerationStore, now_ms: number, force = false): boolean {
  const folded = store.meta(`folded:${seen.generation}`) ?? 0;
  if (!force && folded > placeAt(now_ms - FOLD_EVERY_MS)) return true;
  const through = placeAt(now_ms - FOLD_BEHIND_MS);
  if (through <= folded) return true;
  const rows = seen.behind(folded, through, FOLD_MAX);
  for (const { day, location, tally } of sumByDay(rows)) {
    const at = location ?? "";
    seen.putTally(day, at, addTallies(seen.tally(day, at) ?? NO_TALLY, tally));
  }
  seen.foldBudgets(rows.flatMap(({ facts }) => facts.budgets ?? []));
  const done = rows.length < FOLD_MAX;
  store.setMeta(`folded:${seen.generation}`, done ? through : (rows.at(-1)?.place ?? through));
  return done;
}

/** The roll-ups of a range of days, with what is not folded yet on top. */
export function readTotals(store: InsightsStore, { from, to_day, location }: TotalsQuery): Totals {
  const seen = store.current();
  const folded = seen.tallies(from, to_day).map((row) => ({ ...row, location: row.location || null }));
  const days = new Map<string, DayTotals>();
  for (const next of [...folded, ...unfolded(store, seen)]) {
    if (next.day < from || next.day > to_day || (location !== null && next.location !== location)) continue;
    const key = `${next.day} ${next.location ?? ""}`;
    const before = days.get(key);
    days.set(key, before === undefined ? next : { ...before, tally: addTallies(before.tally, next.tally) });
  }
  const sorted = [...days].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, totals]) => totals);
  return { days: sorted, sum: sorted.reduce((sum, { tally }) => addTallies(sum, tally), NO_TALLY) };
}

/** What units did on every day up to one, that day included; a day may come more than once. */
export function readDays(store: InsightsStore, to_day: LocalDate): StoredValueDay[] {
  const seen = store.current();
  const days = [...seen.tallies(EVER, to_day), ...unfolded(store, seen)].filter(({ day }) => day <= to_day);
  return days.map(({ day, tally }) => ({ day, units: tally.units }));
}

function unfolded(store: InsightsStore, seen: GenerationStore): DayTotals[] {
  const sums: DayTotals[] = [];
  for (let after = store.meta(`folded:${seen.generation}`) ?? 0; ;) {
    const rows = seen.behind(after, Number.MAX_SAFE_INTEGER, FOLD_MAX);
    sums.push(...sumByDay(rows));
    const last = rows.at(-1);
    if (last === undefined || rows.length < FOLD_MAX) return sums;
    after = last.place;
  }
}

function sumByDay(rows: readonly BookingRow[]): DayTotals[] {
  const days = new Map<string, { day: string; location: string | null; tally: Tally }>();
  for (const row of rows) {
    const tally = tallyOf(row);
    if (tally === null) continue;
    const key = `${row.day} ${row.location ?? ""}`;
    const sum = days.get(key);
    if (sum === undefined) days.set(key, { day: row.day, location: row.location, tally });
    else sum.tally = addTallies(sum.tally, tally);
  }
  return [...days.values()];
}
