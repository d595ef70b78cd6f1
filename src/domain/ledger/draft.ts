import type { Actor, BookingBody, BookingEvent, Entry, EntryFact } from "./booking.ts";
import type { GivenGift } from "./dated-gift.ts";
import type { Due } from "./due.ts";
import type { IssuedReward } from "./issued.ts";
import { addToLots, type LotKey } from "./lot.ts";
import { type AccountState, EMPTY_UNIT, inBucket, unitState } from "./state.ts";

/** An entry before it has a place in the ledger. */
export interface EntryDraft {
  readonly unit: string;
  readonly lot: LotKey;
  readonly delta: number;
  readonly why: EntryFact;
}

/** What a decision wants booked. */
export interface Draft {
  readonly event: BookingEvent;
  readonly entries: readonly EntryDraft[];
  readonly issued?: readonly IssuedReward[];
  readonly revoked_issues?: readonly string[];
  /** Natural key that the booking takes; null when it has none. */
  readonly natural_key: string | null;
  /** Sequence of a sale's booking whose natural key becomes free again. */
  readonly frees: number | null;
}

/** What the account adds to a draft when it commits it. */
export interface Stamp {
  readonly now_ms: number;
  readonly by: Actor;
  readonly request_hash: string | null;
  readonly note_digest: string | null;
  readonly clock_offset_ms: number;
  /** Version of the programme in force for the command; null when the account acts by itself. */
  readonly program: number | null;
  /** The programme's time zone; null when the account acts by itself. */
  readonly timezone: string | null;
}

/** What rides along on the first booking of a command: what time has changed, and dated gifts. */
export interface Along extends Due {
  readonly gifts?: readonly GivenGift[];
}

const NOTHING_DUE: Along = { expired_holds: [], expired_issues: [], entries: [] };

/** Gives a draft its place after `state`: what was due goes first, and every entry gets the amount that remains. */
export function finishDraft(
  state: AccountState | null,
  draft: Draft,
  stamp: Stamp,
  due: Along = NOTHING_DUE,
): BookingBody {
  const header = {
    v: 1 as const,
    seq: (state?.seq ?? 0) + 1,
    at_ms: Math.max(stamp.now_ms, state?.at_ms ?? 0),
    by: stamp.by,
    ...(stamp.request_hash === null ? {} : { request_hash: stamp.request_hash }),
    ...(stamp.program === null ? {} : { program: stamp.program }),
    ...(due.expired_holds.length === 0 ? {} : { expired_holds: due.expired_holds }),
    entries: withAmountsAfter(state, [...due.entries, ...draft.entries]),
    ...(draft.issued === undefined ? {} : { issued: draft.issued }),
    ...(due.gifts === undefined || due.gifts.length === 0 ? {} : { gifts: due.gifts }),
    ...(due.expired_issues.length === 0 ? {} : { expired_issues: due.expired_issues }),
    ...(draft.revoked_issues === undefined ? {} : { revoked_issues: draft.revoked_issues }),
    ...(stamp.note_digest === null ? {} : { note_digest: stamp.note_digest }),
    ...(stamp.clock_offset_ms === 0 ? {} : { clock_offset_ms: stamp.clock_offset_ms }),
    ...(stamp.timezone === null || stamp.timezone === (state?.timezone ?? null) ? {} : { timezone: stamp.timezone }),
  };
  return { ...header, ...draft.event };
}

function withAmountsAfter(state: AccountState | null, drafts: readonly EntryDraft[]): Entry[] {
  const units = new Map<string, ReturnType<typeof unitState>>();
  return drafts
    .filter((draft) => draft.delta !== 0)
    .map(({ unit, lot, delta, why }) => {
      const current = units.get(unit) ?? (state === null ? EMPTY_UNIT : unitState(state, unit));
      const next = { ...current, lots: addToLots(current.lots, lot, delta) };
      units.set(unit, next);
      return { unit, lot, delta, after: inBucket(next, lot.bucket), why };
    });
}

/** A draft that takes no natural key and frees none. */
export function plainDraft(event: BookingEvent, entries: readonly EntryDraft[] = []): Draft {
  return { event, entries, natural_key: null, frees: null };
}
