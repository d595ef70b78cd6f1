import type {
  Actor,
  ArrivedCard,
  BookingBody,
  BookingHeader,
  Estate,
  HandOverReason,
  TransferSentEvent,
} from "../../domain/ledger/booking.ts";
import type { EstateCommand } from "../../domain/ledger/command.ts";
import { isUnclaimed, unclaimedUntil } from "../../domain/ledger/due.ts";
import { foldBookings, UNBORN } from "../../domain/ledger/fold.ts";
import { absorbNaturalKey } from "../../domain/ledger/natural-key.ts";
import { planEstate } from "../../domain/ledger/plan-estate.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import { compiledProgram } from "./programs.ts";
import type { Addressed, Answer, BookingView, ProgramPayloads } from "./protocol.ts";
import { buriedRefusal, type Desk, viewOf } from "./run-command.ts";

// One account goes up in another in three steps, each of which may be repeated: the giver books that it ends and what it
// gives, the receiver books that it has it (once, by its natural key), the giver books that it knows. What is cut off
// between them is taken up by the giver's alarm.

export interface HandOverMessage extends Addressed {
  /** The account id that carries on. */
  readonly receiver: string;
  readonly reason: HandOverReason;
  readonly by: Actor;
  /** A hand-over that somebody has confirmed, under a key; absent for one that needs none. */
  readonly confirmed?: Confirmed;
  /** True books nothing. */
  readonly preview?: boolean;
}

/** What was shown, and the request that said yes to it. */
export interface Confirmed {
  /** `{till}:{key}`. */
  readonly idem: string;
  readonly request_hash: string;
  /** The account's sequence when it was shown. */
  readonly seq: number;
}

export interface ReceiveMessage extends Addressed {
  /** The account id that went up in this one. */
  readonly from: string;
  readonly reason: HandOverReason;
  readonly estate: Estate;
  /** The giver's booking, when it may bring more than one parcel. */
  readonly parcel?: number;
  readonly by: Actor;
  /** Rules to render the account with, right after; without them nothing is rendered. */
  readonly programs?: ProgramPayloads;
  /** True books nothing. */
  readonly preview?: boolean;
}

export interface DeliveredMessage extends Addressed {
  readonly delivered: number;
  /** The receiver is not there any more: what was on its way goes back. */
  readonly failed?: boolean;
  readonly by: Actor;
}

/** What has arrived. */
export interface Received {
  readonly cards: readonly ArrivedCard[];
  /** The account right after; null unless rules came with the message. */
  readonly view: BookingView | null;
}

/** What is on its way, and the booking that says so. */
export interface Parcel {
  readonly seq: number;
  readonly receiver: string;
  readonly reason: HandOverReason;
  readonly estate: Estate;
  /** When the giver booked it. */
  readonly at_ms: number;
}

/** Ends the account in favour of another. Asked again for the same receiver, it answers the same parcel. */
export function handOver(desk: Desk, message: HandOverMessage): Answer<Parcel> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return refused({ code: "account_unknown" });
  const { confirmed } = message;
  const known = confirmed === undefined ? null : desk.store.byIdem(confirmed.idem);
  if (known !== null && known.body.request_hash !== confirmed?.request_hash) {
    return refused({ code: "idempotency_mismatch" });
  }
  const tombstone = buriedRefusal(state);
  if (tombstone?.code === "account_moved" && tombstone.to === message.receiver) return lastParcel(desk, state);
  if (tombstone !== null) return refused(tombstone);
  if (isUnclaimed(state) && unclaimedUntil(state) <= desk.now_ms) return refused({ code: "account_unknown" });
  if (confirmed !== undefined && confirmed.seq !== state.seq) return refused({ code: "account_changed" });
  const booked = book(desk, state, { type: "hand_over", to: message.receiver, reason: message.reason }, message);
  return booked.ok ? parcelOf(booked.value) : booked;
}

