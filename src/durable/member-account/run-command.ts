import type { BookingNote, ParkedReturn } from "../../domain/ledger/booking.ts";
import type { Command, History } from "../../domain/ledger/command.ts";
import type { Stamp } from "../../domain/ledger/draft.ts";
import { plainDraft, finishDraft } from "../../domain/ledger/draft.ts";
import { settle } from "../../domain/ledger/due.ts";
import { applyBooking } from "../../domain/ledger/fold.ts";
import {
  offlineNaturalKey,
  parkedNaturalKey,
  returnNaturalKey,
  saleNaturalKey,
} from "../../domain/ledger/natural-key.ts";
import { plan, type Plan, type PlanContext, type PlannedBooking } from "../../domain/ledger/plan.ts";
import { type Refusal, STORED_REFUSALS } from "../../domain/ledger/refusal.ts";
import { sameReturn, sameSale } from "../../domain/ledger/same-content.ts";
import { stillWaiting, waitedFor } from "../../domain/ledger/waiting-return.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import { issuesOf, rewardsOf, walletOf } from "../../domain/ledger/view.ts";
import type { CompiledProgram } from "../../domain/program/compile.ts";
import { giftDayFor } from "./gift-day.ts";
import { salesMeant, storedHistory } from "./history.ts";
import { type Ledger, sealNote } from "./ledger.ts";
import { compiledProgram } from "./programs.ts";
import type { BookingView, CommandAnswer, CommandMessage } from "./protocol.ts";
import { shownCardRefusal, withOwnCard } from "./shown-card.ts";
import type { BookingRow, LedgerStore } from "./store.ts";
import { usedTender } from "./tender.ts";

/** What a command works on. */
export interface Desk {
  readonly store: LedgerStore;
  readonly ledger: Ledger;
  readonly now_ms: number;
}

/** Look the key up, load, decide, book, answer: one synchronous block, so that commands of an account never interleave. */
export function runCommand(desk: Desk, message: CommandMessage): CommandAnswer {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return message.opens === true && message.preview ? previewUnborn(desk, message) : UNKNOWN;
  const known = message.idem === null ? null : desk.store.byIdem(message.idem);
  if (known !== null) return replay(desk, message, known, isSameRequest(message, known.body.request_hash));
  const waiting = waitingUnder(state, message.idem);
  if (waiting !== null) {
    const heard = heardWaiting(state, message, waiting);
    if (heard !== null) return refused(heard);
  }
  const buried = buriedRefusal(state);
  if (buried?.code === "account_erased") return refused(buried);
  // An account that went up in another still knows its own sales and its own blocked cards.
  const twin = naturalTwin(desk, message.command, message.till);
  // A return that waits there no longer was carried out, or waits on, where the account went.
  if (twin !== null && (buried === null || twin.body.type !== "return_parked"))
    return replayTwin(desk, message, state, twin);
  const used = usedTender(desk, message.command);
  if (used !== null) return refused(used);
  if (buried !== null) return refused(shownCardRefusal(state, message.command) ?? buried);
  if (reusesReturnId(desk, message.command)) return refused({ code: "return_id_reused" });
  const own = withOwnCard(state, message);
  return own === null ? refused({ code: "card_unknown", card_no: 0 }) : decideAndBook(desk, own, state);
}

/** A request that came by accounts that have moved is the same request, whichever of them it was hashed for. */
function isSameRequest(message: CommandMessage, known: string | undefined): boolean {
  const { request_hash, former_hash = request_hash, passed_hashes = [] } = message;
  return known !== undefined && [request_hash, former_hash, ...passed_hashes].includes(known);
}

const UNKNOWN: CommandAnswer = { ok: false, replayed: false, refusal: { code: "account_unknown" } };

/** What a sale would do on the receipt account that it would open. Nothing is stored, not even an empty schema. */
function previewUnborn(desk: Desk, message: CommandMessage): CommandAnswer {
  const opened = { type: "opened", object: message.to, account_kind: "receipt", card_no: null } as const;
  const stamp = stampOf(desk, message, null);
  const state = applyBooking(null, finishDraft(null, plainDraft(opened), { ...stamp, request_hash: null }));
  const decided = plan(state, message.command, planContext(message, stamp, { history: NO_HISTORY }));
  if (!decided.ok) return refused(decided.error);
  return answerOf(message, decided.value, null);
}

