import type { z } from "zod";
import type { storedValueQuery, storedValueStatement } from "../../contract/pos-v1/stored-value.ts";
import type { StoredValueRow } from "../../domain/insights/stored-value.ts";
import { type CompiledProgram, inLocale } from "../../domain/program/compile.ts";
import { CREDIT_NAME, isMoney } from "../../domain/program/credit.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { localDate } from "../../domain/time/local-date.ts";
import type { InsightsClient } from "../../durable/merchant-insights/client.ts";
import { csvTable } from "../http/csv.ts";
import { validationProblem } from "../http/problem.ts";
import { wireTime } from "../http/wire-time.ts";

export type WireStatement = z.infer<typeof storedValueStatement>;
type WireRow = WireStatement["periods"][number]["data"][number];

/** Ten years, cut by month, are one answer. */
const DAYS_MAX = 3_660;
const DAY_MS = 86_400_000;

/** Who reads, by which programme. */
export interface StoredValueReader {
  readonly insights: InsightsClient;
  readonly program: CompiledProgram;
  readonly locale: Locale;
  readonly now_ms: number;
}

/**
 * The bookkeeper's statement of stored value. One object call.
 *
 * @throws ProblemError `validation_failed` when the period ends before it begins, or is too long
 */
export async function readStoredValue(
  { insights, program, locale, now_ms }: StoredValueReader,
  { by, ...asked }: z.infer<typeof storedValueQuery>,
): Promise<WireStatement> {
  const { currency, timezone } = program.document;
  const to_day = asked.to ?? localDate(now_ms, timezone);
  const from = asked.from ?? `${to_day.slice(0, 4)}-01-01`;
  const days = (Date.parse(to_day) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1 || days > DAYS_MAX) {
    throw validationProblem([{ path: "to", message: `must be from 0 to ${DAYS_MAX - 1} days after from` }]);
  }
  const periods = await insights.storedValue({ from, to_day, by });
  return {
    object: "stored_value_statement",
    drawn_up_at: wireTime(now_ms),
    currency,
    timezone,
    periods: periods.map(({ rows, ...period }) => ({
      ...period,
      data: rows.map((row) => renderRow(row, program, locale)),
    })),
  };
}

function renderRow({ unit, kind, ...numbers }: StoredValueRow, program: CompiledProgram, locale: Locale): WireRow {
  const strips = program.strips.get(unit)?.card;
  const rules = isMoney(unit) ? program.document.credit : strips;
  const name = rules?.name ?? (isMoney(unit) ? CREDIT_NAME : null);
  return {
    unit,
    name: name === null ? unit : inLocale(name, locale),
    counted_in: isMoney(unit) ? "minor_units" : "strips",
    vat_purpose: rules?.vat ?? null,
    kind,
    ...numbers,
  };
}

const COLUMNS = [
  "from",
  "to",
  "unit",
  "name",
  "counted_in",
  "vat_purpose",
  "kind",
  "opening",
  "sold",
  "taken_over",
  "granted",
  "redeemed",
  "returned",
  "expired",
  "lapsed",
  "moved",
  "closing",
] as const;

/** A statement as one table (RFC 4180), a row for each kind and period. */
export function storedValueCsv({ periods }: WireStatement): string {
  return csvTable(
    COLUMNS,
    periods.flatMap(({ from, to, data }) => data.map((row) => ({ from, to, ...row }))),
  );
}
