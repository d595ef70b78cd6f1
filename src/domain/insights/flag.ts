import type { ActivityType } from "./activity.ts";
import { WATCH_RULES, type WatchRule } from "./watch.ts";

/**
 * `receipt_on_two_cards`: one receipt stands on two accounts. `chain_broken`: a ledger does not continue what was seen
 * of it before. `offline_shortfall`: a reward was handed out without a connection, for units that were not there any more.
 * The others say that something was more than the merchant finds usual.
 */
export const FLAG_RULES = ["receipt_on_two_cards", "chain_broken", "offline_shortfall", ...WATCH_RULES] as const;
export type FlagRule = "receipt_on_two_cards" | "chain_broken" | "offline_shortfall" | WatchRule;

/** A person decides: `fine` means nothing is wrong, `blocked` that something was done about it. */
export type FlagState = "open" | "fine" | "blocked";
export const FLAG_STATES: readonly FlagState[] = ["open", "fine", "blocked"];

/** One booking that speaks for a flag. */
export interface Evidence {
  readonly account: string;
  readonly seq: number;
  readonly at_ms: number;
  readonly location: string | null;
  readonly till: string | null;
  readonly staff: string | null;
  readonly total: number | null;
  readonly receipt: string | null;
  /** What kind of booking it is; absent for a sale, and where only a place is known. */
  readonly type?: ActivityType;
  /** The card that was shown; absent when the member was named otherwise. */
  readonly card_no?: number;
  /** The hold that was redeemed. */
  readonly hold?: number;
}

export interface Flag {
  readonly rule: FlagRule;
  /** What the rule looked at: a receipt's natural key, an account, or an account, person, till or location and a day. */
  readonly subject: string;
  /** How much of it the merchant found usual when it was judged last; absent where nothing is. */
  readonly usual?: number;
  readonly evidence: readonly Evidence[];
  readonly state: FlagState;
  readonly opened_at_ms: number;
  /** When a person, or the withdrawal of its cause, last changed the state; null while it is as it was opened. */
  readonly resolved_at_ms: number | null;
  readonly resolved_by: string | null;
  /** The cards that were blocked with the decision; absent when none was. */
  readonly blocked_cards?: readonly { readonly account: string; readonly card_no: number }[];
}

/** Bookings that one flag names; more of them say nothing more. */
export const EVIDENCE_MAX = 50;

/** Who closes a flag whose cause is gone. */
export const WITHDRAWN = "system:withdrawn";

/**
 * The flag after looking at what stands now. New evidence opens a flag, also one that somebody had closed: they decided on
 * less. The same evidence seen again, in whatever order, changes nothing. Null when there is nothing to flag.
 */
export function weigh(
  known: Flag | null,
  found: Pick<Flag, "rule" | "subject" | "usual" | "evidence">,
  now_ms: number,
): Flag | null {
  if (!isFinding(found)) return withdraw(known, now_ms);
  const seen = new Set((known?.evidence ?? []).map(placeOf));
  const room = found.usual === undefined ? Infinity : Math.max(0, EVIDENCE_MAX - seen.size);
  const fresh = found.evidence.filter((piece) => !seen.has(placeOf(piece))).slice(0, room);
  if (known !== null && fresh.length === 0) return known.resolved_by === WITHDRAWN ? reopened(known) : known;
  return {
    rule: found.rule,
    subject: found.subject,
    ...(found.usual === undefined ? {} : { usual: found.usual }),
    evidence: [...(known?.evidence ?? []), ...fresh].sort(byPlace),
    state: "open",
    opened_at_ms: known?.opened_at_ms ?? now_ms,
    resolved_at_ms: null,
    resolved_by: null,
  };
}

function isFinding({ rule, usual, evidence }: Pick<Flag, "rule" | "usual" | "evidence">): boolean {
  if (usual !== undefined) return evidence.length > usual;
  const accounts = new Set(evidence.map(({ account }) => account));
  return accounts.size > (rule === "receipt_on_two_cards" ? 1 : 0);
}

/** The cause is gone: an open flag closes, one that a person closed stays as it is. */
function withdraw(known: Flag | null, now_ms: number): Flag | null {
  if (known === null || known.state !== "open") return known;
  return { ...known, state: "fine", resolved_at_ms: now_ms, resolved_by: WITHDRAWN };
}

function reopened(known: Flag): Flag {
  return { ...known, state: "open", resolved_at_ms: null, resolved_by: null };
}

function placeOf({ account, seq }: Evidence): string {
  return `${account}:${seq}`;
}

function byPlace(left: Evidence, right: Evidence): number {
  if (left.account !== right.account) return left.account < right.account ? -1 : 1;
  return left.seq - right.seq;
}
