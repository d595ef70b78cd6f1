import type { ActivityType } from "../../domain/insights/activity.ts";
import type { Flag, FlagState } from "../../domain/insights/flag.ts";
import type { StoredValueRange } from "../../domain/insights/stored-value.ts";
import type { Tally } from "../../domain/insights/tally.ts";
import type { BudgetUse } from "../../domain/program/budget.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";
import type { BasketRow, BookingRow } from "./generation-store.ts";
import type { HandOut, HandOutFilter } from "./hand-out-store.ts";
import type { AuditRow, FlagPlace, Health, Sighting, Walk } from "./store.ts";

// What travels to and from insights: plain data. Every message names the object it is meant for (`to`).

export interface Addressed {
  /** The object's name as text. */
  readonly to: string;
}

/** A booking as it stands in the account's ledger. */
export interface LedgerRow {
  readonly seq: number;
  /** The body's JSON text as hashed. */
  readonly body: string;
  readonly hash_hex: string;
}

/** An account brings bookings, in order. None at all asks how far insights has come. */
export interface PushMessage extends Addressed {
  readonly account: string;
  readonly rows: readonly LedgerRow[];
  /** Attempts that failed before this one. */
  readonly failed_attempts: number;
}

/** The account's newest booking that is projected, 0 for none. The account goes on from there, whatever it had sent. */
export interface PushAnswer {
  readonly seq: number;
}

/** An account whose ledger is deleted: what its members could have claimed lapses. */
export interface CloseMessage extends Addressed {
  readonly account: string;
  readonly at_ms: number;
}

export interface FeedQuery extends Addressed {
  /** The place from the page before; null begins with the newest. */
  readonly before: number | null;
  /** 1 … 100. */
  readonly limit: number;
  readonly account: string | null;
  readonly location: string | null;
  /** Null for what people do; see {@link FEED_TYPES}. */
  readonly types: readonly ActivityType[] | null;
}

/** Types that say something to a person; the others keep the books. */
export const FEED_TYPES: readonly ActivityType[] = [
  "opened",
  "sale",
  "return",
  "return_parked",
  "hold",
  "hold_captured",
  "hold_cancelled",
  "offline_redemption",
  "adjustment",
  "opening",
  "loaded",
  "action",
  "card_issued",
  "card_blocked",
  "erased",
  "handed_over",
  "absorbed",
  "transfer_sent",
  "deleted",
];

export interface FeedItem extends BookingRow {
  /** Whether a sale was wholly taken back since. */
  readonly voided: boolean;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  readonly next: number | null;
}

export interface TotalsQuery extends Addressed {
  readonly from: LocalDate;
  readonly to_day: LocalDate;
  /** Null for all locations. */
  readonly location: string | null;
}

export interface DayTotals {
  readonly day: LocalDate;
  /** Null for what happened at no location. */
  readonly location: string | null;
  readonly tally: Tally;
}

export interface Totals {
  readonly days: readonly DayTotals[];
  readonly sum: Tally;
}

/** A span of time: from included, to not. */
export interface ActiveMembersQuery extends Addressed {
  readonly from_ms: number;
  readonly to_ms: number;
}

export interface FlagsQuery extends Addressed {
  readonly state: FlagState | null;
  readonly behind: FlagPlace | null;
  readonly limit: number;
}

export type FlagView = Flag & { readonly id: string };

export interface FlagPage {
  readonly flags: readonly FlagView[];
  readonly next: FlagPlace | null;
}

export interface FlagQuery extends Addressed {
  readonly id: string;
}

export interface ResolveFlagMessage extends Addressed {
  readonly id: string;
  readonly state: FlagState;
  /** Cards that were blocked for it; none when absent. */
  readonly blocked_cards?: Flag["blocked_cards"];
  /** Who decides; a person, never the system. */
  readonly by: AuditWho;
  readonly at_ms: number;
}

/** Who did something at the dashboard, in which role. */
export interface AuditWho {
  readonly who: string;
  readonly role: string;
  readonly location: string | null;
}

export interface AuditEntry extends AuditWho {
  /** Like `member.viewed`. */
  readonly action: string;
  /** Id of what it was done to; null when it concerns no single thing. */
  readonly subject: string | null;
  readonly at_ms: number;
}

/** Actions that show or change a member's own data; they count for who-saw-my-data. Till scans are none. */
export const SIGHTING_ACTIONS: readonly string[] = ["member.viewed", "member.exported", "member.adjusted"];

export interface AuditMessage extends Addressed {
  readonly entries: readonly AuditEntry[];
}

export interface AuditQuery extends Addressed {
  readonly before: number | null;
  readonly location: string | null;
  readonly limit: number;
}

export interface AuditPage {
  readonly entries: readonly (AuditRow & { readonly at_ms: number })[];
  readonly next: number | null;
}

export interface SightingsQuery extends Addressed {
  readonly subject: string;
}

export interface BasketsQuery extends Addressed {
  readonly after: number;
  readonly limit: number;
}

export interface AnchorsQuery extends Addressed {
  readonly after: string;
  readonly limit: number;
}

export interface AnchorRow {
  readonly account: string;
  readonly seq: number;
  readonly hash_hex: string;
}

export interface WalkMessage extends Addressed {
  readonly kind: Walk["kind"];
}

/** `running`: a walk was under way already; a repair gives way to a rebuild, nothing to a repair. */
export type WalkAnswer = "started" | "running" | "nothing_here";

export interface HealthView extends Health {
  readonly exists: boolean;
  readonly generation: number;
  readonly walk: Walk | null;
  readonly broken_chains: number;
  /** How long bookings took to get here since this instance woke, in milliseconds. */
  readonly delay: { readonly count: number; readonly p50: number; readonly p99: number };
}

/** What a promotion with a budget has given over all accounts. */
export interface BudgetView extends BudgetUse {
  /** Whether it gives no more. */
  readonly used_up: boolean;
}

export interface StoredValueQuery extends Addressed, StoredValueRange {}

export interface HandOutsQuery extends Addressed, HandOutFilter {}

export type { HandOut };

export type { AuditRow, BasketRow, BookingRow, FlagPlace, Sighting, Walk };
