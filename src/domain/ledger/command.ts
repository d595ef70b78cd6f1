import type { ClosedBudget } from "../program/budget.ts";
import type { BasketLine } from "../program/basket.ts";
import type { Result } from "../result.ts";
import type { LocalDate } from "../time/local-date.ts";
import type {
  BookingBody,
  Estate,
  HandOverReason,
  ReturnRequest,
  SaleByReceipt,
  SaleEvent,
  SeenSnapshot,
} from "./booking.ts";
import type { Draft } from "./draft.ts";
import type { Refusal } from "./refusal.ts";
import type { AskedTender } from "./tender.ts";

/** What may be asked of an account that exists. Amounts in minor units or whole units; times in epoch ms, already clamped. */
export type Command =
  | SaleCommand
  | ReturnCommand
  | HoldCommand
  | HoldActionCommand
  | OfflineRedemptionCommand
  | PaperCardCommand
  | AdjustmentCommand
  | ActionCommand
  | GiftCommand
  | LoadCommand
  | IssueCommand
  | CancelIssueCommand
  | IssueCardCommand
  | BlockCardCommand
  | TransferCommand
  | { readonly type: "erase" };

export interface SaleCommand {
  readonly type: "sale";
  readonly receipt: string;
  readonly register: string | null;
  readonly business_date: string;
  readonly occurred_at_ms: number;
  /** IANA zone of the place of sale, in which promotions run; the programme's when absent. */
  readonly zone?: string;
  /** The till's own time was outside the window. */
  readonly clamped: boolean;
  readonly backfilled: boolean;
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly BasketLine[];
  readonly tender: readonly { readonly kind: string; readonly amount: number }[];
  readonly card_no: number | null;
  /** Promotions that are known to have given all that they may; none when absent. */
  readonly closed_budgets?: readonly ClosedBudget[];
  /** What the till took off by levels and promotions, by their ids, in minor units; none when absent. */
  readonly offers?: readonly { readonly id: string; readonly discount: number }[];
  /** Sequences of holds to capture with this sale. */
  readonly holds: readonly number[];
  /** Holds of gift cards that pay this sale; none when absent. */
  readonly tenders?: readonly AskedTender[];
  /** Previews only: holds that were promised to other sales count as free, because none of those was booked. */
  readonly unclaimed?: true;
  /** The merchant gives nothing for sales just now: it is booked and earns nothing, for good. */
  readonly earning_paused?: boolean;
  /** Returns inside an exchange: lines of earlier sales of this account that come back with this sale. */
  readonly exchange: readonly ExchangeReturn[];
}

export interface ExchangeReturn {
  readonly sale: number;
  readonly request: ReturnRequest;
}

export interface ReturnCommand {
  readonly type: "return";
  readonly sale: { readonly seq: number } | SaleByReceipt | ForeignSale;
  readonly request: ReturnRequest;
  /** The accounts that went up in this one were asked for the sale, and have it not. */
  readonly searched?: boolean;
}

export interface HoldCommand {
  readonly type: "hold";
  /** A reward for its cost, one that was issued to the member by `{sequence}.{place}`, or units as payment. */
  readonly ask:
    | { readonly reward: string }
    | { readonly issue: string }
    | { readonly unit: string; readonly amount: number };
  readonly lines: readonly BasketLine[] | null;
  readonly sale_total: number | null;
  readonly card_no: number | null;
}

/** Takes the stamps of a half-full paper card over. */
export interface PaperCardCommand {
  readonly type: "paper_card";
  readonly stamp_card: string;
  readonly stamps: number;
  readonly card_no: number | null;
}

/** A reward that a till handed out while it had no connection, against a signed balance. */
export interface OfflineRedemptionCommand {
  readonly type: "offline_redemption";
  readonly ask: Exclude<HoldCommand["ask"], { readonly issue: string }>;
  readonly lines: readonly BasketLine[] | null;
  readonly sale_total: number | null;
  readonly card_no: number | null;
  /** When it was handed out; it counts on that day. */
  readonly handed_out_at_ms: number;
  readonly snapshot: Omit<SeenSnapshot, "available"> & { readonly balances: Readonly<Record<string, number>> };
}

