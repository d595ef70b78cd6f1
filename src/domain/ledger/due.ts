import { CLAIM_MS } from "../tenancy/receipt-account.ts";
import type { EntryDraft } from "./draft.ts";
import { inBucket, type AccountState, type OpenHold, unitState } from "./state.ts";
import { addToLots, type LotKey } from "./lot.ts";
import type { HeldPart } from "./booking.ts";

/** What time alone has changed since the last booking. */
export interface Due {
  readonly expired_holds: readonly number[];
  readonly entries: readonly EntryDraft[];
}

/** The account as it stands now: what was due is applied, whether or not it has been booked yet. */
export interface Settled {
  readonly state: AccountState;
  readonly due: Due;
}

/** Evaluates what is due. Every read and every command goes through here, so a late alarm changes nothing. */
export function settle(state: AccountState, now_ms: number): Settled {
  const expired = Object.values(state.holds).filter((hold) => hold.expires_at_ms <= now_ms);
  const entries = expired.flatMap((hold) => releaseEntries(hold, "expired"));
  const due = { expired_holds: expired.map((hold) => hold.seq), entries };
  return { due, state: expired.length === 0 ? state : withDue(state, due) };
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
    ...holds,
    ...deletion,
    ...Object.values(state.outbox).map(({ since_ms }) => since_ms + DELIVERY_MS),
  ];
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

/** Entries that move a hold's parts back to the lots they came from. */
export function releaseEntries(hold: OpenHold, reason: "cancelled" | "expired"): EntryDraft[] {
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
export function captureEntries(hold: OpenHold): EntryDraft[] {
  const why = { code: "redeemed", what: hold.what } as const;
  return hold.parts.map((part: HeldPart) => ({ unit: hold.unit, lot: heldLot(part.from), delta: -part.amount, why }));
}

function withDue(state: AccountState, due: Due): AccountState {
  const units = due.entries.reduce<AccountState["units"]>((all, entry) => {
    const unit = all[entry.unit] ?? unitState(state, entry.unit);
    return { ...all, [entry.unit]: { ...unit, lots: addToLots(unit.lots, entry.lot, entry.delta) } };
  }, state.units);
  const holds = Object.fromEntries(
    Object.entries(state.holds).filter(([seq]) => !due.expired_holds.includes(Number(seq))),
  );
  return { ...state, units, holds };
}

/** What a unit has free to spend. */
export function availableOf(state: AccountState, unit: string): number {
  return inBucket(unitState(state, unit), "available");
}
