import type { BasketLine } from "../program/basket.ts";
import type { BudgetUse } from "../program/budget.ts";
import type { LocalizedText } from "../program/document-parts.ts";
import type { EarnFact, FrozenContext, UnitOutcome } from "../program/earn.ts";
import type { Remainder } from "../program/remainder.ts";
import type { Effect } from "../program/effect.ts";
import type { RewardTerms } from "../program/reward-terms.ts";
import type { TierPrice } from "../program/reward-price.ts";
import type { Offer } from "../program/offer.ts";
import type { AccountKind } from "../tenancy/account-id.ts";
import type { LocalDate } from "../time/local-date.ts";
import type { ChallengeStates, ChallengeStep } from "./challenge.ts";
import type { GivenGift, GivenGifts } from "./dated-gift.ts";
import type { LotKey } from "./lot.ts";
import type { MeterChange, Meters } from "./meter.ts";
import type { IssuedReward, IssueOrigin } from "./issued.ts";
import type { RedeemedCounts } from "./redeemed.ts";
import type { Refusal } from "./refusal.ts";
import type { HoldClaimedEvent, ReturnedTender, SaleTender, TenderPendingEvent, TenderTakenEvent } from "./tender.ts";

/**
 * One committed row of an account's ledger. The body is stored once as JSON text, hashed into the chain, and never
 * rewritten; a correction is a new booking. No personal data and no free text stand in a body: those are in the note,
 * of which the body keeps a salted digest.
 *
 * Everything the state needs is in the body, so the state is a fold over bodies and needs no rules.
 */
export type BookingBody = BookingHeader & BookingEvent;

export interface BookingHeader {
  /** Version of this shape. */
  readonly v: 1;
  /** Position in the account's ledger, from 1, without gaps. */
  readonly seq: number;
  /** When the account committed it; never smaller than the booking before. */
  readonly at_ms: number;
  readonly by: Actor;
  /** SHA-256 (hex) of the request that caused it; absent when the account acted by itself. */
  readonly request_hash?: string;
  /** Programme version in force for the command; absent when the account acted by itself. */
  readonly program?: number;
  /** What was due when this was booked: holds whose time had passed. Their entries come first. */
  readonly expired_holds?: readonly number[];
  readonly entries: readonly Entry[];
  /** Rewards that this booking gives the member to redeem later. */
  readonly issued?: readonly IssuedReward[];
  /** Dated gifts that were due when this was booked; rewards they issue have places from 512 on. */
  readonly gifts?: readonly GivenGift[];
  /** Issued rewards that were over when this was booked, and those that it takes back; by `{sequence}.{place}`. */
  readonly expired_issues?: readonly string[];
  readonly revoked_issues?: readonly string[];
  /** SHA-256 (hex) of the note's JSON text, salt included; absent without a note. */
  readonly note_digest?: string;
  /** How far a test clock runs ahead; absent in live mode. */
  readonly clock_offset_ms?: number;
  /** The programme's time zone, in which lots open and expire; absent while it stays the same. */
  readonly timezone?: string;
}

/** Who asked for a booking. */
export type Actor =
  | {
      readonly kind: "till";
      readonly till: string;
      readonly location: string;
      readonly key: string;
      readonly staff?: string;
    }
  | { readonly kind: "system"; readonly job: "alarm" | "parked_return" | "registry" | "join" | "claim" | "flag" };

/** One change of one unit inside a booking. Deltas of a unit over all its lots and buckets add up to its balance. */
export interface Entry {
  readonly unit: string;
  readonly lot: LotKey;
  readonly delta: number;
  /** What the bucket of this unit holds after this entry. */
  readonly after: number;
  readonly why: EntryFact;
}

/** Why an issued reward was taken back; `handed_out`: the member had it from a till without a connection. */
export type RevokedBecause = "returned" | "cancelled" | "handed_out";

