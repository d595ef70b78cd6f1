import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { BookingBody } from "../../src/domain/ledger/booking.ts";
import { findBreak, genesisHash, type Sha256 } from "../../src/domain/ledger/chain.ts";
import { applyBooking, UNBORN } from "../../src/domain/ledger/fold.ts";
import { brokenInvariants } from "../../src/domain/ledger/invariants.ts";
import type { AccountState } from "../../src/domain/ledger/state.ts";
import { accountKindOf } from "../../src/domain/tenancy/account-id.ts";
import { parseObjectName } from "../../src/domain/tenancy/object-name.ts";

/** A booking as it lies on disk. */
export interface LedgerRow {
  readonly seq: number;
  readonly body: string;
  readonly hash: Uint8Array;
  readonly note: string | null;
  readonly checkpoint: string | null;
}

/** What is wrong, and where: the booking, or null when it is the ledger as a whole. */
export interface Finding {
  readonly seq: number | null;
  readonly problem: string;
}

export interface LedgerReport {
  readonly bookings: number;
  readonly entries: number;
  readonly findings: readonly Finding[];
}

/** A ledger with more broken links than this is beyond naming each. */
const BREAKS_MAX = 20;

const sha256: Sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** The object's name as the ledger's first booking tells it; null when it tells none. */
export function objectOf(first: LedgerRow | undefined): string | null {
  const body = first === undefined ? null : parseBody(first);
  if (body?.type !== "opened") return null;
  const name = parseObjectName(body.object);
  return name !== null && accountKindOf(name.id) === name.kind ? body.object : null;
}

/**
 * Adds a whole ledger up again: the chain of hashes, the sequence, the state that the bookings fold to with what each
 * entry says remains, the invariants, the stored checkpoints, and the digests of notes.
 */
export function checkLedger(object: string, rows: readonly LedgerRow[]): LedgerReport {
  const { findings, entries } = checkFold(rows);
  const all = [...chainFindings(object, rows), ...findings];
  return { bookings: rows.length, entries, findings: all.sort((left, right) => (left.seq ?? 0) - (right.seq ?? 0)) };
}

/** Every link that does not hold. Behind a broken one the check goes on from the hash as stored. */
function chainFindings(object: string, rows: readonly LedgerRow[]): Finding[] {
  const findings: Finding[] = [];
  let start = { seq: 0, hash: genesisHash(sha256, object) };
  for (let rest = rows; findings.length < BREAKS_MAX; rest = rest.filter((row) => row.seq > start.seq)) {
    const broken = findBreak(sha256, start, rest);
    if (broken === null) return findings;
    if (broken.problem === "gap") {
      findings.push({ seq: broken.seq, problem: "the booking is missing" });
      const next = rest.find((row) => row.seq > broken.seq);
      if (next === undefined) return findings;
      start = { seq: next.seq, hash: next.hash };
    } else {
      findings.push({ seq: broken.seq, problem: "the hash does not fit the body and the booking before" });
      const row = rest.find(({ seq }) => seq === broken.seq);
      start = { seq: broken.seq, hash: row?.hash ?? start.hash };
    }
  }
  return findings;
}

/** Folds until a booking does not fit; what comes after it cannot be judged. */
function checkFold(rows: readonly LedgerRow[]): { readonly findings: Finding[]; readonly entries: number } {
  const findings: Finding[] = [];
  const missingNotes: Finding[] = [];
  let state: AccountState | null = null;
  let entries = 0;
  for (const row of rows) {
    const { seq } = row;
    const note = (problem: string) => findings.push({ seq, problem });
    const body = parseBody(row);
    if (body === null) {
      note("the body is not JSON");
      break;
    }
    const folded = fold(state, body, seq);
    if (typeof folded === "string") {
      note(folded);
      break;
    }
    state = folded;
    entries += body.entries.length;
    brokenInvariants(state).forEach(note);
    if (row.checkpoint !== null && !isSame(row.checkpoint, state)) note("the checkpoint differs from the fold");
    const noteProblem = checkNote(row.note, body);
    if (noteProblem === "missing") missingNotes.push({ seq, problem: "the note is missing" });
    else if (noteProblem !== null) note(noteProblem);
  }
  // Erasing a member removes the notes, and nothing else does.
  return { findings: state?.tombstone?.kind === "erased" ? findings : [...findings, ...missingNotes], entries };
}

/** The state after the booking, or what keeps it from following. */
function fold(state: AccountState | null, body: BookingBody, seq: number): AccountState | string {
  if (body.seq !== seq) return `the body says it is booking ${body.seq}`;
  try {
    return applyBooking(state, body);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Whether a checkpoint is the state. One that an earlier release stored may lack what states have had since, and nothing
 * else: all that a state has had from the beginning is there, and the same lots, holds and cards.
 */
function isSame(checkpoint: string, state: AccountState): boolean {
  try {
    const stored: unknown = JSON.parse(checkpoint);
    const folded: unknown = JSON.parse(JSON.stringify(state));
    return (
      isRecord(stored) && isRecord(folded) && Object.keys(UNBORN).every((key) => key in stored) && fits(stored, folded)
    );
  } catch {
    return false;
  }
}

/** Each part that the checkpoint has: collections with the same members, of which each has what it was stored with. */
function fits(stored: Stored, folded: Stored): boolean {
  return Object.entries(stored).every(([key, value]) => {
    const now = folded[key];
    if (!isRecord(value) || !isRecord(now)) return isDeepStrictEqual(value, now);
    const isCollection = key in UNBORN && key !== "tombstone";
    if (isCollection && !isDeepStrictEqual(Object.keys(value).sort(), Object.keys(now).sort())) return false;
    return fits(value, now);
  });
}

type Stored = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Stored {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkNote(note: string | null, { note_digest }: BookingBody): string | null {
  if (note === null) return note_digest === undefined ? null : "missing";
  if (note_digest === undefined) return "there is a note that the body knows nothing of";
  const digest = Buffer.from(sha256(note)).toString("hex");
  return digest === note_digest ? null : "the note differs from its digest";
}

/** Its shape is judged by folding it: what was written by us folds, and what was not does not. */
function parseBody(row: LedgerRow): BookingBody | null {
  try {
    const body: BookingBody = JSON.parse(row.body);
    return body;
  } catch {
    return null;
  }
}
