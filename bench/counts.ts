/** What one operation cost, as the platform bills it. */
export interface ObjectCount {
  /** RPC calls that reached objects of the class. */
  readonly calls: number;
  readonly alarms_rung: number;
  readonly alarms_set: number;
  /** Rows that SQL wrote, index entries and settings of the alarm included. */
  readonly rows_written: number;
  readonly rows_read: number;
}

export interface Counts {
  /** By class of object; classes that were not touched are absent. */
  readonly objects: Readonly<Record<string, ObjectCount>>;
  readonly d1_queries: number;
  readonly queue_messages: number;
}

export function totalOf(counts: Counts, field: keyof ObjectCount): number {
  return Object.values(counts.objects).reduce((sum, object) => sum + object[field], 0);
}
