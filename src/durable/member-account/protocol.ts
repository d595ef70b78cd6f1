import type { Actor, BookingBody, BookingNote, CardOrigin, SaleByReceipt } from "../../domain/ledger/booking.ts";
import type { Command, HoldEnd } from "../../domain/ledger/command.ts";
import type { Lot } from "../../domain/ledger/lot.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import type { CardState } from "../../domain/ledger/state.ts";
import type { IssueView, RewardView, Wallet } from "../../domain/ledger/view.ts";

// What travels between a Worker and an account: plain data. Every message names the object it is meant for (`to`).

export interface Addressed {
  /** The account's object name as text. */
  readonly to: string;
  /** How far a test clock runs ahead; 0 in live mode. */
  readonly clock_offset_ms: number;
}

/** A programme as it travels: the exact text, so that each isolate parses a version once. */
export interface ProgramPayload {
  readonly version: number;
  readonly hash: string;
  readonly json: string;
}

/** Programmes a message carries: the one in force first, then versions that the account asked for. */
export type ProgramPayloads = readonly [ProgramPayload, ...ProgramPayload[]];

export interface OpenMessage extends Addressed {
  /** The number of the digital card the account is born with; null for none. */
  readonly card_no: number | null;
  readonly by: Actor;
}

/** A command under an idempotency key. */
export interface CommandMessage extends Addressed {
  readonly command: Command;
  readonly by: Actor;
  readonly till: string;
  /** `{till}:{key}`; null only for a preview. */
  readonly idem: string | null;
  /** SHA-256 (hex) of the request with the account it resolved to. */
  readonly request_hash: string;
  /** The same for the account that was named, when that one has moved here. */
  readonly former_hash?: string;
  /** The same for every account on the way from that one to this. */
  readonly passed_hashes?: readonly string[];
  /** A card that was shown, as the account that issued it knows it, when that one has moved here. */
  readonly shown?: CardOrigin;
  /** Free text of the request; it stays out of the hashed body. */
  readonly note: Omit<BookingNote, "salt"> | null;
  readonly programs: ProgramPayloads;
  /** True decides without writing. */
  readonly preview: boolean;
  /** True opens an account that does not exist yet: a receipt account comes into being with its sale. */
  readonly opens?: boolean;
}

/** A booking with the account as it stood right after it. A replay gives the same view as the first answer. */
export interface BookingView {
  readonly body: BookingBody;
  readonly note: BookingNote | null;
  readonly wallet: Wallet;
  readonly rewards: readonly RewardView[];
  /** Absent from an account of a release that knew none. */
  readonly issues?: readonly IssueView[];
}

export type CommandAnswer =
  | { readonly ok: true; readonly replayed: boolean; readonly view: BookingView }
  | { readonly ok: false; readonly replayed: boolean; readonly refusal: Refusal };

/** Whether a key was used in this account before; asked of the former owners of an identifier. */
export interface KeyQuery extends Addressed {
  readonly idem: string;
}

/** What a booking has taken of a reward's stock. */
export type StockClaim =
  | { readonly state: "free" }
  /** Until when it certainly does; null for good. */
  | { readonly state: "taken"; readonly until_ms: number | null };

/** The account has ended and knows no such booking: ask the one that carries on. */
export interface MovedClaim {
  readonly moved_to: string;
}

export interface BirthdayMessage extends Addressed {
  /** "MM-DD"; null when the member has told none. */
  readonly born_on: string | null;
}

export interface WalletQuery extends Addressed {
  readonly programs: ProgramPayloads;
}

export interface CardView extends CardState {
  readonly metadata: Readonly<Record<string, string>>;
}

/** An issued reward with what the giver wrote; null when nothing, and once the member was erased. */
export interface MessagedIssue extends IssueView {
  readonly message: string | null;
}

export interface AccountView {
  readonly wallet: Wallet;
  readonly rewards: readonly RewardView[];
  /** Absent from an account of a release that knew none. */
  readonly issues?: readonly MessagedIssue[];
  readonly cards: readonly CardView[];
  readonly opened_at_ms: number;
  readonly seq: number;
  readonly open_holds: number;
  /** The birthday that the account knows, "MM-DD"; null when none. Absent where the programme celebrates none. */
  readonly born_on?: string | null;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

/** A page of bookings, in ledger order or newest first. */
export interface BookingsQuery extends Addressed {
  /** Only bookings beyond this sequence in the given order; null starts at the end that the order names. */
  readonly beyond_seq: number | null;
  readonly order: "asc" | "desc";
  /** 1 … 200. */
  readonly limit: number;
  /** Only bookings of these types; null for all. */
  readonly types: readonly BookingBody["type"][] | null;
}

export interface StoredBooking {
  readonly body: BookingBody;
  readonly note: BookingNote | null;
}

export interface BookingQuery extends Addressed {
  readonly seq: number;
}

/** Whether a sale stands here, by its natural key. */
export interface StandingQuery extends Addressed {
  readonly receipt: string;
}

export interface Standing {
  /** False when there is no such sale, or all of it came back. */
  readonly stands: boolean;
  /** The account that carries on for this one; null when it goes on itself. */
  readonly moved_to: string | null;
}

/** A sale by its place; null means the first, which is the only one of a receipt account. */
export interface SaleQuery extends Addressed {
  readonly seq: number | null;
  /** By its receipt instead; the newest that fits. */
  readonly receipt?: SaleByReceipt;
}

/** A sale in another account's ledger. */
export interface ForeignReturnQuery extends Addressed {
  readonly origin: string;
  readonly seq: number;
  /** This return of it, instead of the latest. */
  readonly return_id?: string;
}

/** A booking, and the account that carries on for the one it stands in. */
export interface OwnedBooking {
  readonly owner: string;
  /** Null when there is no such booking. */
  readonly story: BookingStory | null;
}

/** A booking with what became of it. */
export interface BookingStory extends StoredBooking {
  /** Returns of a sale, oldest first. */
  readonly returns: readonly StoredBooking[];
  /** The key under which a hold was asked for; null for other bookings. */
  readonly hold_idem: string | null;
  /** How a hold ended; null while it is open, or when the booking is no hold. */
  readonly hold_end: { readonly end: HoldEnd; readonly at_ms: number } | null;
  /** Until when a hold is held, or was when it ended. */
  readonly hold_expires_at_ms: number | null;
}

/** A lot and the unit it is of. */
export interface UnitLot extends Lot {
  readonly unit: string;
}

/** Rows of the chain as stored, for the verifier. */
export interface ChainPage {
  readonly rows: readonly {
    readonly seq: number;
    readonly body: string;
    readonly hash_hex: string;
    readonly note: string | null;
  }[];
  readonly head_seq: number;
}