/** Takes in what another account handed over. A second delivery changes nothing. */
export function receive(desk: Desk, message: ReceiveMessage): Answer<Received> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return refused({ code: "account_unknown" });
  const earlier = desk.store.byNaturalKey(absorbNaturalKey(message.from, message.parcel));
  if (earlier !== null) return received(earlier.body, desk.ledger.stateAt(earlier.seq), message);
  const buried = buriedRefusal(state);
  if (buried !== null) return refused(buried);
  const { from, reason, estate, parcel } = message;
  const which = parcel === undefined ? {} : { parcel };
  const booked = book(desk, state, { type: "absorb", from, reason, estate, ...which }, message);
  return booked.ok ? received(booked.value, foldBookings(state, [booked.value]) ?? state, message) : booked;
}

function received(body: BookingBody, after: AccountState, { programs }: ReceiveMessage): Answer<Received> {
  const cards = body.type === "absorbed" ? (body.cards ?? []) : [];
  const program = programs === undefined ? null : compiledProgram(programs[0]);
  const view = program === null ? null : viewOf(after, program, body, null);
  return { ok: true, value: { cards, view } };
}

/** Notes that a parcel has arrived. */
export function confirmDelivery(desk: Desk, message: DeliveredMessage): Answer<null> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return refused({ code: "account_unknown" });
  if (state.outbox[String(message.delivered)] === undefined) return { ok: true, value: null };
  const { delivered, failed = false } = message;
  const booked = book(desk, state, { type: "delivered", delivered, failed }, message);
  return booked.ok ? { ok: true, value: null } : booked;
}

/** Parcels that nobody has confirmed yet. */
export function openParcels(desk: Desk, state: AccountState): Parcel[] {
  return Object.keys(state.outbox).flatMap((seq) => {
    const body = desk.store.bySeq(Number(seq))?.body;
    const parcel = body === undefined ? null : parcelOf(body);
    return parcel?.ok === true ? [parcel.value] : [];
  });
}

function lastParcel(desk: Desk, state: AccountState): Answer<Parcel> {
  const [row] = desk.store.page({ beyond_seq: null, order: "desc", limit: 1, types: ["handed_over"] });
  return row === undefined ? refused(buriedRefusal(state) ?? { code: "account_unknown" }) : parcelOf(row.body);
}

/** What a booking has put on its way to another account. */
export function parcelOf(body: BookingBody): Answer<Parcel> {
  if (body.type === "transfer_sent") return { ok: true, value: transferParcel(body) };
  if (body.type !== "handed_over") return refused({ code: "nothing_to_deliver" });
  return {
    ok: true,
    value: { seq: body.seq, receiver: body.to, reason: body.reason, estate: body.estate, at_ms: body.at_ms },
  };
}

function transferParcel({ seq, at_ms, to, unit, parts }: BookingHeader & TransferSentEvent): Parcel {
  const lots = parts.map(({ from, amount }) => ({ unit, lot: from, amount }));
  return { seq, receiver: to, reason: "transfer", estate: { lots, remainders: {} }, at_ms };
}

/** What a step is booked with. */
interface Booked {
  readonly by: Actor;
  readonly clock_offset_ms: number;
  readonly confirmed?: Confirmed;
  readonly programs?: ProgramPayloads;
  readonly preview?: boolean;
}

/** An account that has booked nothing by a programme yet learns from what it takes in when days begin. */
function zoneBrought(state: AccountState, command: EstateCommand): string | null {
  if (command.type !== "absorb" || state.timezone !== UNBORN.timezone) return null;
  return command.estate.timezone ?? null;
}

function book(desk: Desk, state: AccountState, command: EstateCommand, message: Booked): Answer<BookingBody> {
  const { by, clock_offset_ms, confirmed, programs } = message;
  const stamp = {
    now_ms: desk.now_ms,
    by,
    request_hash: confirmed?.request_hash ?? null,
    note_digest: null,
    clock_offset_ms,
    program: programs?.[0].version ?? null,
    timezone: zoneBrought(state, command),
  };
  const planned = planEstate(state, command, stamp, confirmed?.idem ?? null);
  if (!planned.ok) return refused(planned.error);
  if (message.preview !== true) desk.ledger.commit(planned.value.bookings, new Map());
  const [booking] = planned.value.bookings;
  return booking === undefined ? refused({ code: "nothing_to_deliver" }) : { ok: true, value: booking.body };
}

function refused(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}