export interface HoldActionCommand {
  readonly type: "capture" | "cancel" | "renew";
  readonly hold: number;
}

export interface AdjustmentCommand {
  readonly type: "adjustment" | "opening";
  readonly unit: string;
  readonly delta: number;
  readonly card_no: number | null;
  /** An opening balance that was paid for with money; it was given when absent. */
  readonly origin?: "paid";
}

export interface ActionCommand {
  readonly type: "action";
  readonly action: string;
  readonly subject: string | null;
  readonly card_no: number | null;
  /** Nobody asked for it; a refusal is nothing to keep. */
  readonly automatic?: boolean;
}

/** Gives units by hand. */
export interface GiftCommand {
  readonly type: "gift";
  readonly unit: string;
  readonly amount: number;
  readonly card_no: number | null;
}

/** Puts value on a gift card. */
export interface LoadCommand {
  readonly type: "load";
  readonly amount: number;
  readonly origin: "paid" | "granted";
  /** Last local day; null leaves it to the programme. */
  readonly expires_on: LocalDate | null;
}

/** Gives a reward to be redeemed later: by hand for nothing, or for its cost. */
export interface IssueCommand {
  readonly type: "issue";
  readonly origin: "gift" | "claim";
  readonly reward: string;
  /** Last local day; null leaves it to the reward. */
  readonly expires_on: LocalDate | null;
  readonly card_no: number | null;
}

export interface CancelIssueCommand {
  readonly type: "cancel_issue";
  readonly issue: string;
}

export interface IssueCardCommand {
  readonly type: "issue_card";
  readonly card_kind: "digital" | "plastic";
  /** The card it replaces and blocks; null adds a card. */
  readonly replaces: number | null;
}

/** Sends units to another member. */
export interface TransferCommand {
  readonly type: "transfer";
  /** The account that gets them. */
  readonly to: string;
  readonly unit: string;
  readonly amount: number;
  readonly card_no: number | null;
}

export interface BlockCardCommand {
  readonly type: "block_card";
  readonly card_no: number;
}

/** A sale in the ledger of an account that went up in this one, read from there. */
export interface ForeignSale {
  readonly origin: string;
  readonly sale: SaleBooking;
  /** Its latest return while it was still an account of its own. */
  readonly last_return: BookingBody | null;
}

/** How one account goes up in another: the first books that it ends, the second that it has everything, the first that it knows. */
export type EstateCommand = HandOverCommand | AbsorbCommand | DeliveredCommand;

/** Ends the account: all it has goes to another. Cannot be undone. */
export interface HandOverCommand {
  readonly type: "hand_over";
  readonly to: string;
  readonly reason: HandOverReason;
}

/** Takes in what another account handed over; once per account, however often it is delivered. */
export interface AbsorbCommand {
  readonly type: "absorb";
  readonly from: string;
  readonly reason: HandOverReason;
  readonly estate: Estate;
  /** The giver's booking, when it may bring more than one parcel. */
  readonly parcel?: number;
}

/** The receiver has confirmed a delivery. */
export interface DeliveredCommand {
  readonly type: "delivered";
  readonly delivered: number;
  /** The receiver is not there any more. */
  readonly failed?: boolean;
}

/** A booking of a sale, as found in the ledger. */
export type SaleBooking = BookingBody & SaleEvent;

/** How a hold that is no longer open ended. */
export type HoldEnd = "captured" | "cancelled" | "expired";

/** What a decision may read of the past besides the state. */
export interface History {
  /** The sale booked under this sequence, and its latest return. */
  sale(seq: number): { readonly sale: SaleBooking; readonly last_return: BookingBody | null } | null;
  /** The sale that a return means, newest first when several fit. */
  findSale(wanted: SaleByReceipt): number | null;
  /** How a hold ended; null when there never was one. */
  holdEnd(seq: number): HoldEnd | null;
  /** The latest return booked here of a sale that stands in another account's ledger. */
  foreignReturn(origin: string, seq: number): BookingBody | null;
}

export type Decision = Result<readonly Draft[], Refusal>;
