import type { Challenge } from "../../../src/domain/program/challenge-rules.ts";
import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { Pile, RefAccount, RefSale } from "./account.ts";
import { lastOfMonth, plusDays } from "./calendar.ts";
import type { Asking } from "./clawed.ts";
import { isHeld, lastDayAfter, type NewIssue, placeOf, plainIssue, takeBack } from "./issues.ts";
import { mondayOf, type Moment } from "./notes.ts";
import { isFor } from "./promotions.ts";
import { creditUnit, datingOf, earns, type Goods, lastDayOf, named, type SaleContext, spentOn, sum } from "./rules.ts";

// Goals within a time. Of each window is kept which sale counted for what; where a member stands is added up from that.

/** What a sale counts for: an amount, or different things. */
export interface Part {
  readonly amount: number;
  readonly values: readonly string[];
}

/** What reaching a goal gave. */
export interface Reached {
  readonly goal: number;
  readonly issue: number | null;
  readonly pile: Pile | null;
  /** The day in whose month it counts for the level; null when it does not. */
  readonly counted: string | null;
}

export interface RefWindow {
  readonly key: string;
  from: string | null;
  until: string | null;
  last: string;
  /** By sale. */
  readonly parts: Map<string, Part>;
  reached: Reached | null;
}

/** A sale counted for a challenge, in this window. */
export interface Counted {
  readonly challenge: Challenge;
  readonly part: Part;
  readonly window: Pick<RefWindow, "key" | "from" | "until">;
}

const WINDOWS_KEPT = 6;

/** A challenge that counts something else from now on is another one. */
export function tallyOf({ id, counts }: Challenge): string {
  return `${id}:${counts.kind === "distinct" ? counts.of : counts.kind}`;
}

export function progressOf({ parts }: RefWindow): number {
  const all = [...parts.values()];
  return sum(all.map(({ amount }) => amount)) + new Set(all.flatMap(({ values }) => values)).size;
}

/** Challenges that run on the day of a sale and are for the member. */
export function openChallenges(
  account: RefAccount,
  program: ProgramDocument,
  context: SaleContext,
  moment: Moment,
): Challenge[] {
  return program.challenges.filter(
    ({ from = "0000", until = "9999", segment }) =>
      from <= moment.on && moment.on <= until && isFor(segment, account, context.level, moment),
  );
}

function partOf(program: ProgramDocument, challenge: Challenge, goods: Goods, on: string): Part | null {
  const { only, except, counts, minimum_spend = 0 } = challenge;
  const lines = goods.lines.filter(
    (line) =>
      earns(line, program.exclude) &&
      (only === undefined || named(only, line)) &&
      !(except !== undefined && named(except, line)),
  );
  const spent = spentOn(lines, goods);
  if (spent <= 0 || spent < minimum_spend) return null;
  if (counts.kind === "visits") return { amount: 1, values: [] };
  if (counts.kind === "spend") return { amount: spent, values: [] };
  if (counts.kind === "items") {
    return { amount: Math.floor(sum(lines.map((line) => line.quantity_milli)) / 1000), values: [] };
  }
  const { of } = counts;
  return { amount: 0, values: [...new Set(of === "day" ? [on] : lines.flatMap((line) => line[of] ?? []))] };
}

/** The window in which a sale of a day counts, as it then is; null when the challenge is over for the member. */
function windowFor(windows: readonly RefWindow[], challenge: Challenge, on: string) {
  const { window, from = null, until = null } = challenge;
  if (window.kind === "dates") return { key: "all", from, until };
  if (window.kind === "week") return { key: mondayOf(on), from: mondayOf(on), until: plusDays(mondayOf(on), 6) };
  if (window.kind === "days") return daysFor(windows, window, on);
  const [year = "", month = ""] = on.split("-");
  if (window.kind === "year") return { key: year, from: `${year}-01-01`, until: `${year}-12-31` };
  return { key: `${year}-${month}`, from: `${year}-${month}-01`, until: lastOfMonth(on) };
}

