import type { Actor, BookingBody, BookingHeader } from "../../domain/ledger/booking.ts";
import type { Command, HoldEnd } from "../../domain/ledger/command.ts";
import { checkCard } from "../../domain/ledger/decide/card.ts";
import { claimableHold, claimRefusal, decideTender, heldIn } from "../../domain/ledger/decide/tender.ts";
import { plainDraft } from "../../domain/ledger/draft.ts";
import { settle } from "../../domain/ledger/due.ts";
import { claimNaturalKey, tenderNaturalKey } from "../../domain/ledger/natural-key.ts";
import { planStep } from "../../domain/ledger/plan-estate.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import type { AccountState, OpenHold } from "../../domain/ledger/state.ts";
import type { PromisedTender, TenderMove, TenderPendingEvent } from "../../domain/ledger/tender.ts";
import { ok } from "../../domain/result.ts";
import { GIFT_CARD_NO } from "../../domain/tenancy/gift-code.ts";
import { storedHistory } from "./history.ts";
import type { Addressed, Answer } from "./protocol.ts";
import { buriedRefusal, type Desk } from "./run-command.ts";

// A gift card pays a sale of another account. Each step is one synchronous block of one account and may be repeated: the
// gift card promises the hold, the other account books the sale (or, asked, that it never will), the gift card takes it.

/** Asks a gift card to promise a hold to a sale of another account. */
export interface ClaimMessage extends Addressed {
  readonly hold: number;
  /** The account of the sale, as the till named it. */
  readonly account: string;
  readonly by: Actor;
  /** True promises nothing. */
  readonly preview: boolean;
  /** Previews only: the hold was promised to another sale that was not booked. */
  readonly unclaimed?: boolean;
}

/** Takes a promise back that will never be used. */
export interface ReleaseMessage extends Addressed {
  readonly hold: number;
  readonly claim: number;
  readonly by: Actor;
}

/** Asks the account of a sale whether it has used a promise; when not, it never will. */
export interface DeclineMessage extends Addressed {
  /** The gift card's account. */
  readonly giftcard: string;
  readonly hold: number;
  readonly claim: number;
  readonly by: Actor;
  /** True only asks. */
  readonly preview: boolean;
}

/** What a gift card must hear of a booking of another account. */
export interface PendingTender {
  readonly seq: number;
  /** The gift card's account. */
  readonly account: string;
  readonly moved: TenderMove;
  readonly by: Actor;
}

export interface TakeMessage extends Addressed {
  /** The account of the sale or return. */
  readonly from: string;
  readonly tender: Omit<PendingTender, "account">;
}

/** Promises a hold, once per account that asks. */
export function claimHold(desk: Desk, message: ClaimMessage): Answer<Omit<PromisedTender, "account">> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return refused({ code: "hold_unknown", hold: message.hold });
  const { now_ms } = desk;
  const settled = settle(state, now_ms);
  const ended = (hold: number) =>
    endOf(hold, settled.due.expired_holds.includes(hold) ? "expired" : storedHistory(desk.store).holdEnd(hold));
  const found = claimableHold(settled.state, message.hold, { now_ms, ended });
  if (!found.ok) return refused(found.error);
  const hold = found.value;
  if (hold.claim?.account === message.account) return promised(hold, hold.claim.seq);
  const blocked = checkCard(state, GIFT_CARD_NO);
  if (blocked !== null) return refused(blocked);
  const other = message.unclaimed === true ? null : claimRefusal(hold);
  if (other !== null) return refused(other);
  if (message.preview) return promised(hold, 0);
  const event = { type: "hold_claimed", hold: hold.seq, account: message.account } as const;
  const booked = book(desk, state, () => ok([plainDraft(event)]), message);
  return booked.ok ? promised(hold, booked.value.seq) : booked;
}

function endOf(hold: number, end: HoldEnd | null): Refusal {
  return { code: end === null ? "hold_unknown" : `hold_${end}`, hold };
}

function promised(hold: OpenHold, claim: number): Answer<Omit<PromisedTender, "account">> {
  const { seq, what, unit } = hold;
  return { ok: true, value: { hold: seq, claim, what, unit, held: heldIn(hold) } };
}

