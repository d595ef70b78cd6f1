import type { ProgramDocument } from "../../../src/domain/program/document.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import type { Pile, RefAccount, RefSale } from "./account.ts";
import { plusDays, plusMonths } from "./calendar.ts";
import { fits, type Goods, type SaleContext, sum } from "./rules.ts";

// Rewards that a member has before redeeming them: given, bought ahead, or come by themselves.

/** A reward that a member has and has not used. Never changed, only replaced. */
export interface RefIssue {
  /** What tells it from others wherever it goes. */
  readonly id: number;
  /** The booking that brought it, and its place there. */
  readonly seq: number;
  readonly place: number;
  readonly reward: string;
  readonly origin: "gift" | "claim" | "threshold" | "restored" | "promotion" | "challenge" | "dated";
  readonly expires: string | null;
  /** What was spent on it. */
  readonly cost: { readonly unit: string; readonly piles: readonly Pile[] } | null;
  readonly program: ProgramDocument;
  /** The promotion whose coupon it is, and the sale that it came with. */
  readonly promotion: string | null;
  readonly sale: string | null;
}

/** What is to be issued, before it has a name. */
export type NewIssue = Omit<RefIssue, "seq" | "place">;

const ROOM = 100;

export function nameOf({ seq, place }: Pick<RefIssue, "seq" | "place">): string {
  return `${seq}.${place}`;
}

export function placeOf({ home, seq }: Pick<RefSale, "home" | "seq">): string {
  return `${home} ${seq}`;
}

/** Soonest last day first, then the oldest. */
export function inOrder(issues: readonly RefIssue[]): RefIssue[] {
  const day = ({ expires }: RefIssue) => expires ?? "9999-99-99";
  return [...issues].sort((left, right) => {
    if (day(left) !== day(right)) return day(left) < day(right) ? -1 : 1;
    return left.seq === right.seq ? left.place - right.place : left.seq - right.seq;
  });
}

export function isHeld(account: RefAccount, issue: RefIssue): boolean {
  return [...account.holds.values()].some((hold) => hold.issue?.id === issue.id);
}

export function hasRoom(account: RefAccount, more = 0): boolean {
  return account.issues.length + more < ROOM;
}

/** How many more there may be. */
export function roomFor(account: RefAccount, more: number): number {
  return Math.max(0, ROOM - account.issues.length - more);
}

export function lastDayAfter(from: string, span: Reward["valid_for"]): string | null {
  return span === undefined ? null : plusDays(plusMonths(from, span.months ?? 0), span.days ?? 0);
}

let last_id = 0;

export function plainIssue(program: ProgramDocument, reward: string, origin: RefIssue["origin"]): NewIssue {
  last_id += 1;
  return { id: last_id, reward, origin, expires: null, cost: null, program, promotion: null, sale: null };
}

/** Buys a reward ahead. */
export function bought(
  account: RefAccount,
  program: ProgramDocument,
  { id, cost, valid_for }: Reward,
  origin: "claim" | "threshold",
  today: string,
): NewIssue {
  if (cost === undefined) throw new Error("what has no price is not bought");
  const piles = account.take(account.free(cost.unit), cost.amount);
  const issue = plainIssue(program, id, origin);
  return { ...issue, expires: lastDayAfter(today, valid_for), cost: { unit: cost.unit, piles } };
}

/** Whatever the member can afford by now comes by itself, as often as it can be afforded. */
export function automatic(
  account: RefAccount,
  program: ProgramDocument,
  { today, taken }: { readonly today: string; /** Places that this booking has filled. */ readonly taken: number },
): NewIssue[] {
  const issues: NewIssue[] = [];
  for (const reward of program.rewards) {
    if (reward.automatic !== true || reward.cost === undefined) continue;
    while (account.available(reward.cost.unit) >= reward.cost.amount && hasRoom(account, taken + issues.length)) {
      issues.push(bought(account, program, reward, "threshold", today));
    }
  }
  return issues;
}

export function put(account: RefAccount, seq: number, issues: readonly NewIssue[], from = 0): void {
  account.issues.push(...issues.map((issue, index) => ({ ...issue, seq, place: from + index })));
}