/** The window that a sale is in, or begins. */
function daysFor(
  windows: readonly RefWindow[],
  window: Extract<Challenge["window"], { kind: "days" }>,
  on: string,
): Pick<RefWindow, "key" | "from" | "until"> | null {
  const current = inOrder(windows).find((one) => isIn(one, on));
  if (current !== undefined) return current;
  if (!window.again && windows.some(({ reached }) => reached !== null)) return null;
  const end = plusDays(on, window.days - 1);
  const next = inOrder(windows).find((one) => (one.from ?? "") > on);
  if (next === undefined) return { key: on, from: on, until: end };
  // A sale that comes late begins the window, when all that counted by now is within it.
  if (next.last <= end) return { key: next.key, from: on, until: end };
  const before = plusDays(next.from ?? on, -1);
  return { key: on, from: on, until: before < end ? before : end };
}

function isIn({ from, until }: RefWindow, on: string): boolean {
  return (from === null || from <= on) && (until === null || on <= until);
}

/** Counts a sale for the challenges that run; answers those, and what reaching goals issues. */
export function countChallenges(
  account: RefAccount,
  program: ProgramDocument,
  sale: Pick<RefSale, "home" | "seq"> & {
    readonly open: readonly Challenge[];
    readonly goods: Goods;
    readonly on: string;
  },
  room: number,
): { readonly counted: readonly Counted[]; readonly issues: readonly NewIssue[] } {
  const counted: Counted[] = [];
  const issues: NewIssue[] = [];
  for (const challenge of sale.open) {
    const part = partOf(program, challenge, sale.goods, sale.on);
    if (part === null || (part.amount === 0 && part.values.length === 0)) continue;
    const windows = account.challenges.get(tallyOf(challenge)) ?? [];
    const span = windowFor(windows, challenge, sale.on);
    if (span === null) continue;
    const known = windows.find(({ key }) => key === span.key);
    const fresh: RefWindow = { ...span, last: sale.on, parts: new Map(), reached: null };
    const window = known ?? fresh;
    Object.assign(window, { from: span.from, until: span.until, last: sale.on > window.last ? sale.on : window.last });
    window.parts.set(placeOf(sale), part);
    account.challenges.set(tallyOf(challenge), newest(known === undefined ? [...windows, fresh] : windows));
    counted.push({ challenge, part, window: { key: span.key, from: span.from, until: span.until } });
    if (progressOf(window) < challenge.goal || window.reached !== null) continue;
    if (challenge.gives.kind === "reward" && issues.length >= room) continue;
    window.reached = reward(account, program, challenge, sale.on, issues);
  }
  return { counted, issues };
}

/** What reaching a goal gives. */
function reward(
  account: RefAccount,
  program: ProgramDocument,
  { gives, goal, counts_for_tier }: Challenge,
  on: string,
  issues: NewIssue[],
): Reached {
  if (gives.kind === "reward") {
    const span = gives.valid_for ?? program.rewards.find(({ id }) => id === gives.reward)?.valid_for;
    const issue = { ...plainIssue(program, gives.reward, "challenge"), expires: lastDayAfter(on, span) };
    issues.push(issue);
    return { goal, issue: issue.id, pile: null, counted: null };
  }
  const { unit, give: amount } = gives;
  const { expiry, pending_days } = datingOf(program, unit);
  const opens = pending_days > 0 ? plusDays(on, pending_days) : null;
  const rank = unit === creditUnit(program) ? "granted" : "earned";
  const pile: Pile = { unit, rank, amount, opens, expires: lastDayOf(expiry, opens ?? on) };
  account.piles.push({ ...pile });
  const counted = counts_for_tier && unit === "points" && program.tiers !== undefined ? on : null;
  if (counted !== null) account.notes.push({ of: "tier points", on, amount });
  return { goal, issue: null, pile, counted };
}

/**
 * A sale counts for what is kept of it, and never for more than the whole of it did. Where that leaves less than the goal, what it gave
 * goes too; a reward that was used stays, and the goal counts as reached. Answers units that were spent already.
 */
