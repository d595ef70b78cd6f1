import type { LocalizedText } from "../program/document-parts.ts";
import type { HeldPart } from "./booking.ts";
import type { Refusal } from "./refusal.ts";

// A gift card that pays a sale of somebody else: two ledgers, in steps that may each be repeated. The gift card promises the
// hold to the account of the sale (`hold_claimed`), that account books the sale and what is pending (`tender_pending`), the
// gift card takes it (`tender_taken`), and the account notes that it has (`delivered`). A return goes the same way back.

/** What a gift card pays of a sale that stands in another account. Amounts in minor units. */
export interface SaleTender {
  /** The gift card's account, and its hold. */
  readonly account: string;
  readonly hold: number;
  /** The gift card's booking that promised the hold. */
  readonly claim: number;
  readonly what: LocalizedText;
  readonly unit: string;
  /** What the hold held, and what of it the sale needed. */
  readonly held: number;
  readonly pays: number;
}

/** How what a gift card pays of a sale moves with a return. */
export interface ReturnedTender extends Pick<SaleTender, "account" | "hold" | "claim"> {
  readonly before: number;
  readonly after: number;
}

/** What must become of a gift card's hold because of a booking in another ledger. */
export interface TenderMove {
  readonly move: "capture" | "refund";
  readonly hold: number;
  readonly claim: number;
  /** The sale or return, in the ledger where it was booked. */
  readonly booking: number;
  readonly receipt: string;
  /** Minor units that the gift card pays of the sale, before and after. */
  readonly before: number;
  readonly after: number;
}

/** A gift card promises a hold to the account of a sale: nothing else ends it until that account says that it has no such sale. */
export interface HoldClaimedEvent {
  readonly type: "hold_claimed";
  readonly hold: number;
  /** The account; null takes the promise back. */
  readonly account: string | null;
}

/** A gift card has yet to hear of this. */
export interface TenderPendingEvent extends TenderMove {
  readonly type: "tender_pending";
  /** The gift card's account. */
  readonly account: string;
}

/** A gift card has paid a sale of another account, or has its share of a return. */
export interface TenderTakenEvent extends TenderMove {
  readonly type: "tender_taken";
  /** The account that booked the sale or return. */
  readonly from: string;
  readonly unit: string;
  /** What was captured or came back, by the lots it was held from. */
  readonly parts: readonly HeldPart[];
}

/** A gift card's hold as a sale names it: promised, or why the gift card refuses it. */
export type AskedTender = PromisedTender | { readonly refused: Refusal };

export type PromisedTender = Omit<SaleTender, "pays">;
