import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { RefAccount } from "./account.ts";
import { lastOfMonth, plusDays } from "./calendar.ts";
import { openPromotions } from "./promotions.ts";
import { cappedOver, earners, type Earned, type SaleContext, sum, type Used } from "./rules.ts";

// What an accountant notes of every sale, to look up later how much was given, spent or visited within some days. Nothing is
// ever summed up and kept: each question goes through all notes.

/** One note: what of, on which day, how much; less than nothing when goods came back. */
export interface Note {
  readonly of: string;
  readonly on: string;
  readonly amount: number;
}

/** A sale as it counts: what it earned, what was paid and kept, and whether anything is left of it. */
export interface Counts {
  readonly earned: readonly Earned[];
  readonly spend: number;
  readonly visits: number;
  /** Promotions that it used up one turn of. */
  readonly uses: readonly string[];
}

export const UNCOUNTED: Counts = { earned: [], spend: 0, visits: 0, uses: [] };

/** Takes notes of what changes between two views of a sale; from nothing when it is rung up. Only what its programme asks for. */
export function note(
  account: RefAccount,
  document: ProgramDocument,
  on: string,
  { before, after }: { readonly before: Counts; readonly after: Counts },
): void {
  const capped = cappedOver(document);
  const write = (counts: Counts, sign: number) => {
    for (const { unit, rule, amount, byRule } of counts.earned) {
      if (capped.includes(unit)) account.notes.push({ of: unit, on, amount: sign * amount });
      if (rule !== null && capped.includes(rule)) account.notes.push({ of: rule, on, amount: sign * byRule });
    }
    for (const promotion of counts.uses) account.notes.push({ of: promotion, on, amount: sign });
    if (document.tiers === undefined) return;
    const points = sum(
      counts.earned.filter(({ unit }) => unit === "points").map(({ amount, aside }) => amount - aside),
    );
    account.notes.push({ of: "tier points", on, amount: sign * points });
    account.notes.push({ of: "tier spend", on, amount: sign * counts.spend });
    account.notes.push({ of: "tier visits", on, amount: sign * counts.visits });
  };
  write(before, -1);
  write(after, 1);
}

export function noted(account: RefAccount, of: string, from: string, to: string): number {
  return sum(
    account.notes.filter((one) => one.of === of && one.on >= from && one.on <= to).map(({ amount }) => amount),
  );
}

/** When and where a sale was. */
export interface Moment {
  readonly at_ms: number;
  /** The day in the programme's zone. */
  readonly on: string;
  /** The zone of the place of sale. */
  readonly zone: string;
}

/** What holds for a sale at a moment. */
export function contextAt(account: RefAccount, document: ProgramDocument, moment: Moment): SaleContext {
  const { on, at_ms } = moment;
  const monday = mondayOf(on);
  const used = cappedOver(document).map((of): [string, Used] => [
    of,
    {
      day: noted(account, of, on, on),
      week: noted(account, of, monday, plusDays(monday, 6)),
      month: noted(account, of, `${on.slice(0, 7)}-01`, lastOfMonth(on)),
    },
  ]);
  const level = document.tiers?.levels[levelOn(account, document, on)] ?? null;
  const cooling = earners(document).flatMap(({ rules }) =>
    rules.flatMap(({ id, cooldown_minutes = 0 }) => {
      const gave_ms = account.gave_ms.get(id);
      return gave_ms !== undefined && Math.abs(at_ms - gave_ms) < cooldown_minutes * 60_000 ? [id] : [];
    }),
  );
  return {
    fractions: new Map(account.fractions),
    used: new Map(used),
    level,
    cooling,
    promotions: openPromotions(account, document, level, moment),
  };
}

export function mondayOf(date: string): string {
  let day = date;
  while (new Date(day).getUTCDay() !== 1) day = plusDays(day, -1);
  return day;
}

/** What counts for the level in the month of a day. */
export function countedOn(account: RefAccount, document: ProgramDocument, on: string): number {
  const { tiers } = document;
  if (tiers === undefined) return 0;
  const from =
    tiers.window.kind === "calendar_year" ? `${on.slice(0, 4)}-01-01` : monthsBack(on, tiers.window.months - 1);
  return noted(account, `tier ${tiers.basis}`, from, lastOfMonth(on));
}

/** The first day of the month so many months before. */
function monthsBack(on: string, months: number): string {
  let first = `${on.slice(0, 7)}-01`;
  for (let back = 0; back < months; back += 1) first = `${plusDays(first, -1).slice(0, 7)}-01`;
  return first;
}

/** The place of the member's level among the levels; -1 below the lowest. Told month by month from the first note on. */
export function levelOn(account: RefAccount, document: ProgramDocument, on: string): number {
  const { tiers } = document;
  if (tiers === undefined) return -1;
  const reached = (day: string) => {
    const counted = countedOn(account, document, day);
    return tiers.levels.filter(({ from }) => counted >= from).length - 1;
  };
  const held = (day: string) => {
    let highest = -1;
    for (let back = 0; back <= tiers.grace_months; back += 1)
      highest = Math.max(highest, reached(monthsBack(day, back)));
    return highest;
  };
  if (tiers.downgrade === "reassess") return held(on);
  // A sale that comes late may be older than every note.
  const [first = on] = [on, ...account.notes.map((one) => one.on)].sort();
  let level = -1;
  for (let month = `${first.slice(0, 7)}-01`; month <= on; month = plusDays(lastOfMonth(month), 1)) {
    level = tiers.downgrade === "never" ? Math.max(level, held(month)) : Math.max(level - 1, held(month));
  }
  return level;
}
