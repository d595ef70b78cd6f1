import { DatabaseSync } from "node:sqlite";
import type { LedgerRow } from "./check-ledger.ts";

/** How long to wait while the running platform has a file to itself. */
const BUSY_MS = 5_000;

/**
 * The bookings in an object's file; null when it holds no ledger. Read only, in one transaction, so that it may be done
 * beside a running platform.
 *
 * @throws Error when the file cannot be read as a database
 */
export function readLedgerFile(file: string): LedgerRow[] | null {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    const table = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'booking'").get();
    if (table === undefined) return null;
    return db.prepare("SELECT seq, body, hash, note, checkpoint FROM booking ORDER BY seq").all().map(toRow);
  } finally {
    db.close();
  }
}

type Stored = Readonly<Record<string, unknown>>;

function toRow({ seq, body, hash, note, checkpoint }: Stored): LedgerRow {
  return {
    seq: Number(seq),
    body: String(body),
    hash: hash instanceof Uint8Array ? hash : new Uint8Array(),
    note: typeof note === "string" ? note : null,
    checkpoint: typeof checkpoint === "string" ? checkpoint : null,
  };
}
