import type { LocalizedText } from "../program/document-parts.ts";
import type { RewardTerms } from "../program/reward-terms.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { BookingHeader, HeldPart } from "./booking.ts";
import { GIFT_PLACE } from "./dated-gift.ts";
import { countRedeemed } from "./redeemed.ts";
import type { AccountState } from "./state.ts";

/**
 * How a member came by an issued reward: by hand, by spending on it, by itself at a threshold, back after a return, by a
 * promotion at a sale, by a challenge, or on a day of theirs.
 */
export type IssueOrigin = "gift" | "claim" | "threshold" | "restored" | "promotion" | "challenge" | "dated";

/** A reward that a booking issues: the member has it and redeems it later, once, for nothing. */
export interface IssuedReward {
  readonly reward: string;
  readonly what: LocalizedText;
  readonly origin: IssueOrigin;
  /** Last local day on which it can be redeemed; null never expires. */
  readonly expires_on: LocalDate | null;
  /** What the member spent on it, and the lots it came from. */
  readonly cost?: { readonly unit: string; readonly parts: readonly HeldPart[] };
  /** Local date by which the reward's limit counts it. */
  readonly taken_on?: LocalDate;
  /** Programme version under which it was first issued; absent when it is that of the booking. */
  readonly program?: number;
  /** The promotion that gave it. */
  readonly promotion?: string;
  /** What it is to the merchant; absent when it only changes the basket and its cost is not known. */
  readonly terms?: RewardTerms;
  /** The sale at which a promotion gave it; absent when it is the booking that issues it. */
  readonly sale?: SalePlace;
}

/** Where a sale stands. */
export interface SalePlace {
  /** The account in whose ledger it stands; null for the one that says so. */
  readonly origin: string | null;
  readonly seq: number;
}

/** Issued rewards that an account may have open at a time. */
export const ISSUES_MAX = 100;

/** An issued reward that has not been used. */
export interface OpenIssue extends Omit<IssuedReward, "program"> {
  /** Sequence of the booking that issued it, and its place there. */
  readonly seq: number;
  readonly index: number;
  readonly issued_at_ms: number;
  /** Programme version under which it was issued; null when the account acted by itself. */
  readonly program: number | null;
}

export type OpenIssues = Readonly<Record<string, OpenIssue>>;

/** What an issued reward is called inside its account: `{sequence}.{place}`. */
export function issueKey({ seq, index }: { readonly seq: number; readonly index: number }): string {
  return `${seq}.${index}`;
}

/** Issued rewards that were not used, soonest expiry first, then oldest. */
export function openIssues(state: AccountState): OpenIssue[] {
  return Object.values(state.issued ?? {}).sort(
    (left, right) =>
      compareText(left.expires_on ?? "9999-99-99", right.expires_on ?? "9999-99-99") ||
      left.seq - right.seq ||
      left.index - right.index,
  );
}

/** An issued reward as it goes to another account. */
export function handedOn({ seq: _seq, index: _index, issued_at_ms: _at, program, ...issue }: OpenIssue): IssuedReward {
  return program === null ? issue : { ...issue, program };
}

/** What a sale that uses an issued reward keeps of it, so that a return can give it again. */
export function usedIssue({ reward, what, origin, expires_on, promotion, sale, terms }: OpenIssue): IssuedReward {
  return {
    reward,
    what,
    origin,
    expires_on,
    ...givenAt({ promotion, sale }),
    ...(terms === undefined ? {} : { terms }),
  };
}

/** By which promotion and at which sale something was given, as far as it was. */
export function givenAt({
  promotion,
  sale,
}: {
  readonly promotion: string | undefined;
  readonly sale: SalePlace | undefined;
}): Pick<IssuedReward, "promotion" | "sale"> {
  return { ...(promotion === undefined ? {} : { promotion }), ...(sale === undefined ? {} : { sale }) };
}

/** The same for another account: sales that stood here stand there under this account. */
export function seenFrom<Issue extends Pick<IssuedReward, "sale">>(issue: Issue, account: string | null): Issue {
  if (issue.sale === undefined || account === null) return issue;
  return { ...issue, sale: { ...issue.sale, origin: issue.sale.origin ?? account } };
}

/** Whether an open redemption has taken it. */
export function isHeld(state: AccountState, issue: OpenIssue): boolean {
  const key = issueKey(issue);
  return Object.values(state.holds).some((hold) => hold.issued === key);
}

/** Issued rewards whose last day is over; those that a redemption holds stay as long as it does. */
export function expiredIssues(state: AccountState, today: () => LocalDate): string[] {
  const dated = openIssues(state).filter(({ expires_on }) => expires_on !== null);
  if (dated.length === 0) return [];
  const date = today();
  return dated.filter((issue) => (issue.expires_on ?? date) < date && !isHeld(state, issue)).map(issueKey);
}

/** What a booking's header does to issued rewards: those that expired or were taken back go, those that it issues come. */
export function applyIssues(
  state: AccountState,
  { seq, at_ms, program, issued, gifts, expired_issues, revoked_issues }: BookingHeader,
): Pick<AccountState, "issued" | "redeemed"> {
  const gone = [...(expired_issues ?? []), ...(revoked_issues ?? [])];
  const given = (gifts ?? []).flatMap(({ issued: item }, index) =>
    item === undefined ? [] : [{ item, index: GIFT_PLACE + index }],
  );
  if (issued === undefined && given.length === 0 && gone.length === 0) return {};
  const placed = [...given, ...(issued ?? []).map((item, index) => ({ item, index }))];
  const added = placed.map(({ item, index }): OpenIssue => ({
    ...item,
    seq,
    index,
    issued_at_ms: at_ms,
    program: item.program ?? program ?? null,
    ...(item.origin === "promotion" ? { sale: item.sale ?? { origin: null, seq } } : {}),
  }));
  const revoked = (revoked_issues ?? []).flatMap((key) => state.issued?.[key] ?? []);
  const before = state.redeemed ?? {};
  const counted = added.reduce((all, { reward, taken_on }) => countRedeemed(all, reward, taken_on, 1), before);
  const redeemed = revoked.reduce((all, { reward, taken_on }) => countRedeemed(all, reward, taken_on, -1), counted);
  return {
    // A dated gift may be taken back by the very booking that brings it.
    issued: withoutIssues({ ...state.issued, ...Object.fromEntries(added.map((one) => [issueKey(one), one])) }, gone),
    ...(redeemed === before ? {} : { redeemed }),
  };
}

/** An issued reward that ends with the redemption that holds it, unless that uses it. */
export function recallIssue(
  state: AccountState,
  recalled: { readonly issue: string; readonly until: LocalDate } | undefined,
): Pick<AccountState, "issued"> {
  const issue = recalled === undefined ? undefined : state.issued?.[recalled.issue];
  if (recalled === undefined || issue === undefined) return {};
  return { issued: { ...state.issued, [recalled.issue]: { ...issue, expires_on: recalled.until } } };
}

export function withoutIssues(issued: OpenIssues, gone: readonly string[]): OpenIssues {
  if (gone.length === 0) return issued;
  return Object.fromEntries(Object.entries(issued).filter(([key]) => !gone.includes(key)));
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
