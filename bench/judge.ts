import { atMost, type Budget, compared, notMeasured, ratioAtLeast, ratioAtMost } from "./budgets.ts";
import { type Counts, totalOf } from "./counts.ts";
import type { Bill } from "./dollars.ts";
import type { Round } from "./load.ts";
import { BARE, type Figures, LONG, POSTGRES, POSTGRES_ASYNC, POSTGRES_THIN, SHORT, STEMPEL } from "./measure.ts";
import { COLD_BY_CARD, COLD_BY_PHONE, COLD_LONG, type CountedOperation, RETURN, WARM_BY_CARD } from "./operations.ts";
import type { Measured } from "./report.ts";
import { type Ratio, ratioOf } from "./statistics.ts";

const MIB = 1024 * 1024;

export function countBudgets(operations: readonly CountedOperation[]): Budget[] {
  const counts = (name: string) => operations.find((operation) => operation.name === name)?.counts ?? NOTHING;
  const sales = operations.filter(({ path }) => path === "/v1/sales").map((operation) => operation.counts);
  const most = (count: (counts: Counts) => number) => Math.max(...sales.map(count));
  const projected = most((sale) => sale.objects["MerchantInsights"]?.rows_written ?? 0);
  return [
    atMost("rows written by a sale in the account, the most of any kind, alarm aside", most(rowsOfAccount), 3),
    projected === 0
      ? notMeasured("rows written by a sale's projection", "≤ 4", "there is no projection yet")
      : atMost("rows written by a sale's projection", projected, 4),
    atMost("object calls, sale warm by card", callsOnPath(counts(WARM_BY_CARD)), 1),
    atMost("object calls, sale cold by card", callsOnPath(counts(COLD_BY_CARD)), 2),
    atMost("object calls, sale cold by phone", callsOnPath(counts(COLD_BY_PHONE)), 2),
    atMost("object calls, return", callsOnPath(counts(RETURN)), 3),
    atMost("D1 queries, sale warm by card", counts(WARM_BY_CARD).d1_queries, 0),
    atMost("D1 queries, sale cold by card", counts(COLD_BY_CARD).d1_queries, 0),
    // Waking folds the bookings since the last checkpoint: at most 31 of them, and a few rows more.
    atMost("rows read in the account by a cold sale on the long one", rowsReadByAccount(counts(COLD_LONG)), 64),
  ];
}

const NOTHING: Counts = { objects: {}, d1_queries: 0, queue_messages: 0 };

/** Without the row that setting the alarm costs: one is set when none is. */
function rowsOfAccount({ objects }: Counts): number {
  const account = objects["MemberAccount"];
  return account === undefined ? 0 : account.rows_written - account.alarms_set;
}

/** Insights reads besides, after the answer, at most 400 rows of a card's day. */
function rowsReadByAccount({ objects }: Counts): number {
  return objects["MemberAccount"]?.rows_read ?? 0;
}

/** Calls before the answer. The projection calls Insights after it. */
function callsOnPath(counts: Counts): number {
  return totalOf(counts, "calls") - (counts.objects["MerchantInsights"]?.calls ?? 0);
}

export function timeBudgets(figures: Figures): Budget[] {
  const toBare = (measured: Measured) => timeRatio(measured, STEMPEL, BARE);
  const budgets = [
    bareBudget(figures.alone, toBare(figures.alone), 1.6),
    bareBudget(figures.together, toBare(figures.together), 2.0),
    bareBudget(figures.spread, toBare(figures.spread), 1.6),
    bareBudget(figures.spreadTogether, toBare(figures.spreadTogether), 2.0),
    ratioAtMost("sale p50, long account ÷ short", timeRatio(figures.length, LONG, SHORT), 1.1),
  ];
  if (!figures.together.rounds.has(POSTGRES)) {
    return [...budgets, notMeasured(PEER, "≥ 1.2", "PostgreSQL is not installed")];
  }
  return [
    ...budgets,
    ratioAtLeast(PEER, speedRatio(figures.together, STEMPEL, POSTGRES), 1.2),
    compared("the same, PostgreSQL with asynchronous commit", speedRatio(figures.together, STEMPEL, POSTGRES_ASYNC)),
    compared("the same, PostgreSQL without our rules", speedRatio(figures.together, STEMPEL, POSTGRES_THIN)),
  ];
}

const PEER = "sales/s on one hot account, 16 clients ÷ the same ledger under Hono + PostgreSQL";

function bareBudget({ title }: Measured, value: Ratio, max: number): Budget {
  return ratioAtMost(`sale p50 ÷ bare p50, ${title}`, value, max);
}

function timeRatio(measured: Measured, above: string, below: string): Ratio {
  const p50 = (name: string) => roundsOf(measured, name).map((round) => round.p50);
  return ratioOf(p50(above), p50(below), "less");
}

function speedRatio(measured: Measured, above: string, below: string): Ratio {
  const perSecond = (name: string) => roundsOf(measured, name).map((round) => round.per_second);
  return ratioOf(perSecond(above), perSecond(below), "more");
}

function roundsOf({ rounds }: Measured, name: string): readonly Round[] {
  return rounds.get(name) ?? [];
}

export function sizeBudget(bytes: number): Budget {
  return atMost("Worker bundle, gzip, MiB", bytes / MIB, 1, (bytes / MIB).toFixed(2));
}

export function dollarBudget({ name, dollars }: Bill): Budget {
  return atMost(`dollars per million, ${name}`, dollars, 9, dollars.toFixed(2));
}