/** Why an entry was made, as facts; sentences are rendered on read. */
export type EntryFact =
  | EarnFact
  | { readonly code: "returned"; readonly kept: EarnFact }
  | { readonly code: "reserved"; readonly what: LocalizedText; readonly price?: TierPrice }
  | { readonly code: "released"; readonly what: LocalizedText; readonly reason: ReleaseReason }
  | { readonly code: "redeemed"; readonly what: LocalizedText; readonly price?: TierPrice; readonly receipt?: string }
  | { readonly code: "restored"; readonly what: LocalizedText }
  | { readonly code: "revoked"; readonly what: LocalizedText; readonly reason: RevokedBecause }
  | { readonly code: "bought"; readonly what: LocalizedText }
  | { readonly code: "bonus"; readonly what: LocalizedText; readonly percent: number }
  | { readonly code: "bought_back"; readonly what: LocalizedText }
  | { readonly code: "refunded"; readonly what: LocalizedText; readonly receipt?: string }
  | { readonly code: "gifted" }
  | { readonly code: "adjusted" }
  | { readonly code: "opening" }
  | { readonly code: "action"; readonly what: LocalizedText }
  | { readonly code: "challenge"; readonly what: LocalizedText }
  | { readonly code: "dated_gift"; readonly what: LocalizedText }
  | { readonly code: "challenge_lost"; readonly what: LocalizedText }
  | { readonly code: "became_available" }
  | { readonly code: "expired"; readonly on: LocalDate }
  | { readonly code: "debt_paid" }
  | { readonly code: "extended"; readonly until: LocalDate }
  | { readonly code: "handed_over"; readonly reason: HandOverReason }
  | { readonly code: "absorbed"; readonly reason: HandOverReason };

/** Why what was reserved is free again; `not_needed`: the sale cost less. */
export type ReleaseReason = "cancelled" | "expired" | "not_needed";

export type BookingEvent =
  | OpenedEvent
  | DueEvent
  | SaleEvent
  | ReturnEvent
  | ParkedReturnEvent
  | HoldEvent
  | HoldResolvedEvent
  | HoldRenewedEvent
  | OfflineRedemptionEvent
  | AdjustmentEvent
  | ActionEvent
  | GiftEvent
  | LoadedEvent
  | IssuedEvent
  | IssueCancelledEvent
  | CardEvent
  | ErasedEvent
  | HandedOverEvent
  | AbsorbedEvent
  | DeliveredEvent
  | TransferSentEvent
  | HoldClaimedEvent
  | TenderPendingEvent
  | TenderTakenEvent
  | RefusedEvent;

export type BookingType = BookingEvent["type"];

export interface OpenedEvent {
  readonly type: "opened";
  /** The object's name, so that a ledger read from disk says whose it is. */
  readonly object: string;
  readonly account_kind: AccountKind;
  /** The digital card an account is born with. */
  readonly card_no: number | null;
}

/** Nothing but what was due; booked by the alarm. */
export interface DueEvent {
  readonly type: "due";
}

/** How a rule's remainder moved in a booking. */
export interface RemainderChange {
  readonly rule: string;
  readonly before: Remainder | null;
  readonly after: Remainder;
}

export interface SaleEvent {
  readonly type: "sale";
  readonly sale: SaleFacts;
  readonly frozen: FrozenContext;
  readonly outcomes: readonly UnitOutcome[];
  readonly remainders: readonly RemainderChange[];
  /** Holds that this sale captured, with the parts they spent and what they gave. */
  readonly captures: readonly Capture[];
  readonly warnings: readonly SaleWarning[];
  /** What the till has taken off by a level or a promotion, and what it could have; absent when there was nothing. */
  readonly offers?: readonly SaleOffer[];
  /** How counters moved; absent when none did. */
  readonly meters?: readonly MeterChange[];
  /** Rules that begin to wait because they gave something; absent when none does. */
  readonly cooldowns?: readonly string[];
  /** Challenges that this sale counts for; absent when none. */
  readonly challenges?: readonly ChallengeStep[];
  /** What promotions with a budget gave; absent when none did. */
  readonly budgets?: readonly BudgetUse[];
  /** What its lines of kind `top_up` gave; absent when there were none. */
  readonly topped_up?: ToppedUp;
  /** What its lines of kind `strip_card` gave; absent when there were none. */
  readonly strips?: readonly SoldStrips[];
  /** What gift cards paid of it; absent when none did. */
  readonly tenders?: readonly SaleTender[];
}

/** Strips that a sale sold. */
export interface SoldStrips {
  readonly unit: string;
  readonly what: LocalizedText;
  readonly count: number;
}

