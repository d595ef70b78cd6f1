import type { z } from "zod";

/** A place in a list as an opaque text. */
export function encodeCursor(place: Readonly<Record<string, string | number>>): string {
  return btoa(JSON.stringify(place)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads what {@link encodeCursor} wrote; null for anything else. */
export function decodeCursor<Schema extends z.ZodType>(schema: Schema, cursor: string): z.output<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A page of a list. */
export interface Page<Row> {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}

/** Cuts a page out of rows that were read with one more than the limit. */
export function toPage<Stored, Row>(
  rows: readonly Stored[],
  limit: number,
  toRow: (row: Stored) => Row,
  placeOf: (row: Stored) => Readonly<Record<string, string | number>>,
): Page<Row> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    data: rows.slice(0, limit).map(toRow),
    next_cursor: last === undefined ? null : encodeCursor(placeOf(last)),
  };
}
