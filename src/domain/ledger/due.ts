import { CLAIM_MS } from "../tenancy/receipt-account.ts";
import { debtPayments, isInDebt } from "./debt.ts";
import type { EntryDraft } from "./draft.ts";
import { inBucket, type AccountState, type OpenHold, unitState } from "./state.ts";
import { addSpan, startOfDay } from "../time/calendar.ts";
import { type LocalDate, localDate } from "../time/local-date.ts";
import { expiredIssues, isHeld, openIssues, withoutIssues } from "./issued.ts";
import { addToLots, type Lot, lotKey, type LotKey } from "./lot.ts";
import type { HeldPart, ReleaseReason } from "./booking.ts";

/** What time alone has changed since the last booking. */
export interface Due {
  readonly expired_holds: readonly number[];
  readonly expired_issues: readonly string[];
  readonly entries: readonly EntryDraft[];
}

/** The account as it stands now: what was due is applied, whether or not it has been booked yet. */
export interface Settled {
  readonly state: AccountState;
  readonly due: Due;
}

/**
 * Evaluates what is due, from stored facts alone: holds whose time has passed are released, pending lots whose day has come
 * open, lots whose last day is over expire. Every read and every command goes through here, so a late alarm changes nothing.
 */
export function settle(state: AccountState, now_ms: number): Settled {
  // What was promised to a sale ends when that sale is known: its account is asked when the time has passed.
  const expired = Object.values(state.holds).filter((hold) => hold.expires_at_ms <= now_ms && hold.claim === undefined);
  const released = expired.flatMap((hold) => releaseEntries(hold, "expired"));
  const freed = applyDrafts(state, released);
  const paid = debtPayments(freed);
  const dated = datedEntries(applyDrafts(freed, paid), now_ms);
  const expired_holds = expired.map((hold) => hold.seq);
  const open = withoutHolds(applyDrafts(freed, [...paid, ...dated]), expired_holds);
  const expired_issues = expiredIssues(open, () => localDate(now_ms, state.timezone));
  const due = { expired_holds, expired_issues, entries: [...released, ...paid, ...dated] };
  if (!isDue(due)) return { state, due };
  const left = expired_issues.length === 0 ? {} : { issued: withoutIssues(open.issued ?? {}, expired_issues) };
  return { state: { ...open, ...left }, due };
}

/** Whether anything fell due. */
export function isDue(due: Due): boolean {
  return due.entries.length > 0 || due.expired_holds.length > 0 || due.expired_issues.length > 0;
}

/** Lots that open or expire by the calendar of the programme's zone. A lot may open and be over at once. */
function datedEntries(state: AccountState, now_ms: number): EntryDraft[] {
  const lots = lotsOf(state);
  if (!lots.some(({ lot }) => hasDate(lot))) return [];
  const today = localDate(now_ms, state.timezone);
  if (isInDebt(state)) return datedWithDebt(state, lots, today);
  return lots.flatMap(({ unit, lot }) => dueOfLot(unit, lot, today));
}

/** Day by day, so that what opens pays what is owed before it may expire, whenever this is looked at. */
function datedWithDebt(state: AccountState, lots: readonly { readonly lot: Lot }[], today: LocalDate): EntryDraft[] {
  const opening = lots.flatMap(({ lot }) => (lot.bucket === "pending" && lot.opens_on !== null ? [lot.opens_on] : []));
  const days = [...new Set(opening.filter((day) => day < today)), today].sort();
  const entries: EntryDraft[] = [];
  let current = state;
  const add = (more: readonly EntryDraft[]) => {
    entries.push(...more);
    current = applyDrafts(current, more);
  };
  for (const day of days) {
    for (const { unit, lot } of lotsOf(current)) add(dueOfLot(unit, lot, day));
    add(debtPayments(current));
  }
  return entries;
}

function lotsOf({ units }: AccountState): { unit: string; lot: Lot }[] {
  return Object.entries(units).flatMap(([unit, { lots: all }]) => all.map((lot) => ({ unit, lot })));
}

function hasDate(lot: Lot): boolean {
  return lot.bucket === "pending" || (lot.bucket === "available" && lot.expires_on !== null);
}