/** Credit that was topped up: what was paid, and what came on top. */
export interface ToppedUp {
  readonly unit: string;
  readonly paid: number;
  readonly granted: number;
}

/** An offer of a sale: applied by the till, which says what it took off, or open to it. */
export interface SaleOffer extends Offer {
  readonly applied: boolean;
}

export interface SaleFacts {
  readonly receipt: string;
  readonly register: string | null;
  /** Business day of the location, "YYYY-MM-DD". */
  readonly business_date: string;
  readonly occurred_at_ms: number;
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly BasketLine[];
  readonly tender: readonly { readonly kind: string; readonly amount: number }[];
  /** The card that was shown; null when the member was named otherwise. */
  readonly card_no: number | null;
  readonly backfilled: boolean;
  /** Minor units that rewards took off and that earn all the same, when the programme earns on the gross price. */
  readonly gross_up: number;
  /** Minor units of the total that were paid with credit, the member's and gift cards'; absent when nothing was. */
  readonly paid_with_credit?: number;
}

export interface Capture {
  /** Sequence of the hold's booking. */
  readonly hold: number;
  readonly reward: string | null;
  readonly what: LocalizedText;
  readonly unit: string;
  readonly parts: readonly HeldPart[];
  readonly effect: Effect;
  /** Local date on which the reward was asked for: limits count by it. */
  readonly taken_on?: LocalDate;
  /** The issued reward that was used up; absent when units were spent. */
  readonly issued?: IssuedReward;
  /** What the reward is to the merchant; absent when it only changes the basket and its cost is not known. */
  readonly terms?: RewardTerms;
}

/** A part of a hold: the lot it came from and returns to. */
export interface HeldPart {
  readonly from: LotKey;
  readonly amount: number;
}

export type SaleWarning =
  | { readonly code: "occurred_at_clamped" }
  | { readonly code: "foreign_currency"; readonly currency: string }
  | { readonly code: "earning_paused" }
  | { readonly code: "total_differs"; readonly difference: number }
  | { readonly code: "effect_not_in_basket"; readonly hold: number }
  | { readonly code: "top_up_not_credited"; readonly reason: "no_member" | "foreign_currency" | "no_credit" }
  | { readonly code: "strips_not_credited"; readonly reason: "no_member" | "foreign_currency" | "unknown_card" }
  | { readonly code: "offer_not_open"; readonly offer: string }
  | { readonly code: "promotion_budget_used_up"; readonly promotion: string; readonly name: LocalizedText };

export interface ReturnEvent {
  readonly type: "return";
  readonly return_id: string;
  /** As the till asked for it: a retry under another key must ask for the same. */
  readonly request: ReturnRequest;
  /** Sequence of the sale's booking. */
  readonly sale: number;
  /** The account in whose ledger the sale stands, when it went up in this one; null for a sale of this account. */
  readonly origin: string | null;
  /** What was given back in this return. */
  readonly lines: readonly ReturnedLine[];
  /** Minor units given back in this return, in the sale's currency. */
  readonly amount: number;
  readonly currency: string;
  /** What remains of the sale after this and all earlier returns. */
  readonly kept: KeptSale;
  readonly outcomes: readonly UnitOutcome[];
  readonly remainders: readonly RemainderChange[];
  /**
   * Units that should have been taken back but were already spent; negative where an earlier return of the sale wrote off
   * more than is wanted by now.
   */
  readonly written_off: readonly { readonly unit: string; readonly amount: number }[];
  /** How far this and all earlier returns have come; absent when nothing was taken, and when nothing is left of the sale. */
  readonly clawed?: readonly ClawedBack[];
  /** True when nothing of the sale is left. */
  readonly full: boolean;
  /** Spent units that went back to the member because the whole sale was returned. */
  readonly restored: readonly Capture[];
  /** What became of the coupon that the sale had given; absent when it gave none. */
  readonly coupon?: ReturnedCoupon;
  /** Sequence of the parked return that this one carries out; null when the sale was known. */
  readonly parked: number | null;
  /** How counters of the sale's day moved; absent when none did. */
  readonly meters?: readonly MeterChange[];
  /** Challenges that the sale had counted for and now counts less for; absent when none. */
  readonly challenges?: readonly ChallengeStep[];
  /** What is kept of the strips that the sale sold; absent when it sold none. */
  readonly strips?: readonly SoldStrips[];
  /** How many strips go on paying for what is kept, by the hold they came from; absent when none paid. */
  readonly paid_with_strips?: readonly { readonly hold: number; readonly count: number }[];
  /** What is kept of the sale's top-up; absent when it had none. */
  readonly topped_up?: ToppedUp;
  /** Minor units of what is kept that are paid with credit; absent when the sale was not. */
  readonly paid_with_credit?: number;
  /** Of the amount, what was stored value, such as a top-up; absent when nothing was. */
  readonly stored_value?: number;
  /** What went back to the budgets of promotions, negative; absent when nothing did. */
  readonly budgets?: readonly BudgetUse[];
  /** What goes back to gift cards that paid the sale; absent when nothing does. */
  readonly tenders?: readonly ReturnedTender[];
  /** The sale's receipt, for those gift cards. */
  readonly receipt?: string;
}

