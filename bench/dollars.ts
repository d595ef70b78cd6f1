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
/** What design §10 allows a sale's projection to cost, until there is one to measure. */
const PROJECTION = { calls: 1, rows_written: 4 };

export interface Bill {
  readonly name: string;
  readonly dollars: number;
  readonly of_which_rows: number;
}

/** Dollars per million sales of this kind. `cpu_ms` is the CPU time of one sale. */
export function billFor(name: string, counts: Counts, cpu_ms: number): Bill {
  const calls = totalOf(counts, "calls");
  return bill(name, {
    cpu_ms,
    calls,
    rows_written: totalOf(counts, "rows_written"),
    rows_read: totalOf(counts, "rows_read"),
    queue_messages: counts.queue_messages,
  });
}

/** The same with the projection to Insights at what it may cost; unchanged once the projection is in the counts. */
export function billWithProjection(name: string, counts: Counts, cpu_ms: number): Bill {
  if (counts.objects["MerchantInsights"] !== undefined) return billFor(name, counts, cpu_ms);
  return bill(name, {
    cpu_ms,
    calls: totalOf(counts, "calls") + PROJECTION.calls,
    rows_written: totalOf(counts, "rows_written") + PROJECTION.rows_written,
    rows_read: totalOf(counts, "rows_read"),
    queue_messages: counts.queue_messages,
  });
}

interface Quantities {
  readonly cpu_ms: number;
  readonly calls: number;
  readonly rows_written: number;
  readonly rows_read: number;
  readonly queue_messages: number;
}

function bill(name: string, { cpu_ms, calls, rows_written, rows_read, queue_messages }: Quantities): Bill {
  const of_which_rows = rows_written * PRICES.row_written;
  const dollars =
    PRICES.request +
    cpu_ms * PRICES.cpu_ms +
    calls * OBJECT_CALL +
    of_which_rows +
    rows_read * PRICES.row_read +
    queue_messages * PRICES.queue_message +
    (1 + calls) * LOG_SAMPLING * PRICES.log_line;
  return { name, dollars, of_which_rows };
}