function dueOfLot(unit: string, lot: Lot, today: LocalDate): EntryDraft[] {
  const { amount } = lot;
  const opens = lot.bucket === "pending" && lot.opens_on !== null && lot.opens_on <= today;
  const open: LotKey = { ...lotKey(lot), bucket: "available", opens_on: null };
  const entries: EntryDraft[] = opens
    ? [
        { unit, lot: lotKey(lot), delta: -amount, why: { code: "became_available" } },
        { unit, lot: open, delta: amount, why: { code: "became_available" } },
      ]
    : [];
  const { expires_on } = lot;
  const over = (opens || lot.bucket === "available") && expires_on !== null && expires_on < today;
  if (over) entries.push({ unit, lot: open, delta: -amount, why: { code: "expired", on: expires_on } });
  return entries;
}

/** How long a delivery may take before the account sees to it itself. */
const DELIVERY_MS = 60_000;

/** Whether an account is a sale that nobody has claimed; those are deleted in the end. */
export function isUnclaimed(state: AccountState): boolean {
  return state.account_kind === "receipt" && state.tombstone === null;
}

/** Until when a receipt account can be claimed. */
export function unclaimedUntil(state: AccountState): number {
  return state.opened_at_ms + CLAIM_MS;
}

/** The next instant at which something falls due by itself; null when nothing will. */
export function nextDueAt(state: AccountState): number | null {
  const holds = state.tombstone === null ? Object.values(state.holds).map((hold) => hold.expires_at_ms) : [];
  const deletion = isUnclaimed(state) ? [unclaimedUntil(state)] : [];
  const deadlines = [
    ...(state.tombstone === null ? datesOf(state) : []),
    ...holds,
    ...deletion,
    ...Object.values(state.outbox).map(({ since_ms }) => since_ms + DELIVERY_MS),
  ];
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

/** Entries that move a hold's parts back to the lots they came from. */
export function releaseEntries(hold: Pick<OpenHold, "unit" | "parts" | "what">, reason: ReleaseReason): EntryDraft[] {
  const why = { code: "released", what: hold.what, reason } as const;
  return hold.parts.flatMap((part) => [
    { unit: hold.unit, lot: heldLot(part.from), delta: -part.amount, why },
    { unit: hold.unit, lot: part.from, delta: part.amount, why },
  ]);
}

/** The lot in which a part stands while it is held. */
export function heldLot(from: LotKey): LotKey {
  return { ...from, bucket: "held" };
}

/** Entries that take a hold's parts away for good. */
export function captureEntries(hold: Pick<OpenHold, "unit" | "parts" | "what" | "price">): EntryDraft[] {
  const { what, price } = hold;
  const why = { code: "redeemed", what, ...(price === undefined ? {} : { price }) } as const;
  return hold.parts.map((part: HeldPart) => ({ unit: hold.unit, lot: heldLot(part.from), delta: -part.amount, why }));
}

/** The state with entries applied that no booking has yet. */
export function applyDrafts(state: AccountState, drafts: readonly EntryDraft[]): AccountState {
  const units = drafts.reduce<AccountState["units"]>((all, entry) => {
    const unit = all[entry.unit] ?? unitState(state, entry.unit);
    return { ...all, [entry.unit]: { ...unit, lots: addToLots(unit.lots, entry.lot, entry.delta) } };
  }, state.units);
  return { ...state, units };
}

function withoutHolds(state: AccountState, gone: readonly number[]): AccountState {
  const holds = Object.fromEntries(Object.entries(state.holds).filter(([seq]) => !gone.includes(Number(seq))));
  return { ...state, holds };
}

/** Instants at which a lot opens, or its last day is over. */
function datesOf(state: AccountState): number[] {
  const lots = Object.values(state.units).flatMap((unit) => unit.lots);
  const issues = openIssues(state).flatMap((issue) =>
    issue.expires_on === null || isHeld(state, issue)
      ? []
      : [startOfDay(addSpan(issue.expires_on, { days: 1 }), state.timezone)],
  );
  const opens = lots.flatMap((lot) => {
    if (lot.bucket === "pending" && lot.opens_on !== null) return [startOfDay(lot.opens_on, state.timezone)];
    if (lot.bucket !== "available" || lot.expires_on === null) return [];
    return [startOfDay(addSpan(lot.expires_on, { days: 1 }), state.timezone)];
  });
  return [...opens, ...issues];
}

/** What a unit has free to spend. */
export function availableOf(state: AccountState, unit: string): number {
  return inBucket(unitState(state, unit), "available");
}
