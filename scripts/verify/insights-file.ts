import { DatabaseSync } from "node:sqlite";
import type { ActivityFacts, ActivityType } from "../../src/domain/insights/activity.ts";
import type { Tally } from "../../src/domain/insights/tally.ts";

const BUSY_MS = 5_000;

/** A projected booking as it lies on disk. */
export interface ProjectedRow {
  readonly place: number;
  readonly account: string;
  readonly seq: number;
  readonly hash_hex: string;
  readonly type: ActivityType;
  readonly location: string;
  readonly day: string;
  readonly facts: ActivityFacts;
}

/** The generation in use: its bookings in ledger order, and the roll-ups of those up to a place. */
export interface ProjectionFile {
  readonly rows: readonly ProjectedRow[];
  readonly days: readonly { readonly day: string; readonly location: string; readonly tally: Tally }[];
  readonly folded: number;
}

/**
 * What insights has projected, read from an object's file; null when it holds no projection. Read only.
 *
 * @throws Error when the file cannot be read as a database, or holds no JSON where it should
 */
export function readInsightsFile(file: string): ProjectionFile | null {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    const table = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'").get();
    if (table === undefined) return null;
    const generation = readMeta(db, "generation");
    if (generation === null) return null;
    const rows = db.prepare(`SELECT * FROM booking_${generation} ORDER BY account, seq`).all().map(toRow);
    const days = db.prepare(`SELECT * FROM day_${generation}`).all().map(toDay);
    return { rows, days, folded: readMeta(db, `folded:${generation}`) ?? 0 };
  } finally {
    db.close();
  }
}

function readMeta(db: DatabaseSync, key: string): number | null {
  const row = db.prepare("SELECT value FROM meta WHERE key = ?").get(key);
  return row === undefined ? null : Number(row["value"]);
}

type Stored = Readonly<Record<string, unknown>>;

function toRow({ place, account, seq, hash, type, location, day, facts }: Stored): ProjectedRow {
  const read: { facts: ActivityFacts; type: ActivityType } = JSON.parse(
    `{"facts":${String(facts)},"type":${JSON.stringify(type)}}`,
  );
  return {
    place: Number(place),
    account: String(account),
    seq: Number(seq),
    hash_hex: hash instanceof Uint8Array ? Buffer.from(hash).toString("hex") : "",
    location: typeof location === "string" ? location : "",
    day: String(day),
    ...read,
  };
}

function toDay({ day, location, tally }: Stored): ProjectionFile["days"][number] {
  const sum: Tally = JSON.parse(String(tally));
  return { day: String(day), location: String(location), tally: sum };
}
