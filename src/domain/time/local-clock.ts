/** What the clock on the wall says somewhere. */
export interface LocalClock {
  /** ISO weekday, 1 is Monday. */
  readonly weekday: number;
  /** "HH:MM", 00:00 to 23:59. Times in this form compare as text. */
  readonly time: string;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };

/** Weekday and time of day at an instant in an IANA zone. */
export function localClock(at_ms: number, zone: string): LocalClock {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    const options = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone } as const;
    formatter = new Intl.DateTimeFormat("en-GB", options);
    formatters.set(zone, formatter);
  }
  const parts = new Map(formatter.formatToParts(at_ms).map(({ type, value }) => [type, value]));
  const time = `${parts.get("hour") ?? "00"}:${parts.get("minute") ?? "00"}`;
  return { weekday: WEEKDAYS[parts.get("weekday") ?? ""] ?? 1, time };
}
