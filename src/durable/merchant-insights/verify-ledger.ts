import { Buffer } from "node:buffer";
import { invariant } from "../../domain/invariant.ts";
import type { BookingBody } from "../../domain/ledger/booking.ts";
import { chainHash, genesisHash } from "../../domain/ledger/chain.ts";
import { applyBooking } from "../../domain/ledger/fold.ts";
import { brokenInvariants } from "../../domain/ledger/invariants.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import { sha256 } from "../member-account/ledger.ts";
import type { ChainPage } from "../member-account/protocol.ts";
import { sameBytes } from "./apply.ts";

/** What insights has seen of a ledger. */
export interface Seen {
  hashOf(seq: number): Uint8Array | null;
}

/** How a ledger reads from its beginning: how many bookings, and the first that does not hold with the reason. */
export interface Reading {
  readonly bookings: number;
  readonly broken: { readonly seq: number; readonly problem: string } | null;
}

/**
 * Adds a ledger up again from its first booking, page by page: the chain of hashes, the sequence, every sum and lot, and
 * that it is still what insights has seen of it.
 */
export async function verifyLedger(
  object: string,
  pageAfter: (seq: number) => Promise<ChainPage>,
  seen: Seen,
): Promise<Reading> {
  let hash = genesisHash(sha256, object);
  let state: AccountState | null = null;
  let seq = 0;
  for (;;) {
    const { rows, head_seq } = await pageAfter(seq);
    for (const row of rows) {
      const broken = (problem: string) => ({ bookings: seq, broken: { seq: row.seq, problem } });
      const stored = new Uint8Array(Buffer.from(row.hash_hex, "hex"));
      if (row.seq !== seq + 1) return broken("a booking is missing before it");
      if (!sameBytes(chainHash(sha256, hash, row.body), stored)) return broken("the hash does not fit");
      const known = seen.hashOf(row.seq);
      if (known !== null && !sameBytes(known, stored)) return broken("it is not the booking that was seen");
      try {
        state = next(state, row.body);
      } catch (error) {
        return broken(error instanceof Error ? error.message : "it does not follow");
      }
      hash = stored;
      seq = row.seq;
    }
    if (rows.length === 0 || seq >= head_seq) return { bookings: seq, broken: null };
  }
}

function next(before: AccountState | null, text: string): AccountState {
  const body: BookingBody = JSON.parse(text);
  const state = applyBooking(before, body);
  const [problem] = brokenInvariants(state);
  invariant(problem === undefined, problem ?? "");
  return state;
}
