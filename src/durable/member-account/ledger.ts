import { Buffer } from "node:buffer";
import { createHash, hash as hashOnce, randomBytes } from "node:crypto";
import { invariant } from "../../domain/invariant.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { BookingBody, BookingNote } from "../../domain/ledger/booking.ts";
import { chainHash, encodeBody, genesisHash, type Sha256 } from "../../domain/ledger/chain.ts";
import { finishDraft, plainDraft, type Stamp } from "../../domain/ledger/draft.ts";
import { isDue, settle } from "../../domain/ledger/due.ts";
import { applyBooking, foldBookings } from "../../domain/ledger/fold.ts";
import type { PlannedBooking } from "../../domain/ledger/plan.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import type { ObjectName } from "../../domain/tenancy/object-name.ts";
import type { LedgerStore } from "./store.ts";

/** A state is stored with every so-manieth booking, so that waking folds few. */
const CHECKPOINT_EVERY = 32;

// One call: createHash makes a stream object each time, which takes longer than the hash.
export const sha256: Sha256 = (...parts) => {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part)));
  return new Uint8Array(hashOnce("sha256", bytes, "buffer"));
};

interface Head {
  readonly state: AccountState;
  readonly hash: Uint8Array;
}

/** Bookings in a row, by sequence. */
interface NewBookings {
  readonly from: number;
  readonly through: number;
}

/** An account's ledger: its state in memory while the object is awake, and its rows. */
export class Ledger {
  readonly #store: LedgerStore;
  #head: Head | null = null;
  #booked: NewBookings | null = null;

  constructor(store: LedgerStore) {
    this.#store = store;
  }

  /** Forgets what was in memory, after the storage was emptied. */
  forget(): void {
    this.#head = null;
  }

  /** The state after the newest booking; null when the account was never opened. Touches storage before every answer. */
  current(now_ms: number): AccountState | null {
    if (!this.#store.exists(now_ms)) return null;
    const head = this.#store.head();
    if (head === null) return null;
    if (this.#head === null || this.#head.state.seq !== head.seq) {
      this.#head = { state: this.stateAt(head.seq), hash: head.hash };
    }
    return this.#head.state;
  }

  /**
   * The state that this instance worked on last; null when it worked on none. For what follows an answer: only a read of
   * the storage proves that the state is still the newest.
   */
  get latest(): AccountState | null {
    return this.#head?.state ?? null;
  }

  /** The state right after a booking: the latest checkpoint and the bookings since. */
  stateAt(seq: number): AccountState {
    const due = seq - (seq % CHECKPOINT_EVERY);
    // Found by its sequence, which reads one row; walking back would read every row since.
    const checkpoint = due === 0 ? null : (this.#store.checkpointOf(due) ?? this.#store.checkpointBefore(due));
    const state = foldBookings(checkpoint, this.#store.bodiesBetween(checkpoint?.seq ?? 0, seq));
    invariant(state !== null && state.seq === seq, `there is no booking ${seq}`);
    return state;
  }

  /** Creates the account: its schema and its first booking, in one transaction. */
  open(name: ObjectName, to: string, card_no: number | null, stamp: Stamp): AccountState {
    const account_kind = accountKindOf(name.id);
    invariant(account_kind !== null && account_kind === name.kind, `not an account: ${to}`);
    return this.#store.transaction(() => {
      this.#store.create(stamp.now_ms);
      const body = finishDraft(null, plainDraft({ type: "opened", object: to, account_kind, card_no }), stamp);
      const text = encodeBody(body);
      const hash = chainHash(sha256, genesisHash(sha256, to), text);
      this.#store.append({ seq: 1, idem: null, nat: null, body: text, hash, note: null, checkpoint: null });
      const state = applyBooking(null, body);
      this.#head = { state, hash };
      this.#booked = { from: 1, through: 1 };
      return state;
    });
  }

  /** What has been booked since this was last asked; null when nothing was. */
  takeBooked(): NewBookings | null {
    const booked = this.#booked;
    this.#booked = null;
    return booked;
  }

  /** Writes planned bookings in one transaction, each with its link of the chain. */
  commit(bookings: readonly PlannedBooking[], notes: ReadonlyMap<PlannedBooking, BookingNote>): void {
    const head = this.#head;
    invariant(head !== null, "commit follows current");
    let { state, hash } = head;
    this.#store.transaction(() => {
      for (const booking of bookings) {
        const text = encodeBody(booking.body);
        hash = chainHash(sha256, hash, text);
        invariant(booking.body.seq === state.seq + 1, `booking ${booking.body.seq} does not follow ${state.seq}`);
        state = booking.after;
        this.#store.append({
          seq: booking.body.seq,
          idem: booking.idem,
          nat: booking.natural_key,
          body: text,
          hash,
          note: notes.get(booking) ?? null,
          checkpoint: booking.body.seq % CHECKPOINT_EVERY === 0 ? state : null,
        });
        if (booking.frees !== null) this.#store.voidNaturalKey(booking.frees);
        if (booking.body.type === "erased") this.#store.eraseNotes();
        if (booking.body.type === "erased" || booking.body.type === "handed_over") this.#store.forgetGiftDay();
      }
    });
    this.#head = { state, hash };
    this.#booked = { from: this.#booked?.from ?? head.state.seq + 1, through: state.seq };
  }

  /** Books what time alone has changed. Nothing is written when nothing is due. */
  bookDue(state: AccountState, stamp: Stamp): void {
    const { due } = settle(state, stamp.now_ms);
    if (!isDue(due)) return;
    this.commitOne(state, finishDraft(state, plainDraft({ type: "due" }), stamp, due), null);
  }

  /** Writes one booking that follows a state and takes no key but a request's. */
  commitOne(state: AccountState, body: BookingBody, idem: string | null): void {
    const after = applyBooking(state, body);
    this.commit([{ body, idem, natural_key: null, frees: null, after }], new Map());
  }
}

/** A note with its salt, and the digest that the body keeps of it. */
export function sealNote(note: Omit<BookingNote, "salt">): { readonly note: BookingNote; readonly digest: string } {
  const salted = { salt: Buffer.from(randomBytes(16)).toString("hex"), ...note };
  return { note: salted, digest: createHash("sha256").update(JSON.stringify(salted)).digest("hex") };
}
