import type { BookingBody } from "./booking.ts";

/** SHA-256 over the given bytes, 32 bytes. Injected: the domain has no cryptography of its own. */
export type Sha256 = (...parts: readonly (Uint8Array | string)[]) => Uint8Array;

/** The hash that stands before an account's first booking. It binds the chain to the object's name. */
export function genesisHash(sha256: Sha256, objectName: string): Uint8Array {
  return sha256(`stempel ledger 1\n${objectName}`);
}

/** hash = SHA-256(previous ‖ body bytes as stored). */
export function chainHash(sha256: Sha256, previous: Uint8Array, body: string): Uint8Array {
  return sha256(previous, body);
}

/** The text of a body as it is stored and hashed. */
export function encodeBody(body: BookingBody): string {
  return JSON.stringify(body);
}

/** One row of a ledger as the verifier reads it. */
export interface ChainRow {
  readonly seq: number;
  readonly body: string;
  readonly hash: Uint8Array;
}

/** Where a chain breaks; null when it holds. */
export function findBreak(
  sha256: Sha256,
  start: { readonly seq: number; readonly hash: Uint8Array },
  rows: Iterable<ChainRow>,
): { readonly seq: number; readonly problem: "gap" | "hash" } | null {
  let { seq, hash } = start;
  for (const row of rows) {
    if (row.seq !== seq + 1) return { seq: seq + 1, problem: "gap" };
    const expected = chainHash(sha256, hash, row.body);
    if (!sameBytes(expected, row.hash)) return { seq: row.seq, problem: "hash" };
    seq = row.seq;
    hash = row.hash;
  }
  return null;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