/** What returns of a sale have taken of what it gave in one unit, in all. */
export interface ClawedBack {
  readonly unit: string;
  /** Why the sale gave it: earned, bought with money, on top of that, or for a challenge. */
  readonly of: "earned" | "bought" | "bonus" | "challenge";
  /** What was not there any more. */
  readonly written_off: number;
  /** What was taken of what was earned, in that order, and the lots it came from. */
  readonly parts?: readonly HeldPart[];
  /** The challenge. */
  readonly what?: LocalizedText;
}

/** The coupon of a sale after a return of it. */
export interface ReturnedCoupon {
  /** The promotion whose coupon stands now; null when none does. */
  readonly promotion: string | null;
  /** The one that this return took back. */
  readonly taken_back?: LocalizedText;
  /** The kept basket gives it no more, but it was used or is over. */
  readonly gone?: true;
  /** One that an open redemption holds: it ends with that redemption unless it is used, as if it lasted until that day. */
  readonly recalled?: { readonly issue: string; readonly what: LocalizedText; readonly until: LocalDate };
}

export interface ReturnedLine {
  readonly line: string;
  readonly quantity_milli: number;
  readonly amount: number;
}

export interface KeptSale {
  /** Per line of the sale that was touched: the quantity kept, and minor units given back beyond its share by quantity. */
  readonly lines: readonly KeptLine[];
  /** Given back as bare amounts, not tied to lines, in all. */
  readonly amount_returned: number;
}

export interface KeptLine {
  readonly line: string;
  readonly quantity_milli: number;
  readonly amount_off: number;
}

/** A return whose sale has not arrived yet; applied when it does. */
export interface ParkedReturnEvent {
  readonly type: "return_parked";
  readonly parked: ParkedReturn;
}

export interface HoldEvent {
  readonly type: "hold";
  /** The reward, or null when units are spent as payment. */
  readonly reward: string | null;
  readonly what: LocalizedText;
  readonly unit: string;
  readonly parts: readonly HeldPart[];
  readonly effect: Effect;
  readonly expires_at_ms: number;
  readonly taken_on?: LocalDate;
  /** The issued reward that is redeemed, by `{sequence}.{place}`; absent when units are spent. */
  readonly issued_reward?: string;
  /** What the reward asks of the sale, and the spending that the till had named when it was held; absent when it asks nothing. */
  readonly minimum?: SpendMinimum;
  /** The level's own price that was paid; absent when it was everybody's. */
  readonly price?: TierPrice;
  readonly terms?: RewardTerms;
}

export interface SpendMinimum {
  /** Minor units, like all money. */
  readonly spend: number;
  /** Null while the basket was not known. */
  readonly known: number | null;
}

export interface HoldResolvedEvent {
  readonly type: "hold_captured" | "hold_cancelled";
  readonly hold: number;
  readonly reward: string | null;
  readonly unit: string;
  readonly parts: readonly HeldPart[];
  readonly terms?: RewardTerms;
}

export interface HoldRenewedEvent {
  readonly type: "hold_renewed";
  readonly hold: number;
  readonly expires_at_ms: number;
}

/** What a till without a connection knew of the account when it handed a reward out. */
export interface SeenSnapshot {
  /** Sequence of the account when the balance was signed. */
  readonly seq: number;
  readonly issued_at_ms: number;
  /** What the unit had free to spend then. */
  readonly available: number;
}

