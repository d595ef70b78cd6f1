import { Buffer } from "node:buffer";
import {
  type Activity,
  type ActivityFacts,
  activityOf,
  addMoves,
  isVisit,
  lapsedMove,
  type UnitMove,
} from "../../domain/insights/activity.ts";
import { BASKET_KEEP_MS } from "../../domain/insights/retention.ts";
import { addTallies, NO_TALLY, tallyOf } from "../../domain/insights/tally.ts";
import type { BookingBody } from "../../domain/ledger/booking.ts";
import { chainHash, genesisHash } from "../../domain/ledger/chain.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";
import { sha256 } from "../member-account/ledger.ts";
import type { Anchor, GenerationStore, NewBooking } from "./generation-store.ts";
import type { LedgerRow } from "./protocol.ts";

/** Rows of one account, read. */
export interface Batch {
  readonly account: string;
  /** The account's object name: the chain begins with it. */
  readonly object: string;
  readonly rows: readonly { readonly row: LedgerRow; readonly activity: Activity }[];
  /** When the oldest of them was committed, by the wall clock; null when there are none. */
  readonly committed_at_ms: number | null;
}

export interface Applied {
  /** The newest booking that is projected now. */
  readonly seq: number;
  readonly written: number;
  /** The booking at which the ledger does not continue what was seen of it; null when it does. */
  readonly broken_at: number | null;
  /** Receipts that may stand on two cards, or no longer do. */
  readonly receipts: ReadonlySet<string>;
  /** The bookings that were written, and the sales that they wholly took back. */
  readonly rows: readonly NewBooking[];
  readonly voided: readonly { readonly account: string; readonly seq: number }[];
}

export interface ApplyContext {
  readonly dayOf: (location: string | null, at_ms: number) => LocalDate;
  readonly now_ms: number;
  /** The place up to which bookings are in the roll-ups. */
  readonly folded: number;
}

export function readBatch(account: string, object: string, rows: readonly LedgerRow[]): Batch {
  let committed_at_ms: number | null = null;
  const read = rows.map((row) => {
    const body: BookingBody = JSON.parse(row.body);
    committed_at_ms ??= body.at_ms - (body.clock_offset_ms ?? 0);
    // The row's place counts: a body that names another is a broken ledger, which the chain tells.
    return { row, activity: { ...activityOf(body), seq: row.seq } };
  });
  return { account, object, rows: read, committed_at_ms };
}

/**
 * Projects rows that continue what is known of the account. What is known already is passed over, and at a gap it stops:
 * the answer says how far it has come, and whoever brought the rows goes on from there. Call inside a transaction.
 */
export function applyBatch(store: GenerationStore, batch: Batch, context: ApplyContext): Applied {
  let anchor = startOf(store, batch) ?? genesis(batch.object);
  let broken_at: number | null = null;
  let written = 0;
  const receipts = new Set<string>();
  const rows: NewBooking[] = [];
  const voided: { account: string; seq: number }[] = [];
  for (const { row, activity } of batch.rows) {
    const hash = new Uint8Array(Buffer.from(row.hash_hex, "hex"));
    if (row.seq <= anchor.seq) {
      if (!isKnown(store, batch.account, row.seq, hash)) broken_at ??= row.seq;
      continue;
    }
    if (row.seq > anchor.seq + 1) break;
    if (!sameBytes(chainHash(sha256, anchor.hash, row.body), hash)) broken_at ??= row.seq;
    const projected = project(store, batch.account, activity, hash, context);
    for (const receipt of projected.receipts) receipts.add(receipt);
    rows.push(projected.row);
    if (activity.voids !== null)
      voided.push({ account: activity.voids.origin ?? batch.account, seq: activity.voids.seq });
    anchor = { seq: row.seq, hash };
    written += 1;
  }
  return { seq: anchor.seq, written, broken_at, receipts, rows, voided };
}

/** Where the account's ledger goes on. One that was deleted and is written to again begins anew; its old rows step aside. */
function startOf(store: GenerationStore, { account, rows }: Batch): Anchor | null {
  const anchor = store.anchor(account);
  if (anchor === null || rows[0]?.row.seq !== 1) return anchor;
  if (store.bySeq(account, anchor.seq)?.type !== "deleted") return anchor;
  store.rename(account, `${account}~${anchor.seq}~${timeOfLast(store, account, anchor.seq)}`);
  return null;
}