/** Takes a promise back. A promise that is not there any more is no reason to refuse. */
export function releaseClaim(desk: Desk, message: ReleaseMessage): Answer<null> {
  const state = desk.ledger.current(desk.now_ms);
  if (state?.holds[String(message.hold)]?.claim?.seq !== message.claim) return DONE;
  const event = { type: "hold_claimed", hold: message.hold, account: null } as const;
  const booked = book(desk, state, () => ok([plainDraft(event)]), message);
  return booked.ok ? DONE : booked;
}

/**
 * What an account has made of a promise. Null when it has not used it, and then it never will: a sale that comes later and
 * names it is refused. An account that has moved says so, because the sale may have been booked where it went.
 */
export function declineTender(desk: Desk, message: DeclineMessage): Answer<PendingTender | null> {
  const state = desk.ledger.current(desk.now_ms);
  const { giftcard, hold, claim, preview } = message;
  if (state === null) return { ok: true, value: null };
  const natural_key = claimNaturalKey(giftcard, claim);
  const used = desk.store.byNaturalKey(natural_key);
  if (used !== null) return { ok: true, value: pendingOf(used.body) };
  const buried = buriedRefusal(state);
  if (buried?.code === "account_moved") return refused(buried);
  if (buried !== null || preview) return { ok: true, value: null };
  const event = { type: "refused", refusal: { code: "hold_cancelled", hold }, parked: null } as const;
  const booked = book(desk, state, () => ok([{ ...plainDraft(event), natural_key }]), message);
  return booked.ok ? { ok: true, value: null } : booked;
}

/** Why a sale cannot be paid with what a gift card has promised: the account has used it, or has said that it never will. */
export function usedTender(desk: Desk, command: Command): Refusal | null {
  if (command.type !== "sale" || command.tenders === undefined) return null;
  for (const tender of command.tenders) {
    if ("refused" in tender) continue;
    const used = desk.store.byNaturalKey(claimNaturalKey(tender.account, tender.claim));
    if (used !== null) return endOf(tender.hold, used.body.type === "refused" ? "cancelled" : "captured");
  }
  return null;
}

/** Takes what another account's booking says of a hold; a second delivery changes nothing. */
export function takeTender(desk: Desk, { from, tender, ...message }: TakeMessage): Answer<null> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return refused({ code: "account_unknown" });
  const { seq, moved, by } = tender;
  if (desk.store.byNaturalKey(tenderNaturalKey(from, seq)) !== null) return DONE;
  const end = moved.move === "refund" ? desk.store.holdEnd(moved.hold)?.body : undefined;
  const captured = end?.type === "tender_taken" ? end : null;
  const arrival = { from, seq, moved, captured, now_ms: desk.now_ms };
  const booked = book(desk, state, (settled) => decideTender(settled, arrival), { ...message, by });
  return booked.ok ? DONE : booked;
}

/** What gift cards have yet to hear, oldest first. */
export function openTenders(desk: Desk, { outbox }: AccountState): PendingTender[] {
  return Object.entries(outbox).flatMap(([seq, { tender }]) => {
    const body = tender === true ? desk.store.bySeq(Number(seq))?.body : undefined;
    return body === undefined ? [] : (pendingOf(body) ?? []);
  });
}

/** Whether a gift card has yet to hear of something. */
export function hasTenders({ outbox }: AccountState): boolean {
  for (const seq in outbox) if (outbox[seq]?.tender === true) return true;
  return false;
}

function pendingOf(body: BookingBody): PendingTender | null {
  return body.type === "tender_pending" ? tenderOf(body) : null;
}

function tenderOf({
  seq,
  by,
  account,
  move,
  hold,
  claim,
  booking,
  receipt,
  before,
  after,
}: PendingBooking): PendingTender {
  return { seq, account, by, moved: { move, hold, claim, booking, receipt, before, after } };
}

type PendingBooking = BookingHeader & TenderPendingEvent;

function book(
  desk: Desk,
  state: AccountState,
  decide: Parameters<typeof planStep>[1],
  { by, clock_offset_ms }: { readonly by: Actor; readonly clock_offset_ms: number },
): Answer<BookingBody> {
  const rules = { program: null, timezone: null, request_hash: null, note_digest: null };
  const planned = planStep(state, decide, { now_ms: desk.now_ms, by, clock_offset_ms, ...rules });
  if (!planned.ok) return refused(planned.error);
  desk.ledger.commit(planned.value.bookings, new Map());
  const [booking] = planned.value.bookings;
  return booking === undefined ? refused({ code: "nothing_to_deliver" }) : { ok: true, value: booking.body };
}

const DONE: Answer<null> = { ok: true, value: null };

function refused(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}
