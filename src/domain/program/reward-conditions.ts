import { z } from "zod";
import { localClock } from "../time/local-clock.ts";
import { type LocalDate, localDate } from "../time/local-date.ts";

const date = z.iso.date("must be a date such as 2026-12-31");
const opens = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 09:30");
const closes = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be a time such as 17:00, or 24:00");
const times = z.int().min(1).max(1000).optional();

const window = z
  .strictObject({
    weekdays: z
      .array(z.int().min(1).max(7))
      .min(1)
      .max(7)
      .optional()
      .describe("ISO weekdays, 1 is Monday; every day when absent."),
    from: opens.default("00:00").describe("From this time, local."),
    until: closes.default("24:00").describe("Up to this time, itself not included; a night is two windows."),
  })
  .refine(({ from, until }) => from < until, { path: ["until"], message: "must be later than from" })
  .describe("Hours of some days, in the programme's time zone.");

/** When, and how often, a reward can be had. Fields of a reward in the programme document. */
export const rewardConditions = {
  limit: z
    .strictObject({
      total: times.describe("In all."),
      per_day: times.describe("A day."),
      per_week: times.describe("A week, which begins on Monday."),
      per_month: times.describe("A calendar month."),
    })
    .optional()
    .describe("How often one member may have it. Open redemptions count; cancelled and expired ones do not."),
  hours: z.array(window).min(1).max(14).optional().describe("When it can be asked for; always when absent."),
  valid_from: date.optional().describe("The first day on which it can be asked for."),
  valid_until: date.optional().describe("The last day on which it can be asked for."),
};

/** The conditions of one reward, as parsed. */
type Conditions = {
  readonly [Field in keyof typeof rewardConditions]?: z.infer<(typeof rewardConditions)[Field]>;
};

/** Why a reward cannot be asked for at a time, whoever asks. */
export type RewardClosed =
  | {
      readonly code: "reward_closed";
      readonly reward: string;
      /** The first and the last day on which it can be asked for; null when that side is open. */
      readonly from: LocalDate | null;
      readonly until: LocalDate | null;
    }
  | { readonly code: "reward_outside_hours"; readonly reward: string; readonly hours: readonly RewardHours[] };

export interface RewardHours {
  readonly weekdays: readonly number[];
  /** "HH:MM" local; `until` is not included and may be "24:00". */
  readonly from: string;
  readonly until: string;
}

/** Whether a reward is open at an instant, by the programme's clock; null when it is. */
export function closedAt(
  { id, ...conditions }: Conditions & { readonly id: string },
  at_ms: number,
  timezone: string,
): RewardClosed | null {
  const { valid_from: from = null, valid_until: until = null, hours } = conditions;
  if (from !== null || until !== null) {
    const today = localDate(at_ms, timezone);
    if ((from !== null && today < from) || (until !== null && today > until)) {
      return { code: "reward_closed", reward: id, from, until };
    }
  }
  if (hours === undefined) return null;
  const windows = hours.map((each) => ({ ...each, weekdays: each.weekdays ?? EVERY_DAY }));
  const { weekday, time } = localClock(at_ms, timezone);
  const isOpen = windows.some((each) => each.weekdays.includes(weekday) && each.from <= time && time < each.until);
  return isOpen ? null : { code: "reward_outside_hours", reward: id, hours: windows };
}

const EVERY_DAY: readonly number[] = [1, 2, 3, 4, 5, 6, 7];
