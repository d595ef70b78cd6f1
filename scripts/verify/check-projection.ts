import { isDeepStrictEqual } from "node:util";
import type { BookingBody } from "../../src/domain/ledger/booking.ts";
import { addTallies, NO_TALLY, type Tally, tallyOf } from "../../src/domain/insights/tally.ts";
import type { Finding, LedgerRow } from "./check-ledger.ts";
import type { ProjectedRow, ProjectionFile } from "./insights-file.ts";

/** A ledger as its projection must agree with it. */
export interface ProjectedLedger {
  readonly object: string;
  readonly rows: readonly LedgerRow[];
}

export interface ProjectionReport {
  /** Bookings that were compared. */
  readonly compared: number;
  /** Bookings at the end of ledgers that have not arrived yet: no fault, alarms bring them. */
  readonly waiting: number;
  readonly findings: readonly (Finding & { readonly object: string })[];
}

/**
 * Compares a projection with the accounts: every booking once, with the hash it has in its ledger, up to some place without
 * a gap; what each booking moved, added up anew from the entries; and the roll-ups against the bookings that they sum up.
 *
 * @param ledgers by account id
 * @param name what the projection is called in findings
 */
export function checkProjection(
  projection: ProjectionFile,
  ledgers: ReadonlyMap<string, ProjectedLedger>,
  name: string,
): ProjectionReport {
  const findings: (Finding & { readonly object: string })[] = [];
  let [compared, waiting] = [0, 0];
  const byAccount = Map.groupBy(projection.rows, ({ account }) => account);
  for (const [account, projected] of byAccount) {
    const ledger = ledgers.get(account);
    // What was deleted in time stays in insights alone.
    if (ledger === undefined) {
      if (!hasEnded(account, projected)) {
        findings.push({ object: name, seq: null, problem: `it has bookings of ${account}, which has no ledger` });
      }
      continue;
    }
    compared += projected.length;
    waiting += Math.max(0, ledger.rows.length - projected.length);
    for (const finding of disagreements(projected, ledger.rows)) findings.push({ object: ledger.object, ...finding });
  }
  for (const [account, ledger] of ledgers) if (!byAccount.has(account)) waiting += ledger.rows.length;
  findings.push(...rollUpFindings(projection).map((problem) => ({ object: name, seq: null, problem })));
  return { compared, waiting, findings };
}

/** An account that was written to again after its deletion stands under a name that no account has. */
function hasEnded(account: string, projected: readonly ProjectedRow[]): boolean {
  return account.includes("~") || projected.at(-1)?.type === "deleted";
}

function disagreements(projected: readonly ProjectedRow[], rows: readonly LedgerRow[]): Finding[] {
  const findings: Finding[] = [];
  for (const [index, row] of projected.entries()) {
    const { seq } = row;
    if (seq !== index + 1) return [...findings, { seq: index + 1, problem: "insights lacks the booking" }];
    if (row.type === "deleted") return findings;
    const own = rows[index];
    if (own === undefined) return [...findings, { seq, problem: "insights has a booking that the ledger lacks" }];
    if (Buffer.from(own.hash).toString("hex") !== row.hash_hex) {
      findings.push({ seq, problem: "insights has seen another booking here" });
    }
    const body: BookingBody = JSON.parse(own.body);
    // What an erased member still held lapses with the erasure: insights has it as gone, the ledger keeps its sums.
    const wrong = row.type === "erased" ? [] : unitsApart(row, body);
    for (const unit of wrong)
      findings.push({ seq, problem: `insights has another change of ${unit} than the entries` });
  }
  return findings;
}

/** Units of which the projected change is another than the sum of the booking's entries. */
function unitsApart({ facts }: ProjectedRow, { entries }: BookingBody): string[] {
  const sums: Record<string, number> = {};
  for (const { unit, delta } of entries) sums[unit] = (sums[unit] ?? 0) + delta;
  const units = new Set([...Object.keys(sums), ...Object.keys(facts.units ?? {})]);
  return [...units].filter((unit) => (sums[unit] ?? 0) !== (facts.units?.[unit]?.open ?? 0));
}

function rollUpFindings({ rows, days, folded }: ProjectionFile): string[] {
  const sums = new Map<string, Tally>();
  for (const row of rows) {
    const tally = row.place <= folded ? tallyOf(row) : null;
    if (tally === null) continue;
    const key = `${row.day} ${row.location}`;
    sums.set(key, addTallies(sums.get(key) ?? NO_TALLY, tally));
  }
  const stored = new Map(days.map(({ day, location, tally }) => [`${day} ${location}`, tally]));
  return [...new Set([...sums.keys(), ...stored.keys()])]
    .filter((key) => !isDeepStrictEqual(sums.get(key) ?? NO_TALLY, stored.get(key) ?? NO_TALLY))
    .sort()
    .map((key) => `the roll-up of ${key.trim()} is not the sum of its bookings`);
}