/** A reward that was handed out before the account knew: spent as far as it can be, once and for good. */
export interface OfflineRedemptionEvent {
  readonly type: "offline_redemption";
  readonly reward: string | null;
  readonly what: LocalizedText;
  readonly unit: string;
  /** Units it costs; what is not there any more is the shortfall. */
  readonly cost: number;
  readonly parts: readonly HeldPart[];
  readonly shortfall: number;
  /** What became of the shortfall; null when there was none. */
  readonly shortfall_is: "debt" | "written_off" | null;
  readonly effect: Effect;
  /** Minor units by which it counts towards the allowance. */
  readonly value: number;
  readonly handed_out_at_ms: number;
  /** Local date of that, by which limits and the allowance count. */
  readonly taken_on: LocalDate;
  readonly snapshot: SeenSnapshot;
  readonly meters: readonly MeterChange[];
}

export interface AdjustmentEvent {
  readonly type: "adjustment" | "opening";
  readonly unit: string;
  readonly amount: number;
  /** The stamp card of which a half-full paper card was taken in; absent for other openings. */
  readonly paper_card?: string;
  /** How counters moved; absent when none did. */
  readonly meters?: readonly MeterChange[];
}

/** Something the member did besides buying. */
export interface ActionEvent {
  readonly type: "action";
  readonly action: string;
  /** What it was about, in the till's words, such as the friend who was referred; null when it needs none. */
  readonly subject: string | null;
  readonly unit: string;
  readonly amount: number;
  readonly meters: readonly MeterChange[];
}

/** Units given by hand. */
export interface GiftEvent {
  readonly type: "gift";
  readonly unit: string;
  readonly amount: number;
}

/** Value put on a gift card: sold for money, or given. */
export interface LoadedEvent {
  readonly type: "loaded";
  readonly unit: string;
  readonly amount: number;
  readonly origin: "paid" | "granted";
}

/** A reward given by hand, or paid for now and collected later; what was issued stands in the header. */
export interface IssuedEvent {
  readonly type: "issued";
  readonly origin: Extract<IssueOrigin, "gift" | "claim">;
}

export interface IssueCancelledEvent {
  readonly type: "issue_cancelled";
  readonly issue: string;
}

export interface CardEvent {
  readonly type: "card_issued" | "card_blocked";
  readonly card_no: number;
  /** `digital` cards are tokens, `plastic` cards numbers in the registry. */
  readonly card_kind: "digital" | "plastic";
  /** The card that this one replaces and blocks, or null. */
  readonly replaces: number | null;
}

export interface ErasedEvent {
  readonly type: "erased";
  /** The account sees to it itself that the rest of the person is forgotten; absent in bookings of earlier releases. */
  readonly forgets?: true;
}

/** Why one account goes up in another. */
export type HandOverReason = "claim" | "merge" | "transfer";

/** What keeps a member from being given something too soon or too often; it goes along, or a merge would start it anew. */
export interface PastGiven {
  /** When rules with a cooldown last gave something; absent when none did. */
  readonly last_gave_at_ms?: Readonly<Record<string, number>>;
  /** When the latest sale was; absent when there was none. */
  readonly last_sale_at_ms?: number;
  /** How often rewards were redeemed, without the issued rewards that go along by themselves; absent when none was. */
  readonly redeemed?: RedeemedCounts;
}

/** Everything an account hands over when it goes up in another. */
export interface Estate extends PastGiven {
  /** Free and waiting amounts, by unit; held amounts are released first. */
  readonly lots: readonly { readonly unit: string; readonly lot: LotKey; readonly amount: number }[];
  /** Issued rewards that were not used; absent when there are none. */
  readonly issued?: readonly IssuedReward[];
  readonly remainders: Readonly<Record<string, Remainder>>;
  /** The zone in which its lots open and expire; absent when the giver never heard of one. */
  readonly timezone?: string;
  /** Counters that rules look at; absent when there are none. */
  readonly meters?: Meters;
  /** What was done of challenges; rewards they gave are named by their place in `issued`. Absent when there is nothing. */
  readonly challenges?: ChallengeStates;
  /** Which dated gifts were given last; absent when none was. */
  readonly dated_gifts?: GivenGifts;
  /** The member's cards, for good; absent when a receipt hands over. */
  readonly cards?: readonly EstateCard[];
  /** Returns that wait for their sale. */
  readonly parked?: readonly ParkedReturn[];
  /** Accounts of members that went up in this one before. */
  readonly absorbed?: readonly string[];
}

