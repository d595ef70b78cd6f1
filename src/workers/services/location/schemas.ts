import { z } from "zod";
import type { LocationRow } from "../../../db/schema/location.ts";
import type { LocationFacts } from "../../../domain/tenancy/config.ts";
import { country, id, name, timezone } from "../fields.ts";

const opens = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");
const closes = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be HH:MM, at most 24:00");

const openingSpan = z
  .strictObject({ weekday: z.literal([1, 2, 3, 4, 5, 6, 7]), opens, closes })
  .refine((span) => span.opens < span.closes, "must close after it opens; past midnight, add the next day's hours");

/** Local hours per ISO weekday, at most three spans a day, in the order of the week. */
export const openingHours = z
  .array(openingSpan)
  .max(21)
  .transform((spans) => spans.toSorted((a, b) => a.weekday - b.weekday || a.opens.localeCompare(b.opens)))
  .refine(
    (spans) => spans.every((span, index) => !overlaps(spans[index - 1], span)),
    "two opening hours of a day overlap",
  );

export const createLocationInput = z.strictObject({
  name,
  country: country.optional().describe("The merchant's, when left out."),
  timezone: timezone.optional().describe("The merchant's, when left out."),
  opening_hours: openingHours.default([]),
});

export const updateLocationInput = z.strictObject({
  id,
  name: name.optional(),
  country: country.optional(),
  timezone: timezone.optional(),
  opening_hours: openingHours.optional(),
});

export const listLocationsInput = z.strictObject({ archived: z.boolean().default(false) });
export const archiveLocationInput = z.strictObject({ id });

/** A location as a merchant's people see it. */
export interface Location extends LocationFacts {
  readonly created_at_ms: number;
  readonly archived_at_ms: number | null;
}

export function toLocation({ merchant: _merchant, ...location }: LocationRow): Location {
  return location;
}

interface Span {
  readonly weekday: number;
  readonly opens: string;
  readonly closes: string;
}

function overlaps(before: Span | undefined, span: Span): boolean {
  return before !== undefined && before.weekday === span.weekday && span.opens < before.closes;
}