const NO_HISTORY: History = { sale: () => null, findSale: () => null, holdEnd: () => null, foreignReturn: () => null };

function stampOf(desk: Desk, message: CommandMessage, note_digest: string | null): Stamp {
  const { by, request_hash, clock_offset_ms, programs } = message;
  const { version: program } = programs[0];
  const { timezone } = compiledProgram(programs[0]).document;
  return { now_ms: desk.now_ms, by, request_hash, note_digest, clock_offset_ms, program, timezone };
}

function planContext(
  message: CommandMessage,
  stamp: Stamp,
  { history, gift_day }: Pick<PlanContext, "history" | "gift_day">,
): PlanContext {
  return {
    program: compiledProgram(message.programs[0]),
    ...(gift_day === undefined ? {} : { gift_day }),
    programOf: (version) => programOf(message, version),
    history,
    stamp,
    till: message.till,
    idem: message.idem,
  };
}

function decideAndBook(desk: Desk, message: CommandMessage, state: AccountState): CommandAnswer {
  // Erasing removes every note, so it keeps none of its own.
  const sealed = message.note === null || message.command.type === "erase" ? null : sealNote(message.note);
  const stamp = stampOf(desk, message, sealed?.digest ?? null);
  const gift_day = giftDayFor(desk.store, compiledProgram(message.programs[0]));
  const past = { history: storedHistory(desk.store), gift_day };
  const decided = plan(state, message.command, planContext(message, stamp, past));
  if (!decided.ok) return refuse(desk, message, state, { ...stamp, note_digest: null }, decided.error);
  if (!message.preview) write(desk, decided.value, sealed?.note ?? null);
  return answerOf(message, decided.value, sealed?.note ?? null);
}

function write(desk: Desk, planned: Plan, note: BookingNote | null): void {
  const answer = planned.bookings[planned.answer];
  const notes = new Map<PlannedBooking, BookingNote>();
  if (note !== null && answer !== undefined) notes.set(answer, note);
  for (const booking of planned.bookings) {
    // What is carried out at the till's asking has the note of the asking.
    const waited = booking === answer ? null : waitedNote(desk, booking);
    if (waited !== null) notes.set(booking, waited);
  }
  desk.ledger.commit(planned.bookings, notes);
}

/** The note that came with a return while its sale was unknown: it goes along when the return is carried out. */
function waitedNote(desk: Desk, { body }: PlannedBooking): BookingNote | null {
  const parked = body.type === "return" || body.type === "refused" ? body.parked : null;
  return parked === null ? null : (desk.store.bySeq(parked)?.note ?? null);
}

function answerOf(message: CommandMessage, planned: Plan, note: BookingNote | null): CommandAnswer {
  const answer = planned.bookings[planned.answer];
  if (answer === undefined) return refused({ code: "account_unknown" });
  if (answer.body.type === "return_parked") return refused({ code: "sale_not_known_yet" });
  const program = compiledProgram(message.programs[0]);
  // Right after the answer's own booking: returns that had waited for a sale come after it and show at the next read.
  return { ok: true, replayed: false, view: viewOf(answer.after, program, answer.body, note) };
}

/** Refusals decided from the ledger are kept under the key. One that depends on rules or time to come is not. */
function refuse(
  desk: Desk,
  message: CommandMessage,
  state: AccountState,
  stamp: Stamp,
  refusal: Refusal,
): CommandAnswer {
  const isAsked = message.command.type !== "action" || message.command.automatic !== true;
  if (isAsked && !message.preview && message.idem !== null && STORED_REFUSALS.has(refusal.code)) {
    const { due } = settle(state, stamp.now_ms);
    const parked = message.command.type === "return" ? waitedFor(state, message.command) : null;
    const body = finishDraft(state, plainDraft({ type: "refused", refusal, parked }), stamp, due);
    desk.ledger.commitOne(state, body, message.idem);
  }
  return refused(refusal);
}

