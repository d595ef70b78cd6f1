/**
 * `receipt_on_two_cards`: one receipt stands on two accounts. `chain_broken`: a ledger does not continue what was seen
 * of it before.
 */
export type FlagRule = "receipt_on_two_cards" | "chain_broken";

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
}

export interface Flag {
  readonly rule: FlagRule;
  /** What the rule looked at: a receipt's natural key, or an account. */
  readonly subject: string;
  readonly evidence: readonly Evidence[];
  readonly state: FlagState;
  readonly opened_at_ms: number;
  /** When a person, or the withdrawal of its cause, last changed the state; null while it is as it was opened. */
  readonly resolved_at_ms: number | null;
  readonly resolved_by: string | null;
}

/** Who closes a flag whose cause is gone. */
export const WITHDRAWN = "system:withdrawn";

/**
 * The flag after looking at what stands now. New evidence opens a flag, also one that somebody had closed: they decided on
 * less. The same evidence seen again, in whatever order, changes nothing. Null when there is nothing to flag.
 */
export function weigh(
  known: Flag | null,
  found: Pick<Flag, "rule" | "subject"> & { readonly evidence: readonly Evidence[] },
  now_ms: number,
): Flag | null {
  const accounts = new Set(found.evidence.map(({ account }) => account));
  const stands = found.rule === "chain_broken" ? accounts.size > 0 : accounts.size > 1;
  if (!stands) return withdraw(known, now_ms);
  const seen = new Set((known?.evidence ?? []).map(placeOf));
  const fresh = found.evidence.filter((piece) => !seen.has(placeOf(piece)));
  if (known !== null && fresh.length === 0) return known.resolved_by === WITHDRAWN ? reopened(known) : known;
  return {
    rule: found.rule,
    subject: found.subject,
    evidence: [...(known?.evidence ?? []), ...fresh].sort(byPlace),
    state: "open",
    opened_at_ms: known?.opened_at_ms ?? now_ms,
    resolved_at_ms: null,
    resolved_by: null,
  };
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