export function uncount(asking: Asking, kept: Goods | null): Map<string, number> {
  const { account, sale } = asking;
  const earlier = sale.clawed
    .filter(({ kind }) => kind === "challenge")
    .map(({ unit }) => ({ unit, again: asking.again("challenge", unit) }));
  const missing = new Map<string, number>();
  for (const { challenge, part: whole, window: first } of sale.counted) {
    const windows = account.challenges.get(tallyOf(challenge)) ?? [];
    const known = windows.find((one) => one.key === first.key) ?? inOrder(windows).find((one) => isIn(one, sale.on));
    const window = known ?? { ...first, last: sale.on, parts: new Map<string, Part>(), reached: null };
    const part = window.parts.get(placeOf(sale)) ?? { amount: 0, values: [] };
    const left = kept === null ? null : partOf(sale.program, challenge, kept, sale.on);
    const next = {
      amount: Math.min(whole.amount, left?.amount ?? 0),
      values: whole.values.filter((value) => left?.values.includes(value)),
    };
    const isSame = next.amount === part.amount && next.values.join("|") === part.values.join("|");
    if (isSame) continue;
    window.parts.set(placeOf(sale), next);
    if (known === undefined) account.challenges.set(tallyOf(challenge), newest([...windows, window]));
    const { reached } = window;
    if (reached !== null && progressOf(window) < reached.goal && loses(asking, reached, missing)) {
      window.reached = null;
    }
    const isLeft = (one: RefWindow) => progressOf(one) > 0 || one.reached !== null;
    const all = account.challenges.get(tallyOf(challenge)) ?? [];
    account.challenges.set(tallyOf(challenge), all.filter(isLeft));
  }
  // What an earlier return did not find of a bonus is asked again last.
  for (const { unit, again } of earlier) {
    asking.taken("challenge", unit, { wanted: 0, again, from: spendable(asking, unit, null) });
  }
  return missing;
}

/** Takes back what a goal gave; false when it stays. */
function loses(asking: Asking, reached: Reached, missing: Map<string, number>): boolean {
  const { account } = asking;
  const { pile: given, issue: id, counted } = reached;
  if (given === null) {
    const issue = account.issues.find((one) => one.id === id);
    if (issue === undefined || isHeld(account, issue)) return false;
    takeBack(account, [issue]);
    return true;
  }
  const { unit, amount } = given;
  const gone = asking.taken("challenge", unit, { wanted: amount, again: 0, from: spendable(asking, unit, given) });
  if (gone > 0) missing.set(unit, (missing.get(unit) ?? 0) + gone);
  if (counted !== null) account.notes.push({ of: "tier points", on: counted, amount: -amount });
  return true;
}

/** From where a bonus is taken back: what waits first, where it went to before others; never what was paid for. */
function spendable({ account, sale: { program } }: Asking, unit: string, own: Pile | null): Pile[] {
  const isOwn = (pile: Pile) => pile.rank === own?.rank && pile.expires === own.expires;
  const free = program.returns.spent_points === "pending_only" ? [] : account.free(unit);
  return [account.waitingPiles(unit), free].flatMap((all) => {
    const piles = all.filter(({ rank }) => rank !== "paid");
    return [...piles.filter(isOwn), ...piles.filter((pile) => !isOwn(pile))];
  });
}

/** What another account did counts together with what this one did in the same time. */
export function joinChallenges(account: RefAccount, arriving: RefAccount["challenges"]): void {
  for (const [tally, theirs] of arriving) {
    for (const other of inOrder(theirs)) {
      const windows = account.challenges.get(tally) ?? [];
      const own = windows.find(({ key }) => key === other.key) ?? inOrder(windows).find((one) => overlap(one, other));
      if (own === undefined) {
        account.challenges.set(tally, newest([...windows, { ...other, parts: new Map(other.parts) }]));
        continue;
      }
      for (const [place, part] of other.parts) own.parts.set(place, part);
      own.from = own.from === null || other.from === null ? null : own.from < other.from ? own.from : other.from;
      own.until = own.until === null || other.until === null ? null : own.until > other.until ? own.until : other.until;
      own.last = own.last > other.last ? own.last : other.last;
      own.reached ??= other.reached;
    }
  }
}

function overlap(left: RefWindow, right: RefWindow): boolean {
  const begins = (one: RefWindow) => one.from ?? "0000";
  const ends = (one: RefWindow) => one.until ?? "9999";
  return begins(left) <= ends(right) && begins(right) <= ends(left);
}

/** The oldest of many windows are forgotten. */
function newest(windows: readonly RefWindow[]): RefWindow[] {
  return windows.length <= WINDOWS_KEPT ? [...windows] : inOrder(windows).slice(-WINDOWS_KEPT);
}

/** Windows that overlap, since the period was changed, by their first day and then by their name. */
function inOrder(windows: readonly RefWindow[]): RefWindow[] {
  const place = ({ from, key }: RefWindow) => `${from ?? ""} ${key}`;
  return windows.toSorted((left, right) => (place(left) < place(right) ? -1 : 1));
}