/** The booking that this command would repeat under another key; null when it is new. */
function naturalTwin(desk: Desk, command: Command, till: string): BookingRow | null {
  if (command.type === "sale") {
    return desk.store.byNaturalKey(saleNaturalKey({ ...command, till }));
  }
  if (command.type === "offline_redemption") return desk.store.byNaturalKey(offlineNaturalKey(till, command));
  if (command.type !== "return") return null;
  const { sale, request } = command;
  if ("origin" in sale) {
    const place = { origin: sale.origin, seq: sale.sale.seq };
    return desk.store.byNaturalKey(returnNaturalKey(place, request.return_id));
  }
  if ("seq" in sale)
    return desk.store.byNaturalKey(returnNaturalKey({ origin: null, seq: sale.seq }, request.return_id));
  const sales = salesMeant(desk.store, sale);
  if (sales.length === 0) return desk.store.byNaturalKey(parkedNaturalKey(sale, request.return_id));
  const twins = sales.map((seq) => desk.store.byNaturalKey(returnNaturalKey({ origin: null, seq }, request.return_id)));
  return twins.find((twin) => twin !== null) ?? null;
}

/** Whether an exchange names a return that was booked before, or one return twice. */
function reusesReturnId(desk: Desk, command: Command): boolean {
  if (command.type !== "sale") return false;
  const keys = command.exchange.map(({ sale, request }) =>
    returnNaturalKey({ origin: null, seq: sale }, request.return_id),
  );
  return new Set(keys).size < keys.length || keys.some((key) => desk.store.byNaturalKey(key) !== null);
}

function replayTwin(desk: Desk, message: CommandMessage, state: AccountState, twin: BookingRow): CommandAnswer {
  const { command } = message;
  const { body } = twin;
  // A till that has lost its queue sends again what it handed out, with a newer snapshot perhaps: it was handed out once.
  if (command.type === "offline_redemption") return replay(desk, message, twin, true);
  if (command.type === "sale" && body.type === "sale") {
    return sameSale(command, body.sale) ? replay(desk, message, twin, true) : refused({ code: "receipt_reused" });
  }
  const request = body.type === "return" ? body.request : body.type === "return_parked" ? body.parked.request : null;
  if (command.type === "return" && request !== null && sameReturn(command.request, request)) {
    return body.type === "return_parked" ? refused(stillWaiting(state, command)) : replay(desk, message, twin, true);
  }
  return refused({ code: "return_id_reused" });
}

/** The return that waits for its sale under a key. No row has the key until its outcome is booked. */
export function waitingUnder(state: AccountState, idem: string | null): ParkedReturn | null {
  return Object.values(state.parked).find((parked) => parked.idem === idem) ?? null;
}

/** What a return that waits under this key hears; null when its sale was found elsewhere, and it is carried out now. */
function heardWaiting(state: AccountState, message: CommandMessage, waiting: ParkedReturn): Refusal | null {
  const { command } = message;
  const isSame = command.type === "return" && isSameRequest(message, waiting.request_hash);
  if (!isSame) return { code: "idempotency_mismatch" };
  return "origin" in command.sale ? null : stillWaiting(state, command);
}

/** Renders the stored outcome again, as it was: the wallet of that moment, by the rules of that moment. */
function replay(desk: Desk, message: CommandMessage, row: BookingRow, same: boolean): CommandAnswer {
  if (!same) return refused({ code: "idempotency_mismatch" });
  const { body } = row;
  if (body.type === "refused") return { ok: false, replayed: true, refusal: body.refusal };
  if (body.type === "return_parked") return refused({ code: "sale_not_known_yet" });
  const version = body.program ?? message.programs[0].version;
  const program = programOf(message, version);
  if (program === null) return refused({ code: "need_program", version });
  return { ok: true, replayed: true, view: viewOf(desk.ledger.stateAt(body.seq), program, body, row.note) };
}

export function viewOf(
  state: AccountState,
  program: CompiledProgram,
  body: BookingView["body"],
  note: BookingNote | null,
): BookingView {
  const { at_ms } = state;
  return {
    body,
    note,
    wallet: walletOf(state, program, at_ms),
    rewards: rewardsOf(state, program, at_ms),
    issues: issuesOf(state),
  };
}

function programOf(message: CommandMessage, version: number): CompiledProgram | null {
  const payload = message.programs.find((program) => program.version === version);
  return payload === undefined ? null : compiledProgram(payload);
}

/** What an account that has ended answers to everything but its own keys. */
export function buriedRefusal(state: AccountState): Refusal | null {
  if (state.tombstone === null) return null;
  return state.tombstone.kind === "erased"
    ? { code: "account_erased" }
    : { code: "account_moved", to: state.tombstone.to };
}

function refused(refusal: Refusal): CommandAnswer {
  return { ok: false, replayed: false, refusal };
}
