import type { RewardTerms } from "../program/reward-terms.ts";
import type { TierPrice } from "../program/reward-price.ts";
import type { Remainders } from "../program/remainder.ts";
import type { AccountKind } from "../tenancy/account-id.ts";
import type { CardOrigin, HeldPart, ParkedReturn, SpendMinimum } from "./booking.ts";
import type { ChallengeStates } from "./challenge.ts";
import type { GivenGifts } from "./dated-gift.ts";
import type { OpenIssues } from "./issued.ts";
import type { RedeemedCounts } from "./redeemed.ts";
import type { Effect } from "../program/effect.ts";
import type { LocalizedText } from "../program/document-parts.ts";
import type { Meters } from "./meter.ts";
import type { LocalDate } from "../time/local-date.ts";
import { type Bucket, type Lot, sumParts } from "./lot.ts";

/** Everything an account knows, folded from its bookings. Plain JSON: it is stored as a checkpoint every 32 bookings. */
export interface AccountState {
  readonly seq: number;
  readonly at_ms: number;
  readonly account_kind: AccountKind;
  readonly opened_at_ms: number;
  readonly units: Readonly<Record<string, UnitState>>;
  readonly remainders: Remainders;
  /** Counters that rules look at; absent until there are any. */
  readonly meters?: Meters;
  /** When rules with a cooldown last gave something, by rule, in the sales' own time; absent until one did. */
  readonly last_gave_at_ms?: Readonly<Record<string, number>>;
  /** When the latest sale was, in the sales' own time; absent before the first. */
  readonly last_sale_at_ms?: number;
  /** Open holds by the sequence of their booking. */
  readonly holds: Readonly<Record<string, OpenHold>>;
  readonly cards: Readonly<Record<string, CardState>>;
  /** Returns that wait for their sale, by the sequence of their booking. */
  readonly parked: Readonly<Record<string, WaitingReturn>>;
  /** Issued rewards that were not used; absent before the first. */
  readonly issued?: OpenIssues;
  /** What was done of challenges; absent before the first. */
  readonly challenges?: ChallengeStates;
  /** Which dated gifts were given last; absent before the first. */
  readonly dated_gifts?: GivenGifts;
  /** How often rewards were redeemed, by reward; absent before the first. */
  readonly redeemed?: RedeemedCounts;
  readonly clock_offset_ms: number;
  /** IANA zone in which lots open and expire. */
  readonly timezone: string;
  /** Bookings that another account must still hear of, by their sequence. */
  readonly outbox: Readonly<Record<string, Delivery>>;
  readonly tombstone: Tombstone | null;
  /** Accounts of members that went up in this one; absent when none did. Their sales stand in their own ledgers. */
  readonly absorbed?: readonly string[];
}

/** A return that waits for its sale, with the digest of the note that came with it. */
export interface WaitingReturn extends ParkedReturn {
  readonly note_digest: string | null;
}

export interface UnitState {
  readonly lots: readonly Lot[];
  /** Sums over the account's life: earned and otherwise added, spent on redemptions, taken back by returns, written off. */
  readonly lifetime: {
    readonly added: number;
    readonly spent: number;
    readonly returned: number;
    readonly expired: number;
  };
}

export interface OpenHold {
  readonly seq: number;
  readonly reward: string | null;
  readonly what: LocalizedText;
  readonly unit: string;
  readonly parts: readonly HeldPart[];
  readonly effect: Effect;
  readonly expires_at_ms: number;
  readonly taken_on?: LocalDate;
  readonly issued?: string;
  readonly minimum?: SpendMinimum;
  readonly price?: TierPrice;
  readonly terms?: RewardTerms;
  /** A gift card's hold that was promised to a sale of another account; absent otherwise. */
  readonly claim?: { readonly account: string; readonly seq: number };
}

export interface CardState {
  readonly card_no: number;
  readonly kind: "digital" | "plastic";
  readonly state: "active" | "blocked";
  readonly issued_at_ms: number;
  /** Sequence of the booking that issued it, or that blocked it by name: its note has the card's metadata. */
  readonly booking: number;
  /** The account that issued it, when it came along from another; absent for a card of this account's own. */
  readonly origin?: CardOrigin;
}

/** What is on its way to another account. */
export interface Delivery {
  /** The account that gets it; empty when nothing goes anywhere, but the rest of an erased person must be forgotten. */
  readonly to: string;
  readonly since_ms: number;
  /** A gift card must hear what it pays; absent for everything else. */
  readonly tender?: true;
}

export type Tombstone = { readonly kind: "erased" } | { readonly kind: "merged"; readonly to: string };

export const EMPTY_UNIT: UnitState = { lots: [], lifetime: { added: 0, spent: 0, returned: 0, expired: 0 } };

export function unitState(state: AccountState, unit: string): UnitState {
  return state.units[unit] ?? EMPTY_UNIT;
}

/** What a unit holds in one bucket; debt counts against `available`. */
export function inBucket(unit: UnitState, bucket: Bucket): number {
  return sumParts(unit.lots.filter((lot) => lot.bucket === bucket));
}