/** Where a card was issued, which its QR text goes on saying. */
export interface CardOrigin {
  readonly account: string;
  readonly card_no: number;
}

/** A card on its way to another account. */
export interface EstateCard {
  readonly card_no: number;
  readonly card_kind: "digital" | "plastic";
  readonly state: "active" | "blocked";
  readonly issued_at_ms: number;
  /** Absent for a card of the giver's own. */
  readonly origin?: CardOrigin;
}

/** A card that came along, under the number it has here. */
export interface ArrivedCard extends EstateCard {
  readonly origin: CardOrigin;
  /** The number it had in the account that handed it over. */
  readonly former_no: number;
}

/** The account's last booking but for its acknowledgement: everything leaves, and what comes later is answered `moved`. */
export interface HandedOverEvent {
  readonly type: "handed_over";
  /** The account that carries on. */
  readonly to: string;
  readonly reason: HandOverReason;
  readonly estate: Estate;
}

/** What another account handed over has arrived. */
export interface AbsorbedEvent {
  readonly type: "absorbed";
  /** The account that went up in this one. */
  readonly from: string;
  readonly reason: HandOverReason;
  readonly remainders: readonly RemainderChange[];
  /** Counters that came along; absent when none did. */
  readonly meters?: readonly MeterChange[];
  /** What was given when, and how often; absent when nothing was, and in bookings of earlier releases. */
  readonly past?: PastGiven;
  /** What was done of challenges there; absent when nothing. */
  readonly challenges?: ChallengeStates;
  /** Which dated gifts were given there last; absent when none was. */
  readonly dated_gifts?: GivenGifts;
  /** Cards that came along. */
  readonly cards?: readonly ArrivedCard[];
  /** Accounts that had gone up in the giver before. */
  readonly absorbed?: readonly string[];
}

/** The receiver has confirmed; nothing is left to deliver. */
export interface DeliveredEvent {
  readonly type: "delivered";
  /** Sequence of the booking that was delivered. */
  readonly delivered: number;
  /** The receiver is not there any more, and what was on its way is back; or a gift card did not take what it was to pay. */
  readonly failed?: true;
}

/** Units on their way to another member; they stand reserved until they have arrived. */
export interface TransferSentEvent {
  readonly type: "transfer_sent";
  /** The account that gets them. */
  readonly to: string;
  readonly what: LocalizedText;
  readonly unit: string;
  readonly parts: readonly HeldPart[];
}

/** A refusal decided from the ledger, kept under its key so that a retry hears the same. It has no entries. */
export interface RefusedEvent {
  readonly type: "refused";
  readonly refusal: Refusal;
  /** The parked return that turned out impossible; null otherwise. */
  readonly parked: number | null;
}

/** How a return names its sale when it cannot name the sale's id. Null means not given. */
export interface SaleByReceipt {
  readonly receipt: string;
  readonly tills: readonly string[] | null;
  readonly register: string | null;
  readonly business_date: string | null;
}

/** Which lines come back. By id, or by sku with the newest unreturned line first. A null quantity means all that is left. */
export interface ReturnLineRequest {
  readonly line: string | null;
  readonly sku: string | null;
  readonly quantity_milli: number | null;
  readonly amount: number | null;
}

export interface ReturnRequest {
  readonly return_id: string;
  /** Null lines and null total give back the whole sale. */
  readonly lines: readonly ReturnLineRequest[] | null;
  readonly total: number | null;
}

export interface ParkedReturn {
  readonly sale: SaleByReceipt;
  readonly request: ReturnRequest;
  /** The key under which the till will ask again, and the hash of its request. */
  readonly idem: string;
  readonly request_hash: string;
}

/** Free text and other people's words that belong to a booking. Removed when the member is erased. */
export interface BookingNote {
  /** Random, so that the digest in the body says nothing once the note is gone. */
  readonly salt: string;
  readonly reason?: string;
  /** What a gift says to the member. */
  readonly message?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}