/** Takes issued rewards back, and gives back what they cost. */
export function takeBack(account: RefAccount, gone: readonly RefIssue[]): void {
  account.issues = account.issues.filter((issue) => !gone.some(({ id }) => id === issue.id));
  for (const { cost } of gone) account.piles.push(...(cost?.piles ?? []).map((pile) => ({ ...pile })));
}

/**
 * What a return takes back so that the units are there that it needs: unused ones that came by themselves, the sale's own
 * first, the newest first. A sale that comes back whole takes all its own along.
 */
export function neededBack(
  account: RefAccount,
  sale: RefSale,
  missing: Readonly<Record<string, number>>,
  whole: boolean,
): RefIssue[] {
  const newest = account.issues
    .filter((issue) => issue.origin === "threshold" && !isHeld(account, issue))
    .sort((left, right) => (left.seq === right.seq ? right.place - left.place : right.seq - left.seq));
  const isOwn = (issue: RefIssue) => sale.home === account.id && issue.seq === sale.seq;
  const back = whole ? newest.filter(isOwn) : [];
  const worth = (issue: RefIssue, unit: string) =>
    issue.cost?.unit === unit ? sum(issue.cost.piles.map(({ amount }) => amount)) : 0;
  for (const [unit, amount] of Object.entries(missing)) {
    for (const issue of [...newest.filter(isOwn), ...newest.filter((one) => !isOwn(one))]) {
      if (sum(back.map((one) => worth(one, unit))) >= amount) break;
      if (!back.includes(issue) && worth(issue, unit) > 0) back.push(issue);
    }
  }
  return back;
}

/** The coupon that a basket gives: of those that fit the one that asks for most, on a tie the first. */
export function couponOn(
  program: ProgramDocument,
  { promotions }: SaleContext,
  goods: Goods,
): { readonly promotion: string; readonly reward: string } | null {
  const fitting = promotions.filter(({ gives }) => gives.kind === "issue").filter((one) => fits(program, one, goods));
  const most = Math.max(...fitting.map(({ minimum_spend = 0 }) => minimum_spend));
  const best = fitting.find(({ minimum_spend = 0 }) => minimum_spend === most);
  return best?.gives.kind === "issue" ? { promotion: best.id, reward: best.gives.reward } : null;
}

export function couponIssue(
  program: ProgramDocument,
  coupon: { readonly promotion: string; readonly reward: string },
  on: string,
): NewIssue {
  const reward = program.rewards.find(({ id }) => id === coupon.reward);
  const expires = lastDayAfter(on, reward?.valid_for);
  return { ...plainIssue(program, coupon.reward, "promotion"), expires, promotion: coupon.promotion };
}

interface CouponAfter {
  readonly standing: string | null;
  readonly gone: readonly RefIssue[];
  readonly instead: readonly NewIssue[];
  /** One that a reservation holds: it ends with that. */
  readonly recalled: RefIssue | null;
}

/** What a return makes of its sale's coupon: one that what is kept would not give goes, and a lesser one comes instead. */
export function couponAfter(account: RefAccount, sale: RefSale, kept: Goods | null): CouponAfter {
  const { program, context, coupon: standing } = sale;
  const unchanged = { standing, gone: [], instead: [], recalled: null };
  if (standing === null) return unchanged;
  const wanted = kept === null ? null : couponOn(program, context, kept);
  const asks = (id: string) => program.promotions.find((one) => one.id === id)?.minimum_spend ?? 0;
  if (wanted !== null && (wanted.promotion === standing || asks(wanted.promotion) > asks(standing))) return unchanged;
  const given = account.issues.filter((issue) => issue.sale === placeOf(sale));
  const gone = given.filter((issue) => !isHeld(account, issue));
  const [held] = given;
  if (gone.length === 0) return held === undefined ? unchanged : { ...unchanged, standing: null, recalled: held };
  const instead = wanted === null ? [] : [{ ...couponIssue(program, wanted, sale.on), sale: placeOf(sale) }];
  return { standing: wanted?.promotion ?? null, gone, instead, recalled: null };
}

/** Gives an issued reward another last day. */
export function endOn(account: RefAccount, issue: RefIssue, expires: string): void {
  const next = { ...issue, expires };
  account.issues = account.issues.map((one) => (one.id === issue.id ? next : one));
  for (const [seq, hold] of account.holds) {
    if (hold.issue?.id === issue.id) account.holds.set(seq, { ...hold, issue: next });
  }
}