function timeOfLast(store: GenerationStore, account: string, seq: number): number {
  return store.bySeq(account, seq)?.at_ms ?? 0;
}

function genesis(object: string): Anchor {
  return { seq: 0, hash: genesisHash(sha256, object) };
}

/** A row that was brought before must be the same row. */
function isKnown(store: GenerationStore, account: string, seq: number, hash: Uint8Array): boolean {
  const known = store.hashOf(account, seq);
  return known !== null && sameBytes(known, hash);
}

/** Writes one booking; answers the receipts that must be looked at. */
function project(
  store: GenerationStore,
  account: string,
  activity: Activity,
  hash: Uint8Array,
  context: ApplyContext,
): { readonly row: NewBooking; readonly receipts: readonly string[] } {
  const { seq, at_ms, type, location, receipt, voids } = activity;
  const day = activity.business_date ?? context.dayOf(location, at_ms);
  const facts = factsInContext(store, account, activity, day);
  const basket = at_ms < context.now_ms - BASKET_KEEP_MS ? null : activity.basket;
  const row = { account, seq, at_ms, type, location, receipt, facts, hash, day, basket };
  write(store, row, context.folded);
  if (voids === null) return { row, receipts: receipt === null ? [] : [receipt] };
  const origin = voids.origin ?? account;
  store.void(origin, voids.seq);
  const freed = store.receiptOf(origin, voids.seq);
  return { row, receipts: freed === null ? [] : [freed] };
}

/** A booking from before the last fold goes into its day's roll-up at once; any other is folded with its day. */
export function write(store: GenerationStore, row: NewBooking, folded: number): void {
  const place = store.insert(row);
  const { account, seq, at_ms, day, location, facts } = row;
  for (const use of facts.budgets ?? []) store.noteBudget(use);
  if (place <= folded) store.foldBudgets(facts.budgets ?? []);
  const deed = { at_ms, location, till: facts.till ?? null, staff: facts.staff ?? null };
  for (const move of facts.hand_outs ?? []) store.hand_outs.apply({ place, account, seq, day, deed }, move);
  const tally = place <= folded ? tallyOf(row) : null;
  if (tally === null) return;
  const at = row.location ?? "";
  store.putTally(row.day, at, addTallies(store.tally(row.day, at) ?? NO_TALLY, tally));
}

/** What only the account's earlier bookings tell. They are in order, so that every generation finds the same. */
function factsInContext(store: GenerationStore, account: string, activity: Activity, day: string): ActivityFacts {
  const { facts, type, location } = activity;
  if (type === "erased") return withLapse(store, account, facts);
  const foreign =
    type === "return" && facts.sale !== undefined
      ? store.bySeq(facts.sale.origin ?? account, facts.sale.seq)?.facts.foreign
      : facts.foreign;
  const first =
    isVisit(activity) &&
    location !== null &&
    accountKindOf(account) === "member" &&
    !store.visitedOn(account, location, day);
  return { ...facts, ...(foreign === true ? { foreign } : {}), ...(first ? { first_visit: true } : {}) };
}

/** Nobody can spend any more what the account still holds. */
export function withLapse(store: GenerationStore, account: string, facts: ActivityFacts): ActivityFacts {
  const held = openUnits(store, account);
  const units = { ...facts.units };
  for (const [unit, open] of held) units[unit] = addMoves(units[unit] ?? {}, lapsedMove(unit, open));
  return Object.keys(units).length === 0 ? facts : { ...facts, units };
}

const PAGE = 500;

function openUnits(store: GenerationStore, account: string): Map<string, UnitMove> {
  const held = new Map<string, UnitMove>();
  for (let after = 0; ;) {
    const rows = store.ofAccount(account, after, PAGE);
    for (const { facts } of rows) {
      for (const [unit, { open = 0, paid_open = 0 }] of Object.entries<UnitMove>(facts.units ?? {})) {
        held.set(unit, addMoves(held.get(unit) ?? {}, { open, paid_open }));
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = last.seq;
  }
  return new Map([...held].filter(([, { open = 0, paid_open = 0 }]) => open !== 0 || paid_open !== 0));
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
