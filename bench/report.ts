import type { Budget } from "./budgets.ts";
import { type Counts, totalOf } from "./counts.ts";
import type { Bill } from "./dollars.ts";
import type { Growth } from "./growth.ts";
import type { Rounds } from "./load.ts";
import type { CountedOperation } from "./operations.ts";
import { median } from "./statistics.ts";

export interface Measured {
  readonly title: string;
  readonly rounds: Rounds;
}

export function timesTable({ title, rounds }: Measured): string {
  const rows = [...rounds].map(([name, all]) => {
    const of = (field: "p50" | "p90" | "p99" | "per_second") => median(all.map((round) => round[field]));
    const cpu = all.flatMap(({ cpu_ms }) => (cpu_ms === null ? [] : [cpu_ms]));
    const times = [of("p50"), of("p90"), of("p99")].map((ms) => ms.toFixed(2));
    return [name, ...times, of("per_second").toFixed(0), cpu.length === 0 ? "?" : median(cpu).toFixed(2)];
  });
  return `${title}\n${table(["", "p50 ms", "p90 ms", "p99 ms", "sales/s", "CPU ms/sale"], rows)}`;
}

export function countsTable(operations: readonly CountedOperation[]): string {
  const rows = operations.map(({ name, counts }) => [
    name,
    String(totalOf(counts, "calls")),
    String(totalOf(counts, "rows_written")),
    String(totalOf(counts, "rows_read")),
    String(counts.d1_queries),
    String(counts.queue_messages),
    whereText(counts),
  ]);
  const heads = ["operation", "object calls", "rows written", "rows read", "D1 queries", "queue", "rows written by"];
  return table(heads, rows);
}

function whereText({ objects }: Counts): string {
  return Object.entries(objects)
    .map(([name, { rows_written, alarms_set }]) => {
      const alarm = alarms_set === 0 ? "" : ` (${alarms_set} for the alarm)`;
      return `${name} ${rows_written}${alarm}`;
    })
    .join(", ");
}

export function billsTable(bills: readonly Bill[]): string {
  const rows = bills.map(({ name, dollars, of_which_rows }) => [name, dollars.toFixed(2), of_which_rows.toFixed(2)]);
  return table(["per million", "dollars", "of which rows written"], rows);
}

/** Dollars of one month. */
export function growthTable(growth: readonly Growth[]): string {
  const rows = growth.map(({ name, sales, selling, checking, standing, storage }) => {
    const parts = [selling, checking, standing, storage];
    const total = parts.reduce((sum, part) => sum + part, 0);
    return [name, sales.toLocaleString("en"), ...[...parts, total].map(dollarText)];
  });
  const heads = ["a month, in dollars", "sales", "selling", "checking", "standing by", "a year's storage", "all"];
  return table(heads, rows);
}

function dollarText(dollars: number): string {
  return dollars < 10 ? dollars.toPrecision(2) : dollars.toFixed(0);
}

export function budgetsTable(budgets: readonly Budget[]): string {
  const rows = budgets.map(({ name, measured, budget, verdict }) => [name, measured, budget, verdict]);
  return table(["budget", "measured", "allowed", "verdict"], rows);
}

/** Text columns; numbers are set to the right. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return /^[\d.?]+$/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(heads), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
