import type { HandOutEnd, HandOutMove } from "../../domain/insights/hand-out.ts";
import type { IssueOrigin } from "../../domain/ledger/issued.ts";
import type { LocalizedText } from "../../domain/program/document-parts.ts";
import type { RewardTerms } from "../../domain/program/reward-terms.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";

export const HAND_OUT_STATES = ["open", "handed_over", "cancelled"] as const;
export type HandOutState = (typeof HAND_OUT_STATES)[number];

/** Who did something at a till, and when. */
export interface HandOutDeed {
  readonly at_ms: number;
  readonly location: string | null;
  readonly till: string | null;
  readonly staff: string | null;
}

/** Something that was promised to a member, and what became of it. */
export interface HandOut {
  readonly place: number;
  /** Place in the booking that promised it. */
  readonly item: number;
  readonly account: string;
  /** Sequence of that booking. */
  readonly seq: number;
  readonly state: HandOutState;
  readonly day: LocalDate;
  /** The redemption that holds it, or that handed it over; null while none does. */
  readonly hold: number | null;
  readonly reward: string;
  readonly what: LocalizedText;
  readonly origin: IssueOrigin | "redemption";
  readonly expires_on: LocalDate | null;
  readonly terms: RewardTerms;
  readonly asked: HandOutDeed;
  /** Null while it is open. */
  readonly resolved: HandOutDeed | null;
  /** Why it was cancelled; null otherwise. */
  readonly end: HandOutEnd | null;
}

export interface HandOutFilter {
  readonly state: HandOutState | null;
  readonly kinds: readonly string[];
  /** Days on which it was asked for, both included. */
  readonly from: LocalDate;
  readonly to_day: LocalDate;
  readonly behind: { readonly place: number; readonly item: number } | null;
  readonly order: "asc" | "desc";
  readonly limit: number;
}

/** A booking that moves something. */
export interface HandOutBooking {
  readonly place: number;
  readonly account: string;
  readonly seq: number;
  readonly day: LocalDate;
  readonly deed: HandOutDeed;
}

type Promised = Pick<HandOut, "reward" | "what" | "origin" | "expires_on" | "terms" | "asked">;
type Raw = {
  place: number;
  item: number;
  account: string;
  seq: number;
  state: HandOutState;
  day: string;
  hold: number | null;
  promise: string;
  resolved: string | null;
  why: HandOutEnd | null;
};

/** All SQL about what must be handed over, of one generation. Every method is synchronous. */
export class HandOutStore {
  readonly #sql: SqlStorage;
  readonly #generation: number;

  constructor(sql: SqlStorage, generation: number) {
    this.#sql = sql;
    this.#generation = generation;
  }

  apply(booking: HandOutBooking, move: HandOutMove): void {
    const { account } = booking;
    switch (move.move) {
      case "open":
        return this.#open(booking, move);
      case "held":
        return this.#update(
          "hold = ?",
          "account = ? AND issue = ? AND state = 'open'",
          [move.hold],
          account,
          move.issue,
        );
      case "handed_over":
        return this.#resolve(booking, "handed_over", null, "hold = ? AND state = 'open'", move.hold);
      case "released":
        this.#resolve(booking, "cancelled", move.end, "hold = ? AND issue IS NULL AND state = 'open'", move.hold);
        return this.#update("hold = NULL", "account = ? AND hold = ? AND state = 'open'", [], account, move.hold);
      case "over":
        return this.#resolve(booking, "cancelled", move.end, "issue = ? AND state = 'open'", move.issue);
      case "back": {
        const stood = { ...booking, account: move.origin ?? account };
        return this.#resolve(stood, "cancelled", "returned", "hold = ? AND state = 'handed_over'", move.hold);
      }
      case "gone":
        return this.#resolve(booking, "cancelled", "erased", "state = 'open'");
      case "moved":
        this.#sql.exec(
          "DELETE FROM hand_out WHERE generation = ? AND account = ? AND state = 'open'",
          this.#generation,
          account,
        );
    }
  }

  /** In the order in which things were asked for. */
  list({ state, kinds, from, to_day, behind, order, limit }: HandOutFilter): HandOut[] {
    const [side, by] = order === "asc" ? [">", "ASC"] : ["<", "DESC"];
    const edge = behind ?? { place: order === "asc" ? -1 : Number.MAX_SAFE_INTEGER, item: 0 };
    return this.#sql
      .exec<Raw>(
        `SELECT place, item, account, seq, state, day, hold, promise, resolved, why FROM hand_out
         WHERE generation = ?1 AND (place, item) ${side} (?2, ?3) AND (?4 IS NULL OR state = ?4)
           AND day >= ?5 AND day <= ?6 AND kind IN (SELECT value FROM json_each(?7))
         ORDER BY place ${by}, item ${by} LIMIT ?8`,
        this.#generation,
        edge.place,
        edge.item,
        state,
        from,
        to_day,
        JSON.stringify(kinds),
        limit,
      )
      .toArray()
      .map(readHandOut);
  }

  #open({ place, account, seq, day, deed }: HandOutBooking, move: Extract<HandOutMove, { move: "open" }>): void {
    const { index, hold, reward, what, origin, expires_on, terms } = move;
    const promise: Promised = { reward, what, origin, expires_on, terms, asked: deed };
    this.#sql.exec(
      `INSERT INTO hand_out (generation, place, item, account, seq, issue, state, day, kind, hold, promise)
       VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)`,
      this.#generation,
      place,
      index,
      account,
      seq,
      hold === null ? `${seq}.${index}` : null,
      day,
      terms.kind,
      hold,
      JSON.stringify(promise),
    );
  }

  #resolve(
    { account, deed }: HandOutBooking,
    state: HandOutState,
    end: HandOutEnd | null,
    where: string,
    ...bindings: (string | number)[]
  ): void {
    const set = [state, JSON.stringify(deed), end];
    this.#update("state = ?, resolved = ?, why = ?", `account = ? AND ${where}`, set, account, ...bindings);
  }

  #update(set: string, where: string, values: (string | number | null)[], ...bindings: (string | number)[]): void {
    this.#sql.exec(
      `UPDATE hand_out SET ${set} WHERE generation = ? AND ${where}`,
      ...values,
      this.#generation,
      ...bindings,
    );
  }
}

function readHandOut({ promise, resolved, why, ...row }: Raw): HandOut {
  const promised: Promised = JSON.parse(promise);
  const deed: HandOutDeed | null = resolved === null ? null : JSON.parse(resolved);
  return { ...row, ...promised, resolved: deed, end: why };
}
