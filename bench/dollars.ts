import { type Counts, totalOf } from "./counts.ts";

/** List prices of the paid plan in dollars per million (storage apart), without the monthly allowances. */
export const PRICES = {
  request: 0.3,
  cpu_ms: 0.02,
  object_call: 0.15,
  /** 128 MB for one second. */
  object_second: 1.6,
  row_written: 1,
  row_read: 0.001,
  queue_message: 1.2,
  log_line: 0.6,
  /** Of an object's storage, per month. */
  gigabyte_month: 0.2,
};
/** Wall time of one call of an account as published for production: nearly all of it waits for the replicas. */
const OBJECT_SECONDS = 0.02;
/** Dollars per million calls of an object. */
export const OBJECT_CALL = PRICES.object_call + OBJECT_SECONDS * PRICES.object_second;
/** As in wrangler.toml: `head_sampling_rate`. A line of the Worker and one of each object. */
const LOG_SAMPLING = 0.1;
/** Insights gathers for so long, and the account that tells it waits: both are awake. */
const GATHER_SECONDS = 2 * 0.02;

export interface Bill {
  readonly name: string;
  readonly dollars: number;
  readonly of_which_rows: number;
}

/** Dollars per million operations of this kind, with what they tell insights. `cpu_ms` is the CPU time of one. */
export function billFor(name: string, counts: Counts, cpu_ms: number): Bill {
  const calls = totalOf(counts, "calls");
  const told = counts.objects["MerchantInsights"]?.calls ?? 0;
  const of_which_rows = totalOf(counts, "rows_written") * PRICES.row_written;
  const dollars =
    PRICES.request +
    cpu_ms * PRICES.cpu_ms +
    calls * OBJECT_CALL +
    told * GATHER_SECONDS * PRICES.object_second +
    of_which_rows +
    totalOf(counts, "rows_read") * PRICES.row_read +
    counts.queue_messages * PRICES.queue_message +
    (1 + calls) * LOG_SAMPLING * PRICES.log_line;
  return { name, dollars, of_which_rows };
}
