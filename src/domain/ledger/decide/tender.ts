import { sumOf } from "../../program/basket.ts";
import { fail, ok, type Result } from "../../result.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type { BookingBody, HeldPart } from "../booking.ts";
import type { Decision, SaleCommand } from "../command.ts";
import { type Draft, type EntryDraft, plainDraft } from "../draft.ts";
import { captureEntries, releaseEntries } from "../due.ts";
import { sumParts } from "../lot.ts";
import { claimNaturalKey, tenderNaturalKey } from "../natural-key.ts";
import type { Refusal } from "../refusal.ts";
import type { AccountState, OpenHold } from "../state.ts";
import type { ReturnedTender, SaleTender, TenderMove, TenderPendingEvent, TenderTakenEvent } from "../tender.ts";
import { cutParts, isPayment, refundEntries } from "./payment.ts";

/** What a till calls a payment with a gift card in `tender`: it must then be covered. */
const GIFT_CARD_TENDER = "gift_card";

/** What gift cards pay of a sale, each what the ones before it left open; what a hold has beyond that is free again. */
export function payWithTenders(
  { tenders: asked = [], tender }: SaleCommand,
  { payable, paid }: { readonly payable: number; readonly paid: number },
): Result<readonly SaleTender[], Refusal> {
  if (asked.length === 0) return ok([]);
  let open = payable - paid;
  const tenders: SaleTender[] = [];
  for (const one of asked) {
    if ("refused" in one) return fail(one.refused);
    const pays = Math.min(one.held, Math.max(0, open));
    open -= pays;
    tenders.push({ ...one, pays });
  }
  const said = sumOf(tender.filter(({ kind }) => kind === GIFT_CARD_TENDER));
  const pays = paid + paidByTenders(tenders);
  return said > pays ? fail({ code: "tender_not_covered", tender: said, pays }) : ok(tenders);
}

export function paidByTenders(tenders: readonly SaleTender[]): number {
  return sumOf(tenders.map(({ pays }) => ({ amount: pays })));
}

/**
 * What goes back to gift cards when what a sale keeps paid with credit goes from one amount to another. The member's own
 * credit was spent first, so it comes back last.
 *
 * @param own what the member's own credit paid
 */
export function returnedTenders(
  tenders: readonly SaleTender[] = [],
  { own, before, after }: { readonly own: number; readonly before: number; readonly after: number },
): ReturnedTender[] {
  let start = own;
  return tenders.flatMap(({ account, hold, claim, pays }) => {
    const kept = (paid: number) => Math.min(pays, Math.max(0, paid - start));
    const moved = { account, hold, claim, before: kept(before), after: kept(after) };
    start += pays;
    return moved.before > moved.after ? [moved] : [];
  });
}

/** What gift cards must hear of a booking: written together with it, brought by the account's outbox. */
export function pendingTenders(body: BookingBody): Draft[] {
  if (body.type === "sale" && body.tenders !== undefined) {
    const { seq: booking, sale } = body;
    return body.tenders.map(({ account, hold, claim, pays }) => {
      const moved = { move: "capture", hold, claim, booking, receipt: sale.receipt, before: 0, after: pays } as const;
      return { ...pending({ account, ...moved }), natural_key: claimNaturalKey(account, claim) };
    });
  }
  if (body.type !== "return" || body.tenders === undefined) return [];
  const { seq: booking, receipt = "" } = body;
  return body.tenders.map((moved) => pending({ ...moved, move: "refund", booking, receipt }));
}

function pending(moved: Omit<TenderPendingEvent, "type">): Draft {
  return plainDraft({ type: "tender_pending", ...moved });
}

/** Decides what a gift card does with what another account's booking says of it. */
export function decideTender(state: AccountState, { from, seq, moved, captured, now_ms }: TenderArrival): Decision {
  const natural_key = tenderNaturalKey(from, seq);
  const hold = state.holds[String(moved.hold)];
  if (moved.move === "capture") {
    if (hold?.claim?.seq !== moved.claim) return fail({ code: "hold_unknown", hold: moved.hold });
    const { first, rest } = cutParts(hold.parts, moved.after);
    const entries = [...paidEntries(hold, first, moved), ...releaseEntries({ ...hold, parts: rest }, "not_needed")];
    return ok([{ ...plainDraft(taken(from, moved, hold.unit, first), entries), natural_key }]);
  }
  // A return may be brought before its sale; then it is brought again.
  if (hold?.claim?.seq === moved.claim)
    return fail({ code: "hold_claimed", hold: moved.hold, ...hold.claim, claim: moved.claim });
  if (captured === null) return fail({ code: "hold_unknown", hold: moved.hold });
  const entries = backEntries(captured, moved, localDate(now_ms, state.timezone));
  const back = entries.map(({ lot, delta }) => ({ from: lot, amount: delta }));
  return ok([{ ...plainDraft(taken(from, moved, captured.unit, back), entries), natural_key }]);
}

/** What arrives at a gift card, and what it knows of the capture that a return takes back. */
export interface TenderArrival {
  readonly from: string;
  /** Sequence of the pending booking. */
  readonly seq: number;
  readonly moved: TenderMove;
  readonly captured: Pick<TenderTakenEvent, "unit" | "parts"> | null;
  readonly now_ms: number;
}

function taken(
  from: string,
  { move, hold, claim, booking, receipt, before, after }: TenderMove,
  unit: string,
  parts: readonly HeldPart[],
): TenderTakenEvent {
  return { type: "tender_taken", move, hold, claim, booking, receipt, before, after, from, unit, parts };
}

const WHAT = { nl: "betalen met tegoed", en: "payment with credit" } as const;

function paidEntries({ what, unit }: OpenHold, parts: readonly HeldPart[], { receipt }: TenderMove): EntryDraft[] {
  const why = { code: "redeemed", what, receipt } as const;
  return captureEntries({ what, unit, parts }).map((entry) => ({ ...entry, why }));
}

function backEntries(
  { unit, parts }: Pick<TenderTakenEvent, "unit" | "parts">,
  { before, after, receipt }: TenderMove,
  today: LocalDate,
): EntryDraft[] {
  const why = { code: "refunded", what: WHAT, receipt } as const;
  return refundEntries([{ unit, what: WHAT, parts }], { before, after, today }).map((entry) => ({ ...entry, why }));
}

/** A hold that may be promised to a sale of another account: open, in time, and a payment. */
export function claimableHold(
  state: AccountState,
  seq: number,
  { now_ms, ended }: { readonly now_ms: number; readonly ended: (seq: number) => Refusal },
): Result<OpenHold, Refusal> {
  const hold = state.holds[String(seq)];
  if (hold === undefined) return fail(ended(seq));
  if (hold.expires_at_ms <= now_ms) return fail({ code: "hold_expired", hold: seq });
  return isPayment(hold) ? ok(hold) : fail({ code: "hold_unknown", hold: seq });
}

/** Why a hold cannot be used by others: it was promised to a sale of another account, whose fate is not known here. */
export function claimRefusal({ seq: hold, claim }: OpenHold): Refusal | null {
  return claim === undefined ? null : { code: "hold_claimed", hold, account: claim.account, claim: claim.seq };
}

/** What was held. */
export function heldIn({ parts }: OpenHold): number {
  return sumParts(parts);
}
