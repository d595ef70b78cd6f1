import { type SQL, sql } from "drizzle-orm";

/** A list as one bound parameter: D1 allows a statement 100 parameters, and lists here may be longer. */
export function listOf(values: readonly string[]): SQL {
  return sql`(select value from json_each(${JSON.stringify(values)}))`;
}
